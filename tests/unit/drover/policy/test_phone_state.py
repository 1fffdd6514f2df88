"""How a phone is shown where several things are true of it at once, and what follows from it for others."""

import pytest

from drover.policy.phone_events import TransportUnusable, TransportUsable
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
    shown,
)
from drover.wire.devices import DeviceState as S
from drover.wire.devices import PhoneCondition

LOCKED = Word(why="locked", condition=PhoneCondition.LOCKED)
RUNNING = Running(task_id=5, fence=9)
WORST = Phone(
    serial="a",
    held="it comes and goes",
    listed=TransportUnusable(state=S.UNAUTHORIZED, reason="allow it"),
    worker=WorkerState.QUARANTINED,
    word=LOCKED,
    occupant=RUNNING,
)


def test_what_stands_in_the_way_most_is_shown_and_then_the_next() -> None:
    """Each step takes away what was shown before it."""
    phone, seen = WORST, [shown(WORST)]
    for less in (
        {"held": ""},
        {"listed": TransportUsable()},
        {"worker": WorkerState.ENDED},
        {"worker": WorkerState.OPEN},
        {"occupant": None},
        {"looked": True},
        {"word": Word()},
    ):
        phone = changed(phone, **less)
        seen.append(shown(phone))
    assert seen == [
        (S.OFFLINE, "it comes and goes", None),
        (S.UNAUTHORIZED, "allow it", None),
        (S.QUARANTINED, "locked", PhoneCondition.LOCKED),
        (S.PREPARING, "locked", PhoneCondition.LOCKED),
        (S.BUSY, "task 5", None),
        (S.PREPARING, "locked", PhoneCondition.LOCKED),
        (S.PREPARING, "locked", PhoneCondition.LOCKED),
        (S.IDLE, "", None),
    ]


@pytest.mark.parametrize("worker", [WorkerState.OPENING, WorkerState.ENDED])
def test_no_task_is_shown_running_on_a_phone_whose_worker_has_not_opened_it(worker: WorkerState) -> None:
    phone = Phone(serial="a", listed=TransportUsable(), worker=worker, occupant=RUNNING, looked=True)
    assert (shown(phone)[0], phone.task_id) == (S.PREPARING, 5)


@pytest.mark.parametrize(
    ("occupant", "words"),
    [
        (Leased(key="k", words="leased by 'ann'"), "leased by 'ann'"),
        (Returning(key="k", words="leased by 'ann'"), "leased by 'ann'"),
        (AccountScan(request_id=1), "its accounts are read"),
    ],
)
def test_who_drives_the_phone_is_told_before_and_trouble_instead(
    occupant: Leased | Returning | AccountScan, words: str
) -> None:
    """Trouble does not end a lease: it is said of the leased phone."""
    phone = Phone(serial="a", listed=TransportUsable(), worker=WorkerState.OPEN, occupant=occupant)
    assert shown(phone) == (S.PREPARING, "adb lists it", None)
    assert shown(changed(phone, looked=True)) == (S.LEASED, words, None)
    assert shown(changed(phone, looked=True, word=LOCKED)) == (S.LEASED, "locked", PhoneCondition.LOCKED)


def test_a_task_about_to_begin_is_not_shown_and_keeps_the_phone() -> None:
    idle = Phone(serial="a", state=S.IDLE, listed=TransportUsable(), worker=WorkerState.OPEN, looked=True)
    chosen = changed(idle, occupant=Beginning(task_id=5))
    assert shown(chosen) == shown(idle) == (S.IDLE, "", None)
    assert (idle.free, chosen.free, chosen.task_id) == (True, False, None)
    assert not changed(idle, state=S.PREPARING).free


def test_time_alone_changes_only_a_phone_that_is_held_back_or_away() -> None:
    phone = Phone(serial="a")
    assert not phone.waits_for_time
    assert changed(phone, held="it comes and goes").waits_for_time
    assert changed(phone, away_since=0.0).waits_for_time
