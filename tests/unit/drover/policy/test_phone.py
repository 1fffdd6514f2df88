"""Playbooks of a phone: these events, exactly these commands; and every pair of occupant and event."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from drover.policy import phone_events as e
from drover.policy import remarks
from drover.policy.clock import Reading
from drover.policy.escalation import PREPARE_S
from drover.policy.lifecycle import IllegalTransitionError
from drover.policy.phone import ACTS, ANSWERS, REPORTS, step
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
from drover.policy.phone_state import AccountScan, Beginning, Leased, Occupant, Phone, Returning, Running
from drover.policy.phone_uses import KEPT_S
from drover.wire.devices import DeviceState, Identity, PhoneCondition
from drover.wire.direct import DirectEnded
from drover.wire.tasks import Reason
from drover.wire.worker import Probe, Tidy

SERIAL = "R58M1"
S = DeviceState
START = datetime(2026, 3, 1, tzinfo=UTC)
GRACE_S = 12.0
KEEP = KeepWorker(address="", identity=Identity(), same_boot=False)
GONE = e.TransportUnusable(state=S.ABSENT, reason="adb does not list it")
USABLE, ANSWERED = e.TransportUsable(), e.PhoneAnswered()
STARTED = e.WorkerStarted(pid=7, starts=1)


class Play:
    """One phone, and a clock that moves only when told."""

    def __init__(self, *events: e.Event) -> None:
        self.phone, self.at = Phone(serial=SERIAL), 1000.0
        self.after(*events)

    def after(self, *events: e.Event, s: float = 0.0) -> list[Command]:
        """What is to be done after these, each so many seconds later than what was before it."""
        commands: list[Command] = []
        for event in events:
            self.at += s
            now = Reading(wall=START + timedelta(seconds=self.at), monotonic_s=self.at)
            self.phone, more = step(self.phone, event, now)
            commands += more
        return commands

    @property
    def shown(self) -> tuple[DeviceState, str]:
        return self.phone.state, self.phone.reason

    @property
    def left_s(self) -> float | None:
        """Until the deadline that is shown."""
        deadline = self.phone.deadline
        return None if deadline is None else (deadline - START).total_seconds() - self.at


IDLE: Sequence[e.Event] = (USABLE, STARTED, ANSWERED)
CHOSEN, BEGUN = e.TaskChosen(task_id=5, account="tiktok:me"), e.AttemptBegun(task_id=5, fence=9, account="tiktok:me")
CLOSED = e.AttemptClosed(fence=9)
GRANTED = e.LeaseGranted(key="k", words="leased by 'ann'")
LOST = e.Ticked(grace_s=GRACE_S)


def away() -> tuple[Command, ...]:
    """What follows when a phone is lost, beside what its occupant needs."""
    return EndCalls(why=words(GRACE_S)), EndWorker()


def words(grace_s: float) -> str:
    return remarks.device_lost(SERIAL, grace_s)


# --- transitions --------------------------------------------------------------------------------------------------


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


def test_a_task_runs_from_its_choice_to_its_end() -> None:
    play = Play(*IDLE)
    assert play.after(CHOSEN) == []
    assert (play.shown, play.phone.free) == ((S.IDLE, ""), False)
    assert play.after(BEGUN) == [Publish()]
    assert (play.shown, play.phone.task_id) == ((S.BUSY, "task 5"), 5)
    play.after(e.AccountRecognised(fence=9, account="tiktok:other"))
    assert play.phone.occupant == Running(task_id=5, fence=9, account="tiktok:other")
    assert play.after(CLOSED) == [Publish(), WakeDispatcher()]
    assert (play.shown, play.phone.free, play.phone.task_id) == ((S.IDLE, ""), True, None)


def test_a_task_that_does_not_begin_leaves_the_phone() -> None:
    play = Play(*IDLE, CHOSEN)
    assert play.after(e.BeginAbandoned(task_id=4)) == []
    assert play.after(e.BeginAbandoned(task_id=5)) == [WakeDispatcher()]
    assert play.phone.free


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


def test_a_lease_is_over_at_once_and_the_phone_free_when_its_calls_have_ended() -> None:
    play = Play(*IDLE, GRANTED)
    assert play.after(e.LeaseOver(key="other")) == []
    assert play.after(e.LeaseOver(key="k")) == []
    assert (play.shown, play.phone.occupant) == (
        (S.LEASED, "leased by 'ann'"),
        Returning(key="k", words="leased by 'ann'"),
    )
    assert play.after(e.CallsEnded(key="k")) == [Send(message=DirectEnded()), Publish(), WakeDispatcher()]
    assert play.phone.free


def test_the_lease_of_a_command_ends_with_its_attempt() -> None:
    play = Play(*IDLE, CHOSEN, BEGUN, e.TaskLeased(key="k"))
    assert play.shown == (S.BUSY, "task 5")
    assert play.after(CLOSED) == [EndLease(key="k", why="task 5 has ended"), Publish(), WakeDispatcher()]
    play = Play(*IDLE, CHOSEN, BEGUN, e.TaskLeased(key="k"))
    play.after(e.LeaseOver(key="k"))
    assert play.after(CLOSED) == [Publish(), WakeDispatcher()]


def test_accounts_are_read_and_the_phone_is_free_again() -> None:
    play = Play(*IDLE)
    assert play.after(e.ScanBegun(request_id=3)) == [Publish()]
    assert play.shown == (S.LEASED, "its accounts are read")
    assert play.after(e.ScanEnded(request_id=2)) == []
    assert play.after(e.ScanEnded(request_id=3)) == [Publish(), WakeDispatcher()]
    play.after(e.ScanBegun(request_id=4))
    play.after(e.ScanEnded(request_id=4, killed="too slow"))
    assert (play.shown, play.phone.free) == ((S.PREPARING, "too slow"), False)


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


# --- workers ------------------------------------------------------------------------------------------------------


def test_a_worker_that_died_is_awaited_and_its_attempt_closed() -> None:
    play = Play(*IDLE, CHOSEN, BEGUN, e.TaskLeased(key="k"))
    assert play.after(e.WorkerEnded(status=-9, retry_in_s=4.0)) == [
        EndLease(key="k", why="the phone's worker ended (signal 9)"),
        EndCalls(why="the phone's worker ended (signal 9)"),
        CloseAttempt(
            fence=9, reason=Reason.INTERRUPTED, remark=f"The worker of {SERIAL} ended (signal 9) while the task ran."
        ),
        Publish(),
    ]
    assert play.shown == (S.PREPARING, "its worker ended (signal 9); again in 4 s")
    assert (play.left_s, play.phone.worker_pid) == (4.0, None)
    play.after(CLOSED)
    assert (play.phone.state, play.phone.free) == (S.PREPARING, False)
    play.after(STARTED, ANSWERED)
    assert play.phone.free


def test_too_many_deaths_quarantine_until_one_has_opened_the_phone() -> None:
    play = Play(*IDLE, e.WorkerEnded(status=1, quarantined=True, retry_in_s=300.0))
    assert play.phone.state is S.QUARANTINED
    assert play.left_s == 300.0
    play.after(STARTED)
    assert play.shown == (S.QUARANTINED, "its worker looks at the phone")
    play.after(e.WorkerEnded(status=1, quarantined=True, retry_in_s=300.0), STARTED, ANSWERED)
    assert play.shown == (S.IDLE, "")


def test_a_worker_that_we_ended_makes_nothing_of_its_phone() -> None:
    play = Play(*IDLE)
    assert play.after(e.WorkerEnded(status=0)) == [EndCalls(why="the phone's worker ended (status 0)")]
    assert (play.shown, play.phone.worker_pid) == ((S.IDLE, ""), None)


def test_a_phone_in_trouble_waits_until_its_worker_says_otherwise() -> None:
    play = Play(*IDLE)
    assert play.after(e.PhoneTroubled(why="it does not answer")) == [Publish()]
    assert play.shown == (S.PREPARING, "it does not answer; if that stays, look at the phone and restart it")
    assert play.phone.word.hangs
    play.after(e.PhoneTroubled(why="locked; unlock it by hand", condition=PhoneCondition.LOCKED))
    assert (play.shown, play.phone.condition) == ((S.PREPARING, "locked; unlock it by hand"), PhoneCondition.LOCKED)
    assert (play.phone.word.hangs, play.left_s) == (False, None)
    assert play.after(ANSWERED)[-2:] == [Publish(), WakeDispatcher()]
    assert (play.shown, play.phone.condition) == ((S.IDLE, ""), None)


def test_what_a_worker_says_of_its_phone_is_shown_once_the_attempt_has_ended() -> None:
    for fence, state in ((9, S.PREPARING), (8, S.IDLE)):
        play = Play(*IDLE, CHOSEN, BEGUN)
        play.after(e.PhoneBlamed(fence=fence, why="locked", condition=PhoneCondition.LOCKED))
        assert (play.phone.state, play.phone.condition) == (S.BUSY, None)
        play.after(CLOSED)
        assert play.phone.state is state, "a late word about another attempt is no word about this phone"
    play = Play(*IDLE, CHOSEN, BEGUN, e.PhoneTroubled(why="no answer"), e.PhoneTroubled(why="none at all"), CLOSED)
    assert play.phone.reason.startswith("none at all; ")


def test_late_words_of_a_worker_do_not_bring_back_a_phone_that_is_gone() -> None:
    play = Play(*IDLE, CHOSEN, BEGUN, e.TransportUnusable(state=S.UNAUTHORIZED, reason="allow it"))
    for event in (e.PhoneTroubled(why="x"), ANSWERED, STARTED, e.WorkerEnded(status=1, retry_in_s=1.0), CLOSED):
        play.after(event)
        assert play.shown == (S.UNAUTHORIZED, "allow it")


# --- coming and going ---------------------------------------------------------------------------------------------


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


# --- gallery clean-up ---------------------------------------------------------------------------------------------


def test_a_gallery_is_cleaned_up_once_after_a_start_and_again_when_files_were_brought() -> None:
    play = Play(*IDLE)
    due_at = play.phone.clean_at
    assert play.after(e.LeftoversRead(due_at=due_at, keep=())) == [Send(message=Tidy())]
    assert play.after(ANSWERED) == []
    play.after(e.FilesBrought())
    assert play.after(ANSWERED, s=1.0) == [LookForLeftovers(due_at=play.at - 1.0)]


def test_a_phone_on_which_nothing_was_ever_published_is_left_alone() -> None:
    play = Play(*IDLE)
    assert play.after(e.LeftoversRead(due_at=play.phone.clean_at, keep=None)) == []
    assert play.after(ANSWERED) == []


def test_what_may_be_uploading_stays_for_a_day() -> None:
    play = Play(*IDLE)
    assert play.after(e.LeftoversRead(due_at=play.phone.clean_at, keep=(4,))) == [Send(message=Tidy(keep=[4]))]
    assert play.after(ANSWERED, s=KEPT_S - 1) == []
    assert play.after(ANSWERED, s=2.0) == [LookForLeftovers(due_at=play.phone.clean_at)]


@pytest.mark.parametrize("meanwhile", [CHOSEN, e.WorkerEnded(status=1, retry_in_s=1.0), e.FilesBrought()])
def test_nothing_is_cleaned_up_where_something_happened_meanwhile_and_it_stays_due(meanwhile: e.Event) -> None:
    play = Play(*IDLE)
    due_at = play.phone.clean_at
    play.after(meanwhile)
    assert play.after(e.LeftoversRead(due_at=due_at, keep=())) == []
    assert any(isinstance(command, LookForLeftovers) for command in play.after(ANSWERED, s=1.0))


# --- every pair of occupant and event -----------------------------------------------------------------------------

USES: dict[str, Sequence[e.Event]] = {
    "none": (),
    "beginning": (CHOSEN,),
    "running": (CHOSEN, BEGUN),
    "leased": (GRANTED,),
    "returning": (GRANTED, e.LeaseOver(key="k")),
    "scan": (e.ScanBegun(request_id=3),),
}
OCCUPANTS: dict[str, type[Occupant] | None] = {
    "none": None, "beginning": Beginning, "running": Running, "leased": Leased, "returning": Returning,
    "scan": AccountScan,
}  # fmt: skip
EVENTS: dict[str, e.Event] = {
    "TransportUsable": USABLE,
    "TransportUnusable": GONE,
    "Ticked": LOST,
    "RecoveryPlanned": e.RecoveryPlanned(in_s=30.0),
    "WorkerStarted": STARTED,
    "WorkerEnded": e.WorkerEnded(status=1, retry_in_s=1.0),
    "PhoneAnswered": ANSWERED,
    "PhoneTroubled": e.PhoneTroubled(why="no answer"),
    "PhoneBlamed": e.PhoneBlamed(fence=9, why="no answer"),
    "TaskChosen": CHOSEN,
    "BeginAbandoned": e.BeginAbandoned(task_id=5),
    "AttemptBegun": BEGUN,
    "AccountRecognised": e.AccountRecognised(fence=9, account="tiktok:me"),
    "AttemptClosed": CLOSED,
    "FilesBrought": e.FilesBrought(),
    "LeftoversRead": e.LeftoversRead(due_at=float("-inf"), keep=()),
    "LeaseGranted": GRANTED,
    "TaskLeased": e.TaskLeased(key="t"),
    "LeaseOver": e.LeaseOver(key="k"),
    "CallsEnded": e.CallsEnded(key="k"),
    "ScanBegun": e.ScanBegun(request_id=4),
    "ScanEnded": e.ScanEnded(request_id=3),
}
PAIRS = """
                    none       beginning  running    leased     returning  scan
TransportUsable     none       beginning  running    leased     returning  scan
TransportUnusable   none       beginning  running    leased     returning  scan
Ticked              none       beginning  running    leased     returning  scan
RecoveryPlanned     none       beginning  running    leased     returning  scan
WorkerStarted       none       beginning  running    leased     returning  scan
WorkerEnded         none       beginning  running    returning  returning  scan
PhoneAnswered       none       beginning  running    leased     returning  scan
PhoneTroubled       none       beginning  running    leased     returning  scan
PhoneBlamed         none       beginning  running    leased     returning  scan
TaskChosen          beginning  raises     raises     raises     raises     raises
BeginAbandoned      none       none       running    leased     returning  scan
AttemptBegun        raises     running    raises     raises     raises     raises
AccountRecognised   none       beginning  running    leased     returning  scan
AttemptClosed       none       beginning  none       leased     returning  scan
FilesBrought        none       beginning  running    leased     returning  scan
LeftoversRead       none       beginning  running    leased     returning  scan
LeaseGranted        leased     raises     raises     raises     raises     raises
TaskLeased          raises     raises     running    raises     raises     raises
LeaseOver           none       beginning  running    returning  returning  scan
CallsEnded          none       beginning  running    leased     none       scan
ScanBegun           scan       raises     raises     raises     raises     raises
ScanEnded           none       beginning  running    leased     returning  none
"""
"""Who has the phone after the event, for each who had it before."""

HEADS, *LINES = [line.split() for line in PAIRS.strip().splitlines()]


def test_every_event_is_one_of_three_kinds_and_in_the_table() -> None:
    kinds = [*REPORTS, *ACTS, *ANSWERS]
    assert set(kinds) == set(get_args(e.Event))
    assert len(kinds) == len(set(kinds))
    assert {type(event).__name__ for event in EVENTS.values()} == set(EVENTS) == {line[0] for line in LINES}
    assert {kind.__name__ for kind in kinds} == set(EVENTS)


@pytest.mark.parametrize(
    ("event", "before", "after"),
    [(line[0], head, cell) for line in LINES for head, cell in zip(HEADS, line[1:], strict=True)],
)
def test_every_pair_of_occupant_and_event(event: str, before: str, after: str) -> None:
    play = Play(*IDLE, *USES[before])
    whole = play.phone
    if after == "raises":
        with pytest.raises(IllegalTransitionError, match=SERIAL):
            play.after(EVENTS[event])
        assert play.phone is whole
        return
    play.after(EVENTS[event])
    wanted = OCCUPANTS[after]
    assert play.phone.occupant is None if wanted is None else isinstance(play.phone.occupant, wanted)


@pytest.mark.parametrize("act", [CHOSEN, GRANTED, e.ScanBegun(request_id=1)])
@pytest.mark.parametrize(
    "events",
    [
        (),
        (USABLE,),
        (USABLE, STARTED),
        (*IDLE, GONE),
        (*IDLE, e.PhoneTroubled(why="x")),
        (*IDLE, e.WorkerEnded(status=1, retry_in_s=1.0)),
        (*IDLE, e.WorkerEnded(status=1, quarantined=True, retry_in_s=1.0)),
        (*IDLE, GONE, USABLE, GONE, USABLE),
    ],
)
def test_nothing_begins_on_a_phone_that_cannot_be_used(events: Sequence[e.Event], act: e.Event) -> None:
    play = Play(*events)
    with pytest.raises(IllegalTransitionError):
        play.after(act)
