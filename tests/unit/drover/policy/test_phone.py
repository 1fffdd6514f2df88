"""Which events a phone takes: every pair of occupant and event. What comes of each is in the tests of the parts."""

from collections.abc import Sequence
from typing import get_args

import pytest

from drover.policy import phone_events as e
from drover.policy.lifecycle import IllegalTransitionError
from drover.policy.phone import ACTS, ANSWERS, REPORTS
from drover.policy.phone_state import AccountScan, Beginning, Leased, Occupant, Returning, Running
from tests.support.phone_playbook import (
    ANSWERED,
    BEGUN,
    CHOSEN,
    CLOSED,
    GONE,
    GRANTED,
    IDLE,
    LOST,
    SERIAL,
    STARTED,
    USABLE,
    Play,
)

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
