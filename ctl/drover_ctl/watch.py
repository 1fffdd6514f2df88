"""Follows tasks until they have ended, over the event subscription. Prints nothing: it calls a Reporter."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from drover.client import ControlClient, ControlError, DaemonUnreachableError, EventStream
from drover.wire.control import GetTask
from drover.wire.events import Event, StreamReset, TaskChanged, TaskDeleted, TaskProgressed
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Task

RECONNECT_S = 60.0
RETRY_S = 0.5


class WaitTimeoutError(Exception):
    """The tasks had not all ended in time."""


class Reporter(Protocol):
    """Shows what happens to the tasks, as it happens."""

    def changed(self, task: Task) -> None: ...
    def progressed(self, event: TaskProgressed) -> None: ...
    def deleted(self, task_id: int) -> None: ...
    def interrupted(self, why: str) -> None: ...


class Watch:
    """Waits for a set of tasks. `tasks` holds the newest known state; a deleted task's is None."""

    def __init__(self, client: ControlClient, task_ids: Sequence[int], reporter: Reporter) -> None:
        """Looks up every task; raises RequestError NOT_FOUND if one does not exist."""
        self._client = client
        self._reporter = reporter
        # Subscribed before the first look, so that nothing is missed in between.
        self._stream = client.subscribe()
        self.tasks: dict[int, Task | None] = {}
        try:
            for task_id in task_ids:
                self.tasks[task_id] = client.ask(GetTask(task_id=task_id), Task)
        except BaseException:
            self.close()
            raise

    def wait(self, timeout_s: float | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Return when all have ended; raises WaitTimeoutError, or DaemonUnreachableError when it stays away."""
        deadline = None if timeout_s is None else clock() + timeout_s
        for task in list(self.tasks.values()):
            if task is not None:
                self._reporter.changed(task)
        while not self._done():
            left = None if deadline is None else deadline - clock()
            if left is not None and left <= 0:
                raise WaitTimeoutError
            try:
                event = self._stream.next_event(timeout_s=left)
            except DaemonUnreachableError as error:
                self._reporter.interrupted(str(error))
                self._resume(deadline, clock)
                continue
            if event is not None:
                self._take(event)

    def close(self) -> None:
        self._stream.close()

    def _done(self) -> bool:
        return all(task is None or task.status.ended for task in self.tasks.values())

    def _take(self, event: Event) -> None:
        body = event.body
        if isinstance(body, TaskChanged) and body.task.id in self.tasks:
            self.tasks[body.task.id] = body.task
            self._reporter.changed(body.task)
        elif isinstance(body, TaskProgressed) and body.task_id in self.tasks:
            self._reporter.progressed(body)
        elif isinstance(body, TaskDeleted) and body.task_id in self.tasks:
            self._forget(body.task_id)
        elif isinstance(body, StreamReset):
            self._look_at_all()

    def _look_at_all(self) -> None:
        """The events of those that have not ended are incomplete: ask for each."""
        for task_id, known in list(self.tasks.items()):
            if known is not None and not known.status.ended:
                self._look_again(task_id)

    def _forget(self, task_id: int) -> None:
        self.tasks[task_id] = None
        self._reporter.deleted(task_id)

    def _resume(self, deadline: float | None, clock: Callable[[], float]) -> None:
        """Subscribe again once the daemon is back, and look at every task."""
        give_up = clock() + RECONNECT_S
        while True:
            try:
                self._stream = self._subscribe_and_look()
                return
            except ControlError:
                now = clock()
                if deadline is not None and now > deadline:
                    raise WaitTimeoutError from None
                if now > give_up:
                    raise
                time.sleep(RETRY_S)

    def _subscribe_and_look(self) -> EventStream:
        stream = self._client.subscribe()
        try:
            self._look_at_all()
        except BaseException:
            stream.close()
            raise
        return stream

    def _look_again(self, task_id: int) -> None:
        try:
            task = self._client.ask(GetTask(task_id=task_id), Task)
        except RequestError as error:
            if error.failure.code is not Code.NOT_FOUND:
                raise
            self._forget(task_id)
            return
        self.tasks[task_id] = task
        self._reporter.changed(task)
