"""The phone's state machine: who has this phone, and what may happen to it next. Pure; the clock is passed in.

Reports of adb and workers may come late or twice, so they are taken in every state. What we do ourselves (ACTS) raises
where it makes no sense. An answer about an occupant that has left the phone changes nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from drover.policy import phone_events as e
from drover.policy import phone_presence, phone_uses, phone_worker
from drover.policy.clock import Reading
from drover.policy.lifecycle import IllegalTransitionError
from drover.policy.phone_commands import Command, Publish, WakeDispatcher
from drover.policy.phone_presence import Stepped
from drover.policy.phone_state import AccountScan, Beginning, Leased, Phone, Returning, Running, changed, shown

Handler = Callable[[Phone, Any, Reading], Stepped]

REPORTS: Final[Mapping[type, Handler]] = {
    e.TransportUsable: phone_presence.usable,
    e.TransportUnusable: phone_presence.unusable,
    e.Ticked: phone_presence.ticked,
    e.RecoveryPlanned: phone_presence.recovery_planned,
    e.WorkerStarted: phone_worker.started,
    e.WorkerEnded: phone_worker.ended,
    e.PhoneAnswered: phone_worker.answered,
    e.PhoneTroubled: phone_worker.troubled,
    e.PhoneBlamed: phone_worker.blamed,
    e.FilesBrought: phone_uses.files_brought,
    e.LeftoversRead: phone_uses.leftovers_read,
}
"""What may come at any time."""

ACTS: Final[Mapping[type, Handler]] = {
    e.TaskChosen: phone_uses.chosen,
    e.AttemptBegun: phone_uses.begun,
    e.LeaseGranted: phone_uses.granted,
    e.TaskLeased: phone_uses.leased_by_task,
    e.ScanBegun: phone_uses.scan_begun,
}
"""What we do ourselves."""

ANSWERS: Final[Mapping[type, Handler]] = {
    e.BeginAbandoned: phone_uses.abandoned,
    e.AccountRecognised: phone_uses.recognised,
    e.AttemptClosed: phone_uses.closed,
    e.LeaseOver: phone_uses.lease_over,
    e.CallsEnded: phone_uses.calls_ended,
    e.ScanEnded: phone_uses.scan_ended,
}
"""What is about one occupant, and may come when that has left."""


def step(phone: Phone, event: e.Event, now: Reading) -> Stepped:
    """The phone after the event, and what is to be done about it; raises IllegalTransitionError for an act."""
    kind = type(event)
    if kind in REPORTS or concerns(phone, event):
        return _settled(phone, *_handler(kind)(phone, event, now), now)
    if kind in ACTS:
        has = type(phone.occupant).__name__ if phone.occupant else "no one"
        raise IllegalTransitionError(f"{phone.serial} is {phone.state.value} and {has} has it: no {kind.__name__}")
    return phone, []


def concerns(phone: Phone, event: e.Event) -> bool:
    """Whether an act is possible now, or an answer is about who has the phone now."""
    match event, phone.occupant:
        case ((e.TaskChosen() | e.LeaseGranted() | e.ScanBegun()), _):
            return phone.free
        case ((e.AttemptBegun() | e.BeginAbandoned()), Beginning(task_id=task_id)):
            return task_id == event.task_id
        case ((e.AccountRecognised() | e.AttemptClosed()), Running(fence=fence)):
            return fence == event.fence
        case e.TaskLeased(), Running(lease=""):
            return True
        case e.LeaseOver(), (Leased(key=key) | Running(lease=key)):
            return key == event.key
        case e.CallsEnded(), Returning(key=key):
            return key == event.key
        case e.ScanEnded(), AccountScan(request_id=request_id):
            return request_id == event.request_id
        case _:
            return False


def _handler(kind: type) -> Handler:
    return REPORTS.get(kind) or ACTS.get(kind) or ANSWERS[kind]


def _settled(before: Phone, phone: Phone, commands: list[Command], now: Reading) -> Stepped:
    """What follows from every event: how the phone is shown, who hears of that, and whether a task may begin."""
    state, reason, condition = shown(phone)
    since, deadline = phone.state_since, phone.deadline
    if state is not before.state:
        since, deadline = now.wall, None if deadline is before.deadline else deadline
    phone = changed(
        phone, state=state, reason=reason, condition=condition, state_since=since, deadline=deadline,
        last_seen=now.wall,
    )  # fmt: skip
    if (state, reason, phone.task_id) != (before.state, before.reason, before.task_id):
        commands = [*commands, Publish()]
    if (phone.free and not before.free) or (phone.occupant is None and before.occupant is not None):
        commands = [*commands, WakeDispatcher()]
    return phone, commands
