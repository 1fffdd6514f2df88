"""Stopping a task on request: at once while it waits, else by its worker, which is ended if it does not
obey."""

import asyncio
from typing import Final

import structlog

from drover.policy import remarks
from drover.store import tasks
from drover.store.store import Store
from drover.supervisor import clock
from drover.supervisor.dispatch_signal import DispatchSignal
from drover.supervisor.tasks.running_attempts import LiveAttempt, RunningAttempts
from drover.supervisor.workers.protocol import Workers
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Reason
from drover.wire.worker import StopAttempt

log = structlog.get_logger("drover.tasks")

STOP_GRACE_S: Final = 5.0


class Stopping:
    """Stops tasks one by one."""

    def __init__(self, store: Store, running: RunningAttempts, workers: Workers, signal: DispatchSignal) -> None:
        self._store = store
        self._running = running
        self._workers = workers
        self._signal = signal

    async def stop(self, task_id: int) -> None:
        """End a pending or running task with reason stopped; returns when it has ended. Raises RequestError."""
        stopped = await self._store.write(tasks.stop_pending, task_id, now=clock.now())
        if stopped is not None:
            log.info("task_stopped", task=task_id, device=stopped.serial, remark=stopped.remark)
            self._signal.wake()
        elif (live := self._running.of_task(task_id)) is not None:
            await self._stop_running(live)
        else:
            await self._refuse(task_id)

    async def _refuse(self, task_id: int) -> None:
        task = await self._store.read(tasks.get, task_id)
        if task is None:
            raise RequestError(Code.NOT_FOUND, f"task {task_id}: does not exist")
        if task.status.ended:
            raise RequestError(
                Code.CONFLICT, f"task {task_id}: has ended already", {"task_id": task_id, "status": int(task.status)}
            )
        raise RequestError(Code.UNAVAILABLE, f"task {task_id}: is between two states; try again", retry_after_s=1)

    async def _stop_running(self, live: LiveAttempt) -> None:
        """Returns when the attempt has ended; raises RequestError after twice the grace."""
        live.cut_off, live.cut_off_why = Reason.STOPPED, remarks.STOPPED
        serial = live.attempt.serial
        self._workers.send(serial, StopAttempt(fence=live.attempt.fence))
        if await _within(STOP_GRACE_S, live.ended):
            return
        if not self._workers.kill(serial, "did not stop when asked", excused=True):
            await self._running.close(live.attempt.fence, Reason.STOPPED, live.cut_off_why)
        if not await _within(STOP_GRACE_S, live.ended):
            why = f"task {live.task.id}: its worker is being ended; look again in a moment"
            raise RequestError(Code.UNAVAILABLE, why, retry_after_s=5)


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Whether the event came within that time."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
