"""Playbooks of what uses a phone: tasks, leases, account scans and the clean-up of its gallery."""

import pytest

from drover.policy import phone_events as e
from drover.policy.phone_commands import (
    EndLease,
    LookForLeftovers,
    Publish,
    Send,
    WakeDispatcher,
)
from drover.policy.phone_state import Returning, Running
from drover.policy.phone_uses import KEPT_S
from drover.wire.devices import DeviceState as S
from drover.wire.direct import DirectEnded
from drover.wire.worker import CleanUp
from tests.support.phone_playbook import ANSWERED, BEGUN, CHOSEN, CLOSED, GRANTED, IDLE, Play


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


def test_a_gallery_is_cleaned_up_once_after_a_start_and_again_when_files_were_brought() -> None:
    play = Play(*IDLE)
    due_at = play.phone.clean_at
    assert play.after(e.LeftoversRead(due_at=due_at, keep=())) == [Send(message=CleanUp())]
    assert play.after(ANSWERED) == []
    play.after(e.FilesBrought())
    assert play.after(ANSWERED, s=1.0) == [LookForLeftovers(due_at=play.at - 1.0)]


def test_a_phone_on_which_nothing_was_ever_published_is_left_alone() -> None:
    play = Play(*IDLE)
    assert play.after(e.LeftoversRead(due_at=play.phone.clean_at, keep=None)) == []
    assert play.after(ANSWERED) == []


def test_what_may_be_uploading_stays_for_a_day() -> None:
    play = Play(*IDLE)
    assert play.after(e.LeftoversRead(due_at=play.phone.clean_at, keep=(4,))) == [Send(message=CleanUp(keep=[4]))]
    assert play.after(ANSWERED, s=KEPT_S - 1) == []
    assert play.after(ANSWERED, s=2.0) == [LookForLeftovers(due_at=play.phone.clean_at)]


@pytest.mark.parametrize("meanwhile", [CHOSEN, e.WorkerEnded(status=1, retry_in_s=1.0), e.FilesBrought()])
def test_nothing_is_cleaned_up_where_something_happened_meanwhile_and_it_stays_due(meanwhile: e.Event) -> None:
    play = Play(*IDLE)
    due_at = play.phone.clean_at
    play.after(meanwhile)
    assert play.after(e.LeftoversRead(due_at=due_at, keep=())) == []
    assert any(isinstance(command, LookForLeftovers) for command in play.after(ANSWERED, s=1.0))
