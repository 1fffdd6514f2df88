"""Stopping a running attempt because somebody asked: by its worker, which is ended if it does not obey."""

import asyncio
from collections.abc import Callable
from typing import Final

from drover.policy import remarks
from drover.supervisor.tasks.running_attempts import LiveAttempt, RunningAttempts
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Reason
from drover.wire.worker import StopAttempt, ToWorker

STOP_GRACE_S: Final = 5.0


class Stopping:
    """`send` and `kill` reach a device's worker; `kill` says whether there was one."""

    def __init__(
        self, running: RunningAttempts, *, send: Callable[[str, ToWorker], bool], kill: Callable[[str, str], bool]
    ) -> None:
        self._running = running
        self._send = send
        self._kill = kill

    async def stop(self, live: LiveAttempt) -> None:
        """Returns when the attempt has ended, with reason stopped; raises RequestError after twice the grace."""
        live.cut_off, live.cut_off_why = Reason.STOPPED, remarks.STOPPED
        serial = live.attempt.serial
        self._send(serial, StopAttempt(fence=live.attempt.fence))
        if await _within(STOP_GRACE_S, live.ended):
            return
        if not self._kill(serial, "did not stop when asked"):
            await self._running.lost(serial, Reason.STOPPED, live.cut_off_why)
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
