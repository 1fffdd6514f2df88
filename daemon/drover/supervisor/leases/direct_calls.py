"""Direct calls on their way to a phone's worker and back: who waits for what, the files that carry large results.

Knows no lease; each call ends by its deadline, and one phone's calls wait for no other phone.
"""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from drover.policy.phone_commands import EndCalls
from drover.supervisor.workers.protocol import Workers
from drover.wire.codec import MalformedMessageError
from drover.wire.devices import Device
from drover.wire.direct import DirectAnswered, DirectCall, DirectEnd
from drover.wire.faults import Code, RequestError
from drover.wire.leases import DirectResult

log = structlog.get_logger("drover.leases")

MAX_IN_FLIGHT: Final = 8
"""Calls of one phone; they are carried out one after the other."""

ANSWER_GRACE_S: Final = 1.0
"""What a worker gets beyond the call's own deadline, which it keeps itself."""

END_GRACE_S: Final = 5.0
"""What a call gets that still runs when its lease ends early; then the worker is ended."""

FILE_S: Final = 60.0
"""How long a result is kept that no one fetched."""

_CODES: Final = {
    DirectEnd.REFUSED: Code.CONFLICT,
    DirectEnd.NOT_DONE: Code.UNAVAILABLE,
    # Not 50301, which would invite a repeat that could do the thing twice.
    DirectEnd.UNCERTAIN: Code.INTERNAL,
}


@dataclass(frozen=True)
class _Pending:
    serial: str
    answer: asyncio.Future[DirectAnswered]


class DirectCalls:
    """Calls by their id."""

    def __init__(self, folder: Path, workers: Workers) -> None:
        self.folder = folder
        self._workers = workers
        self._ids = itertools.count(1)
        self._pending: dict[int, _Pending] = {}

    def prepare(self) -> None:
        """Our empty folder: what an earlier boot left was asked for by no one who still waits."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for left in self.folder.iterdir():
            left.unlink()

    async def call(
        self, serial: str, make: Callable[[int, float, str], DirectCall], *, timeout_s: float, most_s: float | None
    ) -> DirectResult:
        """What the call gave, within `timeout_s` and never longer than `most_s`, the time that its lease has left."""
        if len(self._on(serial)) >= MAX_IN_FLIGHT:
            why = f"device {serial}: {MAX_IN_FLIGHT} calls wait for it already; send one after the other"
            raise RequestError(Code.TOO_MANY, why, {"serial": serial}, retry_after_s=1)
        limit_s = timeout_s if most_s is None else min(timeout_s, most_s)
        request_id = next(self._ids)
        self._ask(serial, make(request_id, limit_s, str(self.folder)))
        # Kept until the worker answers, also if whoever asked goes away: until then it may run on the phone.
        pending = self._pending[request_id] = _Pending(serial, asyncio.get_running_loop().create_future())
        try:
            answer = await asyncio.wait_for(asyncio.shield(pending.answer), limit_s + ANSWER_GRACE_S)
        except TimeoutError:
            why = f"its worker gave no answer within {limit_s:.1f} s; what was asked may or may not have been done"
            raise self._failed(serial, DirectEnd.UNCERTAIN, why) from None
        if answer.end is not DirectEnd.DONE:
            raise self._failed(serial, answer.end, answer.why)
        return DirectResult(data=answer.data, path=answer.path)

    def _ask(self, serial: str, message: DirectCall) -> None:
        try:
            taken = self._workers.send(serial, message)
        except MalformedMessageError as error:
            raise RequestError(Code.TOO_LARGE, f"params: too large for the phone's worker: {error}") from None
        if not taken:
            raise self._failed(serial, DirectEnd.NOT_DONE, "its worker does not answer; try again in a moment")

    def on_answer(self, serial: str, message: DirectAnswered) -> None:
        """A worker answered."""
        if message.path:
            asyncio.get_running_loop().call_later(FILE_S, self._remove, message.path)
        if message.request_id not in self._on(serial):
            log.warning("late_message_ignored", device=serial, message="DirectAnswered", request=message.request_id)
            return
        self._pending.pop(message.request_id).answer.set_result(message)

    def on_end(self, device: Device, command: EndCalls) -> None:
        """The loop's command."""
        self.fail(device.serial, command.why)

    def fail(self, serial: str, why: str) -> None:
        """The phone's worker can answer no more."""
        for request_id in self._on(serial):
            words = f"{why}; what was asked may or may not have been done"
            answer = DirectAnswered(request_id=request_id, end=DirectEnd.UNCERTAIN, why=words)
            self._pending.pop(request_id).answer.set_result(answer)
            for torn in self.folder.glob(f"{request_id}-*"):
                torn.unlink(missing_ok=True)

    async def finish(self, serial: str) -> None:
        """Return when nothing of earlier calls happens on the phone; what does not end is ended."""
        answers = [self._pending[request_id].answer for request_id in self._on(serial)]
        if not answers:
            return
        _, late = await asyncio.wait(answers, timeout=END_GRACE_S)
        if late and self._workers.kill(serial, "a call of a lease that has ended did not end"):
            await asyncio.wait(late, timeout=END_GRACE_S)
        self.fail(serial, f"device {serial}: the lease ended")

    def _on(self, serial: str) -> list[int]:
        return [request_id for request_id, pending in self._pending.items() if pending.serial == serial]

    def _remove(self, path: str) -> None:
        file = Path(path)
        if file.parent == self.folder:  # whatever a worker says, nothing else is ours to remove
            file.unlink(missing_ok=True)

    def _failed(self, serial: str, end: DirectEnd, why: str) -> RequestError:
        message = why if why.startswith((serial, f"device {serial}")) else f"device {serial}: {why}"
        return RequestError(_CODES[end], message, {"serial": serial, "end": end.value})
