"""The sentence that a pending task shows, for each thing that it can wait for."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drover.policy.pace import Hold, longest
from drover.policy.wait_reasons import has_line, why, word
from drover.wire.devices import Device, DeviceState
from drover.wire.holds import DROVER, PERSON, HoldKind, Pause, PauseSubject
from drover.wire.tasks import Reason, Task

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SOON, LATER, TOMORROW = NOW + timedelta(seconds=90), NOW + timedelta(hours=2), NOW + timedelta(days=1)


def task(**more: Any) -> Task:
    return Task(id=7, serial="R58M1", script_name="follow", script_config={}, created_at=NOW, **more)


def device(state: DeviceState, reason: str = "") -> Device:
    return Device(serial="R58M1", state=state, reason=reason)


def hold(until: datetime, **more: Any) -> Hold:
    fields: dict[str, Any] = {"script_name": "follow", "account": "tiktok:me", **more}
    return Hold(until=until, **fields)


def paused(reason: str, **more: Any) -> Hold:
    fields: dict[str, Any] = {
        **{"subject": PauseSubject.ACCOUNT, "platform": "tiktok", "username": "me", "serial": "R58M1"},
        **{"by": DROVER, "since": NOW},
        **more,
    }
    pause = Pause(reason=reason, **fields)
    return Hold(until=pause.until, account="tiktok:me", pause=pause)


IDLE = device(DeviceState.IDLE)

CASES: list[tuple[dict[str, Any], str]] = [
    ({"device": None}, "waits for phone R58M1, which adb does not list; attach it or check its cable or Wi-Fi"),
    (
        {"device": device(DeviceState.ABSENT)},
        "waits for phone R58M1, which adb does not list; attach it or check its cable or Wi-Fi",
    ),
    (
        {"device": device(DeviceState.UNAUTHORIZED)},
        "waits for phone R58M1: allow USB debugging in the dialog on its screen",
    ),
    (
        {"device": device(DeviceState.OFFLINE)},
        "waits for phone R58M1, which is offline; reconnect it if that stays",
    ),
    ({"device": device(DeviceState.PREPARING)}, "waits until phone R58M1 is ready"),
    (
        {"device": device(DeviceState.PREPARING, "locked with a PIN; unlock it by hand")},
        "waits until phone R58M1 is ready (locked with a PIN; unlock it by hand)",
    ),
    (
        {"device": device(DeviceState.QUARANTINED, "its worker died 5 times")},
        "waits for phone R58M1, in quarantine and probed every 5 minutes (its worker died 5 times)",
    ),
    ({"device": device(DeviceState.LEASED)}, "waits until the lease on phone R58M1 ends"),
    (
        {"device": device(DeviceState.LEASED, "its accounts are read")},
        "waits until the lease on phone R58M1 ends (its accounts are read)",
    ),
    ({"device": device(DeviceState.BUSY)}, "waits until the running task on phone R58M1 ends"),
    ({"ahead": 1}, "waits its turn behind 1 task on phone R58M1"),
    ({"ahead": 100}, "waits its turn behind 100 or more tasks on phone R58M1"),
    ({"ahead": 3, "device": device(DeviceState.BUSY)}, "waits its turn behind 3 tasks on phone R58M1"),
    ({"in_use": 20}, "waits: the plan's device limit of 20 is reached (20 in use)"),
    ({}, "about to begin on phone R58M1"),
    (
        {"held": "restored", "draining": True},
        "held: a backup was restored, and it may have been done since. "
        "`droverctl task release 7` lets it look, then act",
    ),
    (
        {"held": "restored", "task": task(retry_safe=False, remark="It was completed."), "not_before": LATER},
        "held: a backup was restored, and it may have been done since. It was completed. Look at the phone; "
        "if it was not done, `droverctl task release 7`, else stop it",
    ),
    ({"draining": True}, "waits: the daemon is shutting down and begins nothing new; it goes on after the next start"),
    ({"task": task(scheduled_at=LATER), "not_before": LATER}, "waits until 15:00 (Europe/Berlin), its start time"),
    (
        {"task": task(scheduled_at=TOMORROW), "not_before": TOMORROW},
        "waits until 2026-11-25 13:00 (Europe/Berlin), its start time",
    ),
    (
        {"not_before": LATER},
        "pauses until 15:00, the interval between the tasks of this request on phone R58M1",
    ),
    (
        {"task": task(scheduled_at=SOON), "not_before": LATER},
        "pauses until 15:00, the interval between the tasks of this request on phone R58M1",
    ),
    (
        {"task": task(attempt=1), "not_before": SOON, "last_reason": Reason.DEVICE_LOST, "device": None},
        "retry: attempt 2 at 13:01:30 after device_lost",
    ),
    ({"not_before": NOW}, "about to begin on phone R58M1"),
    (
        {"hold": hold(TOMORROW, limit=60), "device": None, "ahead": 3},
        "waits until 2026-11-25 13:00: @me reached its limit of 60 follows a day",
    ),
    ({"hold": hold(SOON)}, "pauses until 13:01:30 between tasks of @me"),
    ({"hold": hold(SOON, account="tiktok#R58M1")}, "pauses until 13:01:30 between tasks of the account on phone R58M1"),
    ({"hold": hold(NOW)}, "about to begin on phone R58M1"),
    (
        {"hold": paused("captcha", task_id=3), "device": None},
        "held: @me on tiktok met a captcha (task 3); answer it on phone R58M1 by hand, then: "
        "droverctl account resume me",
    ),
    (
        {"hold": paused("too_fast", until=TOMORROW)},
        "held until 2026-11-25 13:00: @me on tiktok was told by the app that it is too fast; to go on before: "
        "droverctl account resume me",
    ),
    (
        {"hold": paused("person", by=PERSON, words="new number"), "not_before": LATER},
        "held: @me on tiktok is paused (new number); to go on: droverctl account resume me",
    ),
    (
        {"hold": paused("logged_out", username="")},
        "held: the tiktok account on phone R58M1 is logged out; log in on phone R58M1, then: "
        "droverctl device resume R58M1",
    ),
    (
        {"hold": paused("failures", subject=PauseSubject.DEVICE, words="5 tasks in a row failed", task_id=4)},
        "held: phone R58M1 is paused: 5 tasks in a row failed; look at phone R58M1 and at the evidence of task 4, "
        "then: droverctl device resume R58M1",
    ),
    (
        {"hold": Hold(until=None, account="tiktok:me", disabled=True)},
        "held: @me is disabled; enable it (droverctl account enable me) or stop the task",
    ),
    (
        {"hold": paused("too_fast", until=SOON), "not_before": LATER, "task": task(scheduled_at=LATER)},
        "waits until 15:00 (Europe/Berlin), its start time",
    ),
    # Of two reasons the one that lasts longer.
    (
        {"hold": hold(SOON), "not_before": LATER, "task": task(scheduled_at=LATER)},
        "waits until 15:00 (Europe/Berlin), its start time",
    ),
    (
        {"hold": hold(TOMORROW, limit=5, script_name="post"), "not_before": LATER},
        "waits until 2026-11-25 13:00: @me reached its limit of 5 posts a day",
    ),
]


@pytest.mark.parametrize(("facts", "expected"), CASES)
def test_sentence(facts: dict[str, Any], expected: str) -> None:
    usual: dict[str, Any] = {
        "device": IDLE,
        "in_use": 0,
        "device_limit": 20,
        "ahead": 0,
        "not_before": None,
        "now": NOW,
        "zone": ZoneInfo("Europe/Berlin"),
        "draining": False,
    }
    more = {**usual, **facts}
    assert why(more.pop("task", task()), **more) == expected


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "UTC"])
def test_case_t1_a_scheduled_task_names_the_zone_of_its_time(zone: str) -> None:
    assert f"({zone}), its start time" in why(
        task(scheduled_at=LATER),
        device=None,
        in_use=0,
        device_limit=20,
        ahead=0,
        not_before=LATER,
        now=NOW,
        zone=ZoneInfo(zone),
        draining=False,
    )


@pytest.mark.parametrize("state", DeviceState)
def test_only_where_a_phone_has_a_line_the_sentence_says_who_goes_first(state: DeviceState) -> None:
    facts: dict[str, Any] = {"in_use": 0, "device_limit": 20, "not_before": None, "draining": False}
    phone = device(state)
    said = {why(task(), device=phone, ahead=ahead, now=NOW, zone=UTC, **facts) for ahead in (0, 3)}
    assert (len(said) == 2) == has_line(phone)


def test_every_hold_has_its_word() -> None:
    holds = [
        hold(SOON),
        hold(SOON, limit=5),
        paused("person", by=PERSON),
        paused("captcha"),
        Hold(until=None, account="tiktok:me", disabled=True),
        paused("failures", subject=PauseSubject.DEVICE),
    ]
    assert [word(one, None, NOW) for one in holds] == [kind for kind in HoldKind if kind is not HoldKind.RESTORED]
    assert word(None, None, NOW) == word(hold(SOON), LATER, NOW) == word(hold(NOW), None, NOW) == ""


def test_of_several_holds_the_one_that_lasts_longest_and_trouble_before_others() -> None:
    captcha, disabled = paused("captcha"), Hold(until=None, account="tiktok:me", disabled=True)
    limit, fast = hold(TOMORROW, limit=5), paused("too_fast", until=LATER)
    assert longest([fast, limit]) is limit
    assert longest([limit, disabled, None]) is disabled
    assert longest([captcha, disabled]) is captcha
    assert longest([None]) is None
