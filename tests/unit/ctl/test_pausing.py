"""droverctl account and device pause and resume: what is asked and printed, and where pauses are shown."""

from datetime import UTC, datetime, timedelta

import pytest

from drover.wire.holds import DROVER, Pause, PauseSubject, Trouble
from drover.wire.pauses import PauseAccount, ResumeAccount, ResumeDevice
from drover_ctl.text import seconds_of
from tests.support.control import FakeDaemon
from tests.support.ctl import Ctl
from tests.unit.ctl.conftest import A


@pytest.fixture
def shop(ctl: Ctl) -> Ctl:
    assert ctl("account", "add", "shop.one", "--serial", A).code == 0
    return ctl


def test_case_o11_an_account_is_paused_shown_and_resumed(shop: Ctl, fake: FakeDaemon) -> None:
    paused = shop("account", "pause", "shop.one", "--reason", "new number", "--until", "2026-12-24 18:00:00")
    assert paused.out == "@shop.one (tiktok) is paused until 2026-12-24 18:00:00\n"
    assert fake.requests[-1].body == PauseAccount(username="shop.one", reason="new number", until="2026-12-24 18:00:00")
    assert "paused: person until 2026-12-24 18:00:00" in shop("account", "list").out
    assert "paused by       person: new number" in shop("account", "show", "shop.one").out
    assert "1: @shop.one on tiktok (person)" in shop("status").out
    assert shop("account", "resume", "shop.one").out == "@shop.one (tiktok) is resumed\n"
    assert isinstance(fake.requests[-1].body, ResumeAccount)
    assert shop("account", "resume", "shop.one").out == "@shop.one (tiktok) is not paused\n"
    assert shop("account", "resume", "shop.one", "--json").json["changed"] is False
    assert shop("account", "resume", "nobody").code == 4


def test_r24_for_a_time(shop: Ctl, fake: FakeDaemon) -> None:
    before = datetime.now(UTC)
    # The fake daemon's clock stands in the past, so any time from now on is one to come.
    assert shop("account", "pause", "shop.one", "--for", "12h", "--json").json["changed"] is True
    body = fake.requests[-1].body
    assert isinstance(body, PauseAccount)
    until = datetime.fromisoformat(body.until) - timedelta(hours=12)
    assert before <= until <= datetime.now(UTC)
    for wrong in (("--for", "soon"), ("--for", "0h"), ("--for", "1h", "--until", "2030-01-01 00:00:00")):
        assert shop("account", "pause", "shop.one", *wrong).code == 2
    assert shop("account", "pause", "shop.one", "--until", "2020-01-01 00:00:00").code == 2


def test_a_disabled_account_stays_disabled_and_says_so(shop: Ctl) -> None:
    shop("account", "disable", "shop.one")
    assert shop("account", "resume", "shop.one").out == (
        "@shop.one (tiktok) is not paused; it is still disabled: droverctl account enable shop.one\n"
    )


def test_case_o11_a_phone_is_paused_shown_and_resumed(ctl: Ctl, fake: FakeDaemon) -> None:
    assert ctl("device", "pause", A, "--reason", "swollen").out == f"phone {A} is paused until it is resumed\n"
    assert "idle, paused" in ctl("device", "list").out
    assert "person: swollen" in ctl("device", "show", A).out
    assert f"phone {A} (person)" in ctl("status").out
    assert ctl("device", "resume", A).out == f"phone {A} is resumed\n"
    assert fake.requests[-1].body == ResumeDevice(serial=A)
    assert ctl("device", "resume", A).out == f"phone {A} is not paused\n"
    assert ctl("device", "pause", "R58M9").code == 4


def test_status_names_accounts_in_trouble_and_counts_what_is_held(
    shop: Ctl, fake: FakeDaemon, tasks: list[int]
) -> None:
    pause = Pause(
        subject=PauseSubject.ACCOUNT, platform="tiktok", username="shop.one", reason=Trouble.CAPTCHA.value,
        since=fake.model.now(), by=DROVER,
    )  # fmt: skip
    account = fake.model.accounts["shop.one", "tiktok"]
    fake.model._hold(account, pause)  # pyright: ignore[reportPrivateUsage]
    fake.model.change(tasks[0], hold="trouble")
    shown = shop("status").out
    assert "1: @shop.one on tiktok (captcha)" in shown
    assert "1 tasks wait for what is paused or disabled" in shown
    assert shop("status", "--json").json["daemon"]["pauses"][0]["reason"] == "captcha"


@pytest.mark.parametrize(
    ("text", "seconds"), [("45s", 45), ("90m", 5400), ("1.5h", 5400), ("2d", 172800), ("12", None), ("9999999d", None)]
)
def test_lengths_of_time(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds
