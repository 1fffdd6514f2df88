"""What uses of a phone do to it: tasks, leases, account scans, and the clean-up after tasks that brought files."""

import math
from dataclasses import replace
from typing import Final

from drover.policy.clock import Reading
from drover.policy.lifecycle import IllegalTransitionError
from drover.policy.phone_commands import EndLease, Send
from drover.policy.phone_events import (
    AccountRecognised,
    AttemptBegun,
    AttemptClosed,
    BeginAbandoned,
    CallsEnded,
    FilesBrought,
    LeaseGranted,
    LeaseOver,
    LeftoversRead,
    ScanBegun,
    ScanEnded,
    TaskChosen,
    TaskLeased,
)
from drover.policy.phone_presence import Stepped
from drover.policy.phone_state import (
    AccountScan,
    Beginning,
    Leased,
    Phone,
    Returning,
    Running,
    Word,
    WorkerState,
    changed,
)
from drover.wire.direct import DirectEnded
from drover.wire.worker import CleanUp

KEPT_S: Final = 24 * 3600.0
"""How long files of a task stay whose outcome is unknown: what it published may still be uploading."""

# --- tasks: who asks here is the occupant that phone.step looked for ----------------------------------------------


def chosen(phone: Phone, event: TaskChosen, _now: Reading) -> Stepped:
    return changed(phone, occupant=Beginning(task_id=event.task_id, account=event.account)), []


def abandoned(phone: Phone, _event: BeginAbandoned, _now: Reading) -> Stepped:
    return changed(phone, occupant=None), []


def begun(phone: Phone, event: AttemptBegun, _now: Reading) -> Stepped:
    return changed(phone, occupant=Running(task_id=event.task_id, fence=event.fence, account=event.account)), []


def recognised(phone: Phone, event: AccountRecognised, _now: Reading) -> Stepped:
    return changed(phone, occupant=replace(_running(phone), account=event.account)), []


def closed(phone: Phone, _event: AttemptClosed, _now: Reading) -> Stepped:
    """A command's own lease ends with its attempt."""
    running = _running(phone)
    key, why = running.lease, f"task {running.task_id} has ended"
    return changed(phone, occupant=None), [EndLease(key=key, why=why)] if key else []


def _running(phone: Phone) -> Running:
    if not isinstance(phone.occupant, Running):
        raise IllegalTransitionError(f"no attempt runs on {phone.serial}")
    return phone.occupant


# --- leases -------------------------------------------------------------------------------------------------------


def granted(phone: Phone, event: LeaseGranted, _now: Reading) -> Stepped:
    return changed(phone, occupant=Leased(key=event.key, words=event.words)), []


def leased_by_task(phone: Phone, event: TaskLeased, _now: Reading) -> Stepped:
    return changed(phone, occupant=replace(_running(phone), lease=event.key)), []


def lease_over(phone: Phone, _event: LeaseOver, _now: Reading) -> Stepped:
    """Free once its last calls have ended; a task's phone stays the task's."""
    if isinstance(phone.occupant, Leased):
        return changed(phone, occupant=Returning(key=phone.occupant.key, words=phone.occupant.words)), []
    return changed(phone, occupant=replace(_running(phone), lease="")), []


def calls_ended(phone: Phone, _event: CallsEnded, _now: Reading) -> Stepped:
    return changed(phone, occupant=None), [Send(message=DirectEnded())]


# --- account scans ------------------------------------------------------------------------------------------------


def scan_begun(phone: Phone, event: ScanBegun, _now: Reading) -> Stepped:
    return changed(phone, occupant=AccountScan(request_id=event.request_id)), []


def scan_ended(phone: Phone, event: ScanEnded, _now: Reading) -> Stepped:
    """Where its worker was killed over it that may take a moment, and no one gets the phone meanwhile."""
    phone = changed(phone, occupant=None)
    if event.killed:
        phone = changed(phone, worker=WorkerState.ENDED, word=Word(why=event.killed))
    return phone, []


# --- gallery clean-up: no occupant, since a worker does it between other things and does not say when it has ------


def files_brought(phone: Phone, _event: FilesBrought, now: Reading) -> Stepped:
    return changed(phone, clean_at=now.monotonic_s), []


def leftovers_read(phone: Phone, event: LeftoversRead, now: Reading) -> Stepped:
    """Clean up if nothing has begun meanwhile; else when the phone answers next. What came due meanwhile stays due."""
    if phone.clean_at != event.due_at:
        return phone, []
    if event.keep is None:
        return changed(phone, clean_at=math.inf), []
    if not phone.free:
        return phone, []
    again = now.monotonic_s + KEPT_S if event.keep else math.inf
    return changed(phone, clean_at=again), [Send(message=CleanUp(keep=list(event.keep)))]
