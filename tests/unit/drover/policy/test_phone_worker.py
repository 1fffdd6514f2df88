"""Playbooks of a phone's worker: it starts, opens the phone, is in trouble with it, and ends."""

from drover.policy import phone_events as e
from drover.policy.phone_commands import (
    CloseAttempt,
    EndCalls,
    EndLease,
    Publish,
    WakeDispatcher,
)
from drover.wire.devices import DeviceState as S
from drover.wire.devices import PhoneCondition
from drover.wire.tasks import Reason
from tests.support.phone_playbook import ANSWERED, BEGUN, CHOSEN, CLOSED, IDLE, SERIAL, STARTED, Play


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
