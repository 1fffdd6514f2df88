"""Playbooks of what adb lists and of time: a phone comes, waits, goes, and is lost after a grace."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from drover.policy import phone_events as e
from drover.policy.escalation import PREPARE_S
from drover.policy.phone_commands import (
    CloseAttempt,
    Command,
    EndCalls,
    EndLease,
    EndWorker,
    FailScan,
    KeepWorker,
    LookForLeftovers,
    NoteFlapping,
    Publish,
    RecordWorker,
    Send,
    WakeDispatcher,
)
from drover.wire.devices import DeviceState as S
from drover.wire.devices import Identity
from drover.wire.tasks import Reason
from drover.wire.worker import Probe
from tests.support.phone_playbook import (
    ANSWERED,
    BEGUN,
    CHOSEN,
    CLOSED,
    GONE,
    GRACE_S,
    GRANTED,
    IDLE,
    LOST,
    STARTED,
    USABLE,
    Play,
    words,
)

KEEP = KeepWorker(address="", identity=Identity(), same_boot=False)


def away() -> tuple[Command, ...]:
    """What follows when a phone is lost, next to what its occupant needs."""
    return EndCalls(why=words(GRACE_S)), EndWorker()


def test_plugged_in_opened_and_unplugged() -> None:
    play = Play()
    assert play.after(USABLE) == [KEEP, Publish()]
    assert play.shown == (S.PREPARING, "adb lists it")
    assert play.after(STARTED) == [RecordWorker(pid=7), Publish()]
    assert play.shown == (S.PREPARING, "its worker looks at the phone")
    assert (play.left_s, play.phone.worker_pid, play.phone.worker_starts) == (PREPARE_S, 7, 1)
    never = LookForLeftovers(due_at=float("-inf"))
    assert play.after(ANSWERED) == [never, Publish(), WakeDispatcher()]
    assert (play.shown, play.left_s) == ((S.IDLE, ""), None)
    assert play.after(USABLE) == []
    assert play.after(GONE) == [Publish()]
    assert play.shown == (S.ABSENT, "adb does not list it")
    assert play.after(LOST, s=GRACE_S) == [*away()]
    assert play.after(LOST, s=GRACE_S) == []


def test_must_be_allowed_on_the_phone_first() -> None:
    play = Play()
    play.after(e.TransportUnusable(state=S.UNAUTHORIZED, reason="allow it"))
    assert play.shown == (S.UNAUTHORIZED, "allow it")
    play.after(e.TransportUnusable(state=S.OFFLINE, reason="no answer"))
    assert play.shown == (S.OFFLINE, "no answer")
    play.after(*IDLE)
    assert play.shown == (S.IDLE, "")


def test_a_worker_that_is_to_go_by_another_address_is_told_once() -> None:
    play = Play(*IDLE)
    moved = e.TransportUsable(address="10.0.0.1:5555", jitter=0.9)
    assert play.after(moved) == [KeepWorker(address="10.0.0.1:5555", identity=Identity(), same_boot=False)]
    assert play.after(replace(moved, jitter=1.1)) == []


def test_an_attempt_lives_through_a_short_absence() -> None:
    play = Play(*IDLE, CHOSEN, BEGUN)
    play.after(GONE)
    assert (play.phone.state, play.phone.task_id) == (S.ABSENT, 5)
    assert play.after(LOST, s=GRACE_S - 1) == []
    assert play.after(USABLE) == [KEEP, Publish()]
    assert play.shown == (S.BUSY, "task 5")
    play.after(CLOSED)
    assert play.shown == (S.IDLE, "")


def test_a_lease_lives_through_a_short_absence_and_its_worker_looks_first() -> None:
    play = Play(*IDLE, GRANTED)
    assert play.shown == (S.LEASED, "leased by 'ann'")
    play.after(GONE)
    assert play.after(USABLE) == [KEEP, Send(message=Probe()), Publish()]
    assert play.shown == (S.PREPARING, "adb lists it")
    play.after(ANSWERED)
    assert play.shown == (S.LEASED, "leased by 'ann'")


@pytest.mark.parametrize(
    ("uses", "ends"),
    [
        ((), ()),
        ((CHOSEN,), ()),
        ((CHOSEN, BEGUN), (CloseAttempt(fence=9, reason=Reason.DEVICE_LOST, remark=words(GRACE_S)),)),
        ((GRANTED,), ()),
        ((e.ScanBegun(request_id=3),), ()),
    ],
)
def test_loss_after_the_grace_ends_whatever_had_the_phone(uses: Sequence[e.Event], ends: Sequence[Command]) -> None:
    play = Play(*IDLE, *uses, GONE)
    assert play.after(LOST, s=GRACE_S - 0.1) == []
    commands = play.after(LOST, s=0.1)
    before: list[Command] = []
    if GRANTED in uses:
        before = [EndLease(key="k", why=words(GRACE_S))]
    elif e.ScanBegun(request_id=3) in uses:
        before = [FailScan(request_id=3, why=words(GRACE_S))]
    assert commands == [*before, EndCalls(why=words(GRACE_S)), *ends, EndWorker()]


def test_r05_one_that_comes_and_goes_is_held_back_and_said_so_once_in_ten_seconds() -> None:
    play = Play(*IDLE)
    assert NoteFlapping(absences=1, hold_s=0.0) not in play.after(GONE, USABLE)
    commands = play.after(GONE, USABLE)
    assert commands == [Publish(), NoteFlapping(absences=2, hold_s=1.0), Publish()]
    assert play.phone.state is S.OFFLINE
    assert play.phone.reason.startswith("it comes and goes (2 times); Drover takes it back in 1.0 s")
    assert (play.left_s, play.phone.restless) == (1.0, True)
    assert play.after(GONE, USABLE) == []
    assert play.after(LOST, s=0.9) == []
    assert play.after(LOST, s=0.2) == [KEEP, Send(message=Probe()), Publish()]
    assert not any(isinstance(command, NoteFlapping) for command in play.after(GONE, USABLE))
    play.after(LOST, s=2.1)
    assert any(isinstance(command, NoteFlapping) for command in play.after(LOST, GONE, USABLE, s=10.0))


def test_one_that_is_gone_when_its_time_is_over_is_gone() -> None:
    play = Play(*IDLE, GONE, USABLE, GONE, USABLE, GONE)
    assert play.phone.state is S.OFFLINE
    play.after(LOST, s=1.1)
    assert play.shown == (S.ABSENT, "adb does not list it")
    assert play.after(LOST, s=GRACE_S) == [*away()]


def test_r04_what_adbs_server_does_is_held_against_no_phone() -> None:
    play = Play(*IDLE)
    for _ in range(20):
        play.after(e.TransportUnusable(state=S.ABSENT, reason="the adb server does not answer", its_own=False), USABLE)
    assert play.phone.state is S.PREPARING


def test_a_recovery_step_is_a_deadline() -> None:
    play = Play(e.TransportUnusable(state=S.OFFLINE, reason="no answer"))
    assert play.after(e.RecoveryPlanned(in_s=30.0)) == []
    assert play.left_s == 30.0
    play.after(USABLE)
    assert play.left_s is None
