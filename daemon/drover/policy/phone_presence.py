"""What adb's listing and time alone do to a phone: it comes, waits, goes, and is lost after a grace."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from drover.policy import remarks
from drover.policy.clock import Reading
from drover.policy.phone_commands import (
    CloseAttempt,
    Command,
    EndCalls,
    EndLease,
    EndWorker,
    FailScan,
    KeepWorker,
    NoteFlapping,
    Send,
)
from drover.policy.phone_events import RecoveryPlanned, Ticked, TransportUnusable, TransportUsable
from drover.policy.phone_state import FINE, AccountScan, Leased, Phone, Returning, Running, WorkerState, changed
from drover.wire.tasks import Reason
from drover.wire.worker import Probe

FLAPPING_NOTED_S: Final = 10.0
"""Between two lines of the log about one phone that comes and goes."""

Stepped = tuple[Phone, list[Command]]


def usable(phone: Phone, event: TransportUsable, now: Reading) -> Stepped:
    """A proven transport works."""
    before, phone = phone, changed(phone, listed=event)
    if not before.admitted:
        return _come(phone, event, now)
    keep = _keep(event)
    moved = not isinstance(before.listed, TransportUsable) or _keep(before.listed) != keep
    return phone, [keep] if moved else []


def unusable(phone: Phone, event: TransportUnusable, now: Reading) -> Stepped:
    """None does. One that is held back is shown so until its time is over, wherever it is."""
    if not phone.admitted:
        return changed(phone, listed=event), []
    flapping = phone.flapping.went(now.monotonic_s) if event.its_own else phone.flapping
    away = changed(phone, listed=event, admitted=False, away_since=now.monotonic_s, flapping=flapping)
    return away, []


def ticked(phone: Phone, event: Ticked, now: Reading) -> Stepped:
    """Time passed."""
    commands: list[Command] = []
    if phone.held and isinstance(phone.listed, TransportUsable):
        phone, commands = _come(phone, phone.listed, now)
    elif phone.held and phone.flapping.hold_s(now.monotonic_s) <= 0:
        phone = changed(phone, held="")
    if phone.away_since is None or now.monotonic_s - phone.away_since < event.grace_s:
        return phone, commands
    why = remarks.device_lost(phone.serial, event.grace_s)
    phone, ends = end_uses(changed(phone, away_since=None), why=why, scan=why, reason=Reason.DEVICE_LOST, remark=why)
    return phone, [*commands, *ends, EndWorker()]


def recovery_planned(phone: Phone, event: RecoveryPlanned, now: Reading) -> Stepped:
    return changed(phone, deadline=now.wall + timedelta(seconds=event.in_s)), []


def end_uses(phone: Phone, *, why: str, scan: str, reason: Reason, remark: str) -> Stepped:
    """Whoever has the phone cannot reach it any more. An attempt and a scan leave it when they have ended themselves:
    the store, or who asked, must know of that first."""
    commands: list[Command] = []
    match phone.occupant:
        case AccountScan(request_id=request_id):
            commands.append(FailScan(request_id=request_id, why=scan))
        case Leased(key=key, words=words):
            phone = changed(phone, occupant=Returning(key=key, words=words))
            commands.append(EndLease(key=key, why=why))
        case Running(lease=key) as running if key:
            phone = changed(phone, occupant=replace(running, lease=""))
            commands.append(EndLease(key=key, why=why))
        case _:
            pass
    commands.append(EndCalls(why=why))
    if isinstance(phone.occupant, Running):
        commands.append(CloseAttempt(fence=phone.occupant.fence, reason=reason, remark=remark))
    return phone, commands


def _come(phone: Phone, event: TransportUsable, now: Reading) -> Stepped:
    """It is there: used at once, unless it comes and goes."""
    phone = changed(phone, flapping=phone.flapping.came(now.monotonic_s, event.jitter))
    hold_s = phone.flapping.hold_s(now.monotonic_s)
    if hold_s <= 0:
        return _admit(phone, event, now)
    return (phone, []) if phone.held else _hold(phone, hold_s, now)


def _admit(phone: Phone, event: TransportUsable, now: Reading) -> Stepped:
    """A phone that is back within the grace has a worker that lived through the absence: let it look."""
    came_back, runs = phone.away_since is not None, isinstance(phone.occupant, Running)
    commands: list[Command] = [_keep(event)]
    if came_back and not runs:
        commands.append(Send(message=Probe()))
    phone = changed(phone, admitted=True, held="", away_since=None, flapping=phone.flapping.admitted(now.monotonic_s))
    if runs:
        return phone, commands  # its attempt goes on
    return changed(phone, looked=False, word=FINE if phone.worker is WorkerState.OPEN else phone.word), commands


def _hold(phone: Phone, hold_s: float, now: Reading) -> Stepped:
    absences = phone.flapping.absences
    words = (
        f"it comes and goes ({absences} times); Drover takes it back in {hold_s:.1f} s; check its cable, its USB "
        "port and its power"
    )
    phone = changed(phone, held=words, deadline=now.wall + timedelta(seconds=hold_s))
    if now.monotonic_s - phone.flapping_noted_at < FLAPPING_NOTED_S:
        return phone, []
    noted = NoteFlapping(absences=absences, hold_s=round(hold_s, 1))
    return changed(phone, flapping_noted_at=now.monotonic_s), [noted]


def _keep(event: TransportUsable) -> KeepWorker:
    return KeepWorker(address=event.address, identity=event.identity, same_boot=event.same_boot)
