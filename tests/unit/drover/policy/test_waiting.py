"""The sentence that a pending task shows, for each thing that it can wait for."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drover.policy.pace import Hold
from drover.policy.waiting import why
from drover.wire.devices import Device, DeviceState
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
    ({"draining": True}, "waits: the daemon is shutting down and begins nothing new; it goes on after the next start"),
    ({"task": task(scheduled_at=LATER), "not_before": LATER}, "waits until 15:00, its start time"),
    ({"task": task(scheduled_at=TOMORROW), "not_before": TOMORROW}, "waits until 2026-11-25 13:00, its start time"),
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
    # Of two reasons the one that lasts longer.
    ({"hold": hold(SOON), "not_before": LATER, "task": task(scheduled_at=LATER)}, "waits until 15:00, its start time"),
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
