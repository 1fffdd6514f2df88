"""Pausing and resuming accounts and phones over HTTP."""

import pytest

from drover.wire.pauses import PauseAccount, PauseDevice, ResumeAccount
from tests.contract.rest.conftest import A
from tests.support.control import FakeDaemon
from tests.support.raw_http import EventReader
from tests.support.rest import Rest

UNTIL = "2026-03-02 18:00:00"


def test_case_o11_an_account_is_paused_and_resumed(rest: Rest, fake: FakeDaemon) -> None:
    rest.post("/account", {"username": "Shop.One", "serial": A})
    reader = EventReader(rest.port)
    paused = rest.post("/account/@shop.one/pause?platform=tiktok", {"reason": "new number", "until": UNTIL})
    assert fake.requests[-1].body == PauseAccount(
        username="@shop.one", platform="tiktok", reason="new number", until=UNTIL
    )
    assert (paused.status, paused.data["changed"], paused.data["state"]) == (200, True, "paused")
    assert paused.data["pause"] == {
        **{"reason": "person", "words": "new number", "since": "2026-03-01 13:00:01", "until": UNTIL},
        **{"by": "person", "serial": "", "task_id": None, "times": 0},
    }
    shown = rest.get("/account/shop.one").data
    assert shown == {key: value for key, value in paused.data.items() if key != "changed"}
    again = rest.post("/account/shop.one/pause", {})
    assert (again.data["pause"]["words"], again.data["pause"]["until"]) == ("", None)
    ended = rest.post("/account/shop.one/resume", {})
    asked = fake.requests[-1].body
    assert isinstance(asked, ResumeAccount)
    assert asked.username == "shop.one"
    assert (ended.data["changed"], ended.data["state"], ended.data["pause"]) == (True, "enabled", None)
    twice = rest.post("/account/shop.one/resume", {})
    assert (twice.status, twice.data["changed"]) == (200, False)
    told = [reader.event() for _ in range(3)]
    assert [event["event"] for event in told] == ["paused", "paused", "resumed"]
    assert '"username":"Shop.One"' in told[0]["data"]
    reader.close()


def test_case_o11_a_phone_is_paused_and_resumed(rest: Rest, fake: FakeDaemon) -> None:
    paused = rest.post(f"/device/{A}/pause", {"reason": "swollen"})
    assert fake.requests[-1].body == PauseDevice(serial=A, reason="swollen")
    assert (paused.data["changed"], paused.data["state"]) == (True, "idle")
    assert paused.data["pause"]["words"] == "swollen"
    assert rest.get(f"/device/{A}").data["pause"] == paused.data["pause"]
    assert rest.post(f"/device/{A}/resume", {}).data["pause"] is None
    assert rest.post(f"/device/{A}/resume", {}).data["changed"] is False


@pytest.mark.parametrize(
    ("path", "body", "code", "field"),
    [
        ("/account/shop.one/pause", {"until": "2020-01-01 00:00:00"}, 40001, "until: "),
        ("/account/shop.one/pause", {"until": "tomorrow"}, 40001, "until: "),
        ("/account/shop.one/pause", {"until": 5}, 40001, "until: "),
        ("/account/shop.one/pause", {"reason": ["x"]}, 40001, "reason: "),
        ("/account/shop.one/pause", {"reason": "x\ny"}, 40001, "reason: "),
        ("/account/shop.one/pause?platform=x", {}, 40001, "platform: "),
        ("/account/nobody/pause", {}, 40401, "account @nobody"),
        ("/account/nobody/resume", {}, 40401, "account @nobody"),
        (f"/device/{A}/pause", {"until": "2020-01-01 00:00:00"}, 40001, "until: "),
        ("/device/R58M9/pause", {}, 40401, "there is no device"),
        ("/device/R58M9/resume", {}, 40401, "there is no device"),
    ],
)
def test_what_cannot_be_paused_is_refused_by_its_field(
    rest: Rest, path: str, body: dict[str, object], code: int, field: str
) -> None:
    rest.post("/account", {"username": "shop.one", "serial": A})
    reply = rest.post(path, body)
    assert (reply.code, reply.message.startswith(field)) == (code, True), reply.message
