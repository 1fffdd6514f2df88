"""Why a pending task waits, in one sentence for people. Looks at facts; changes nothing."""

from datetime import datetime, tzinfo
from typing import Final

from drover.policy import trouble
from drover.policy.pace import Hold
from drover.wire.devices import Device, DeviceState
from drover.wire.holds import Pause
from drover.wire.tasks import Reason, Task

MOST_COUNTED: Final = 100
"""No one needs to know how many more tasks go first, and counting them all costs with each look."""

_DEVICE_WAITS: Final[dict[DeviceState, str]] = {
    DeviceState.ABSENT: "waits for phone {serial}, which adb does not list; attach it or check its cable or Wi-Fi",
    DeviceState.UNAUTHORIZED: "waits for phone {serial}: allow USB debugging in the dialog on its screen",
    DeviceState.OFFLINE: "waits for phone {serial}, which is offline{reason}; reconnect it if that stays",
    DeviceState.PREPARING: "waits until phone {serial} is ready{reason}",
    DeviceState.QUARANTINED: "waits for phone {serial}, in quarantine and probed every 5 minutes{reason}",
    DeviceState.LEASED: "waits until the lease on phone {serial} ends{reason}",
}


def why(
    task: Task,
    *,
    device: Device | None,
    in_use: int,
    device_limit: int,
    ahead: int,
    not_before: datetime | None,
    now: datetime,
    zone: tzinfo,
    draining: bool,
    last_reason: Reason | None = None,
    hold: Hold | None = None,
    held: str = "",
) -> str:
    """The sentence for a pending task's `remark`: what it waits for, and what to do where a person must act.

    `ahead` counts tasks of its device that go first, a running one included, up to MOST_COUNTED; `last_reason` is
    why its last attempt ended without an end of the task; `hold` is what keeps its account or its phone from
    beginning anything; `held` says that it waits for a person.
    """
    if held:
        return restored(task)
    if draining:
        return "waits: the daemon is shutting down and begins nothing new; it goes on after the next start"
    if hold is not None and is_held(hold, not_before, now):
        return _held(hold, now, zone)
    if not_before is not None and not_before > now:
        return _until(task, not_before, now, zone, last_reason)
    if device is None or device.state in _DEVICE_WAITS:
        return _for_device(task.serial, device)
    if ahead:
        more = " or more" if ahead >= MOST_COUNTED else ""
        return f"waits its turn behind {ahead}{more} task{'s' if ahead > 1 else ''} on phone {task.serial}"
    if device.state is DeviceState.BUSY:
        return f"waits until the running task on phone {task.serial} ends"
    if in_use >= device_limit:
        return f"waits: the plan's device limit of {device_limit} is reached ({in_use} in use)"
    return f"about to begin on phone {task.serial}"


def has_line(device: Device) -> bool:
    """Whether what waits for this phone says how many tasks go first: no other reason comes before that."""
    return device.state not in _DEVICE_WAITS


def is_held(hold: Hold, not_before: datetime | None, now: datetime) -> bool:
    """Whether the hold is what a pending task waits for: it lasts longer than the task's own start time."""
    return hold.lasts_until(max(now, not_before or now))


def word(hold: Hold | None, not_before: datetime | None, now: datetime) -> str:
    """What a pending task's `hold` says; "" where nothing holds it beyond its own start time."""
    return hold.kind.value if hold is not None and is_held(hold, not_before, now) else ""


def _until(task: Task, not_before: datetime, now: datetime, zone: tzinfo, last_reason: Reason | None) -> str:
    at = _clock(not_before, now, zone)
    if task.attempt and last_reason is not None:
        remark = f": {task.remark.rstrip('.')}" if task.remark else ""
        return f"retry: attempt {task.attempt + 1} at {at} after {last_reason.value}{remark}"
    if task.scheduled_at is not None and not_before <= task.scheduled_at:
        return f"waits until {at} ({zone}), its start time"
    return f"pauses until {at}, the interval between the tasks of this request on phone {task.serial}"


def restored(task: Task) -> str:
    """Why a task is held that a restored backup brought; its stored remark says what else is known of it."""
    known = f" {task.remark}" if task.remark else ""
    release = f"`droverctl task release {task.id}`"
    if task.retry_safe:
        return f"held: a backup was restored, and it may have been done since.{known} {release} lets it look, then act"
    return (
        f"held: a backup was restored, and it may have been done since.{known} Look at the phone; if it was not done, "
        f"{release}, else stop it"
    )


def _held(hold: Hold, now: datetime, zone: tzinfo) -> str:
    at = "" if hold.until is None else _clock(hold.until, now, zone)
    if hold.pause is not None:
        return _paused(hold.pause, at)
    if hold.disabled:
        return f"held: {hold.who} is disabled; enable it (droverctl account enable {hold.name}) or stop the task"
    if hold.limit is None:
        return f"pauses until {at} between tasks of {hold.who}"
    return f"waits until {at}: {hold.who} reached its limit of {hold.limit} {hold.script_name}s a day"


def _paused(pause: Pause, at: str) -> str:
    release = f"to go on{' before' if at else ''}: {trouble.release(pause)}"
    if trouble.needs_person(pause):
        release = f"{trouble.fix(pause)}, then: {trouble.release(pause)}"
    return f"held{f' until {at}' if at else ''}: {trouble.who(pause)} {trouble.found(pause)}; {release}"


def _for_device(serial: str, device: Device | None) -> str:
    state = DeviceState.ABSENT if device is None else device.state
    reason = f" ({device.reason})" if device is not None and device.reason else ""
    return _DEVICE_WAITS[state].format(serial=serial, reason=reason)


def _clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """HH:MM local, with seconds where it is near and with the date where it is another day."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    if local.date() != today:
        return local.strftime("%Y-%m-%d %H:%M")
    return local.strftime("%H:%M:%S" if (moment - now).total_seconds() < 120 else "%H:%M")
