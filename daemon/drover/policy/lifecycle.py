"""The task's state machine as a table. Every change of a status asks here; nothing else decides what may follow."""

from enum import StrEnum
from typing import Final

from drover.wire.tasks import Status


class TaskEvent(StrEnum):
    """What can happen to a task."""

    BEGIN = "begin"  # an attempt begins
    COMPLETE = "complete"  # the wanted state is proven
    FAIL = "fail"  # it ends without
    REQUEUE = "requeue"  # the attempt ended and another may follow
    STOP = "stop"  # someone stopped it
    RETRY = "retry"  # someone wants a failed one again


class IllegalTransitionError(Exception):
    """This cannot happen to a task that stands there."""


TRANSITIONS: Final[dict[tuple[Status, TaskEvent], Status]] = {
    (Status.PENDING, TaskEvent.BEGIN): Status.RUNNING,
    (Status.PENDING, TaskEvent.STOP): Status.FAILED,
    (Status.PENDING, TaskEvent.FAIL): Status.FAILED,  # missed or expired: it ends without an attempt
    (Status.RUNNING, TaskEvent.COMPLETE): Status.COMPLETED,
    (Status.RUNNING, TaskEvent.FAIL): Status.FAILED,
    (Status.RUNNING, TaskEvent.STOP): Status.FAILED,
    (Status.RUNNING, TaskEvent.REQUEUE): Status.PENDING,
    (Status.FAILED, TaskEvent.RETRY): Status.PENDING,  # the only way out of an end, and only by a person's wish
}


def advance(status: Status, event: TaskEvent) -> Status:
    """The status after the event; raises IllegalTransitionError where the table has no such line."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        raise IllegalTransitionError(f"a {status.name.lower()} task cannot {event.value}") from None
