"""What a phone's worker does to it: it starts, opens the phone, is in trouble with it, and ends."""

from datetime import datetime, timedelta
from typing import Final

from drover.policy import remarks
from drover.policy.clock import Reading
from drover.policy.escalation import PERSON, PREPARE_S
from drover.policy.phone_commands import LookForLeftovers, RecordWorker
from drover.policy.phone_events import PhoneAnswered, PhoneBlamed, PhoneTroubled, WorkerEnded, WorkerStarted
from drover.policy.phone_presence import Stepped, end_uses
from drover.policy.phone_state import FINE, Phone, Running, Word, WorkerState, changed
from drover.wire.devices import DeviceState
from drover.wire.tasks import Reason

LOOKS: Final = Word(why="its worker looks at the phone")


def started(phone: Phone, event: WorkerStarted, now: Reading) -> Stepped:
    probes = phone.worker is WorkerState.QUARANTINED
    phone = changed(
        phone,
        worker=WorkerState.QUARANTINED if probes else WorkerState.OPENING,
        worker_pid=event.pid,
        worker_starts=event.starts,
        word=LOOKS,
        deadline=_deadline(phone, PREPARE_S, now),
    )
    return phone, [RecordWorker(pid=event.pid)]


def answered(phone: Phone, _event: PhoneAnswered, now: Reading) -> Stepped:
    phone = changed(phone, worker=WorkerState.OPEN, word=FINE, looked=True)
    due = phone.clean_at <= now.monotonic_s
    return phone, [LookForLeftovers(due_at=phone.clean_at)] if due else []


def troubled(phone: Phone, event: PhoneTroubled, now: Reading) -> Stepped:
    """Shown until the worker says otherwise. With a condition it waits for a person: nothing is tried meanwhile."""
    if event.condition is not None:
        waits = Word(why=event.why, condition=event.condition)
        return changed(phone, word=waits, deadline=None if phone.admitted else phone.deadline), []
    hangs = Word(why=f"{event.why}; {PERSON[DeviceState.PREPARING]}", hangs=True)
    return changed(phone, word=hangs, clean_at=now.monotonic_s), []


def blamed(phone: Phone, event: PhoneBlamed, _now: Reading) -> Stepped:
    """Not where another attempt runs by now."""
    if isinstance(phone.occupant, Running) and phone.occupant.fence != event.fence:
        return phone, []
    hangs = phone.word.hangs and event.condition is None
    return changed(phone, word=Word(why=event.why, condition=event.condition, hangs=hangs)), []


def ended(phone: Phone, event: WorkerEnded, now: Reading) -> Stepped:
    """Before its attempt is closed: a phone without a worker is not shown idle, or the next task begins there."""
    how = remarks.ended_by(event.status)
    phone, commands = end_uses(
        changed(phone, worker_pid=None, clean_at=now.monotonic_s),
        why=f"the phone's worker ended ({how})",
        scan=f"its worker ended ({how}) meanwhile",
        reason=Reason.INTERRUPTED,
        remark=remarks.worker_ended(phone.serial, event.status),
    )
    if event.retry_in_s is None:  # the phone is gone, or the daemon ends
        return changed(phone, worker=WorkerState.NONE), commands
    return _awaits_another(phone, event, how, event.retry_in_s, now), commands


def _awaits_another(phone: Phone, event: WorkerEnded, how: str, retry_in_s: float, now: Reading) -> Phone:
    why = f"its worker ended ({how}); again in {retry_in_s:.0f} s"
    if event.quarantined:
        why = f"its worker died too often, at last with {how}; {PERSON[DeviceState.QUARANTINED]}"
    return changed(
        phone,
        worker=WorkerState.QUARANTINED if event.quarantined else WorkerState.ENDED,
        word=Word(why=why, hangs=phone.word.hangs),
        deadline=_deadline(phone, retry_in_s, now),
    )


def _deadline(phone: Phone, in_s: float, now: Reading) -> datetime | None:
    """Until when the worker's state lasts, where that is what is shown."""
    return now.wall + timedelta(seconds=in_s) if phone.admitted else phone.deadline
