"""How fast an account may act: playbooks of uses and pauses against the clock, in zones whose days differ in length."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drover.policy.pace import (
    LOOKS,
    RESTORED,
    Hold,
    Pace,
    Use,
    account_key,
    account_queue_of,
    handle_of,
    pauses_after,
    phone_of,
    split_account_queue,
)
from drover.policy.records import Complete, Fail, Requeue
from drover.wire.tasks import Effect, Reason

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
ACCOUNT_QUEUE = account_queue_of("follow", "tiktok", "Me", "R58M1")


def pace(zone: str = "Europe/Paris", **limits: int) -> Pace:
    return Pace(zone=ZoneInfo(zone), limits=limits or {"follow": 60}, pause_min_s=30, pause_max_s=120)


def local(text: str, zone: str = "Europe/Paris", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def test_an_account_is_known_by_name_in_any_case_else_by_its_phone() -> None:
    assert account_key("tiktok", " @SHOP.one", "R58M1") == "tiktok:shop.one"
    assert (handle_of("tiktok:shop.one"), handle_of("tiktok#127.0.0.1:5555")) == ("shop.one", "")
    assert phone_of("tiktok#127.0.0.1:5555") == ("tiktok", "127.0.0.1:5555")
    assert account_key("tiktok", "Shop.One", "R58M1") == account_key("tiktok", "shop.one", "other") == "tiktok:shop.one"
    assert account_key("instagram", None, "127.0.0.1:5555") == "instagram#127.0.0.1:5555"
    assert account_key("tiktok", "a", "x") != account_key("instagram", "a", "x")
    assert split_account_queue(ACCOUNT_QUEUE) == ("follow", "tiktok:me")
    assert split_account_queue(account_queue_of("follow", "tiktok", None, "127.0.0.1:5555")) == (
        "follow",
        "tiktok#127.0.0.1:5555",
    )
    assert account_queue_of("follow", "tiktok", "me", "x", reconcile=True, held="restored") == RESTORED
    assert pace().hold(RESTORED, Use(today=99), NOON) is None, "not its pace holds it"
    assert account_queue_of("follow", "tiktok", "me", "x", reconcile=True) == f"{LOOKS}:tiktok:me"


@pytest.mark.parametrize("serial", ["R58M1", "127.0.0.1:5555", "adb-X@home#1", "@odd"])
def test_who_it_is_in_words(serial: str) -> None:
    nobody = Hold(until=NOON, script_name="follow", account=account_key("tiktok", None, serial))
    assert nobody.who == f"the account on phone {serial}"
    assert Hold(until=NOON, script_name="follow", account=account_key("tiktok", "Me", serial)).who == "@me"


PLAYBOOK: list[tuple[str, Use, str | None]] = [
    ("2026-11-25T00:00", Use(), None),
    ("2026-11-25T12:00", Use(today=59), None),
    ("2026-11-25T12:00", Use(today=60), "2026-11-26T00:00"),
    ("2026-11-25T23:59:59", Use(today=61), "2026-11-26T00:00"),
    ("2026-11-25T12:00", Use(paused_until=local("2026-11-25T12:01:30")), "2026-11-25T12:01:30"),
    ("2026-11-25T12:01:30", Use(paused_until=local("2026-11-25T12:01:30")), None),
    # The longer one counts.
    ("2026-11-25T12:00", Use(today=60, paused_until=local("2026-11-25T12:01")), "2026-11-26T00:00"),
    ("2026-11-25T23:59", Use(today=60, paused_until=local("2026-11-26T00:01")), "2026-11-26T00:01"),
]


@pytest.mark.parametrize(("at", "use", "until"), PLAYBOOK)
def test_playbook(at: str, use: Use, until: str | None) -> None:
    hold = pace().hold(ACCOUNT_QUEUE, use, local(at))
    assert (None if hold is None else hold.until) == (None if until is None else local(until))


def test_a_reached_limit_tells_which() -> None:
    hold = pace().hold(ACCOUNT_QUEUE, Use(today=60), NOON)
    assert hold == Hold(until=local("2026-11-26T00:00"), script_name="follow", account="tiktok:me", limit=60)


def test_nothing_holds_back_what_only_looks_or_has_no_limit() -> None:
    worst = Use(today=10_000, paused_until=NOON + timedelta(days=9))
    assert pace().hold(f"{LOOKS}:tiktok:me", worst, NOON) is None
    assert pace(follow=0).hold(ACCOUNT_QUEUE, Use(today=10_000), NOON) is None
    assert pace(post=1).hold(ACCOUNT_QUEUE, Use(today=10_000), NOON) is None


@pytest.mark.parametrize(
    ("zone", "at", "hours"),
    [
        ("Europe/Paris", "2026-03-29T00:00", 23),
        ("Europe/Paris", "2026-10-25T00:00", 25),
        ("Europe/Paris", "2026-11-25T00:00", 24),
        ("America/New_York", "2026-11-01T00:00", 25),
        ("Asia/Kolkata", "2026-10-25T00:00", 24),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(zone: str, at: str, hours: int) -> None:
    begin = local(at, zone)
    hold = pace(zone).hold(ACCOUNT_QUEUE, Use(today=60), begin)
    assert hold is not None
    assert hold.until is not None
    assert hold.until - begin == timedelta(hours=hours)


def test_a_day_without_midnight_begins_at_its_first_minute() -> None:
    # In Cairo clocks went from 00:00 to 01:00 on 2026-04-24.
    hold = pace("Africa/Cairo").hold(ACCOUNT_QUEUE, Use(today=60), local("2026-04-23T12:00", "Africa/Cairo"))
    assert hold is not None
    assert hold.until is not None
    assert hold.until == local("2026-04-24T01:00", "Africa/Cairo")
    assert pace("Africa/Cairo").day(hold.until) == "2026-04-24"
    assert pace("Africa/Cairo").day(hold.until - timedelta(microseconds=1)) == "2026-04-23"


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Havana", "Pacific/Apia", "Africa/Cairo", "UTC"])
def test_the_day_changes_exactly_when_a_hold_ends(zone: str) -> None:
    rules = pace(zone)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(370):
        hold = rules.hold(ACCOUNT_QUEUE, Use(today=60), now)
        assert hold is not None
        assert hold.until is not None
        assert rules.day(hold.until - timedelta(microseconds=1)) == rules.day(now)
        assert rules.day(hold.until) > rules.day(now)
        now = hold.until


def test_pauses_are_drawn_in_their_range() -> None:
    drawn = [pace().draw_pause(Random(seed)) for seed in range(200)]
    assert min(drawn) >= 30
    assert max(drawn) <= 120
    assert len(set(drawn)) > 100
    assert Pace(zone=UTC).draw_pause(Random(0)) == 0


ENDS: list[tuple[Any, bool]] = [
    (Complete(), True),
    (Fail(reason=Reason.USER_NOT_FOUND, remark="", retry_safe=True, effect=Effect.NONE), True),
    (Requeue(delay_s=1, reconcile=True, remark=""), True),
    (Requeue(delay_s=1, reconcile=False, remark=""), False),
]


@pytest.mark.parametrize(("decision", "pauses"), ENDS)
def test_an_account_pauses_unless_the_same_task_merely_begins_again(decision: Any, pauses: bool) -> None:
    assert pauses_after(decision) is pauses
