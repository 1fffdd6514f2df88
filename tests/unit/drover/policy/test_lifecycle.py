"""The whole table of the task's life, line by line."""

import itertools

import pytest

from drover.policy.lifecycle import IllegalTransitionError, TaskEvent, advance
from drover.wire.tasks import Status

LEGAL = {
    (Status.PENDING, TaskEvent.BEGIN): Status.RUNNING,
    (Status.PENDING, TaskEvent.STOP): Status.FAILED,
    (Status.PENDING, TaskEvent.FAIL): Status.FAILED,
    (Status.RUNNING, TaskEvent.COMPLETE): Status.COMPLETED,
    (Status.RUNNING, TaskEvent.FAIL): Status.FAILED,
    (Status.RUNNING, TaskEvent.STOP): Status.FAILED,
    (Status.RUNNING, TaskEvent.REQUEUE): Status.PENDING,
    (Status.FAILED, TaskEvent.RETRY): Status.PENDING,
}


@pytest.mark.parametrize(("status", "event"), list(itertools.product(Status, TaskEvent)))
def test_every_pair_is_legal_as_listed_or_raises(status: Status, event: TaskEvent) -> None:
    if (status, event) in LEGAL:
        assert advance(status, event) is LEGAL[status, event]
    else:
        with pytest.raises(IllegalTransitionError, match=f"{status.name.lower()} task cannot {event.value}"):
            advance(status, event)


def test_r12_ended_is_ended_but_for_a_retry_of_a_failed_one() -> None:
    ways_out = {(status, event) for status, event in LEGAL if status.ended}
    assert ways_out == {(Status.FAILED, TaskEvent.RETRY)}
