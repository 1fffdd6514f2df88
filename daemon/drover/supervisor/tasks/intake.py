"""Stores the tasks of requests: few in one transaction, many in steps, and always all of a request or none."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from drover.policy.records import NewTask
from drover.store import bulk, idempotency, intake
from drover.store.errors import StoreUnavailableError
from drover.store.store import Store
from drover.supervisor import audit_row, clock, work_progress
from drover.supervisor.dispatch_signal import DispatchSignal
from drover.wire.control import TasksCreated
from drover.wire.faults import Code, RequestError

log = structlog.get_logger("drover.tasks")

SMALL: Final = 16
"""Up to so many tasks are a write like any other (1 ms); more go behind what attempts write."""

ONE_STEP: Final = 250
"""Up to so many tasks are stored in one transaction (15 to 25 ms)."""

MAX_IN_FLIGHT: Final = 100_000
"""Tasks of large requests that are being stored at once; a request beyond that is refused before it begins."""

AGAIN_S: Final = 1.0
"""Until the next try, where the disk takes nothing of what was accepted."""


class Intake:
    """Wakes the dispatcher after each step that made tasks; a start has none yet."""

    def __init__(self, store: Store, signal: DispatchSignal | None = None) -> None:
        self._store = store
        self._signal = signal
        self._in_flight = 0

    async def answered(self, key: str | None, digest: str) -> list[int] | None:
        """The ids of a request that came before under its key; raises IdempotencyConflictError for another one."""
        if key is None:
            return None
        return await self._store.write(idempotency.answered, key, digest, now=clock.now())

    async def add(self, new: Sequence[NewTask], *, key: str | None = None, digest: str = "") -> list[int]:
        """Store the tasks of one request; their ids, once all are there. As store.tasks.insert with a key.

        Raises RequestError where too many are under way, and what the store raises; then none of them exists.
        """
        now = clock.now()
        if len(new) <= SMALL:
            ids = await self._store.write(
                intake.add, new, now=now, key=key, digest=digest, audit_columns=_audit_columns()
            )
            self._stored(new)
            return ids
        if len(new) <= ONE_STEP:
            steps = self._store.steps(bulk.insert, 0, new=new, now=now, key=key, digest=digest)
            ids = [task_id async for some in steps for task_id in some]
            self._stored(new)
            return ids
        self._refuse_too_many(len(new))
        self._in_flight += len(new)
        try:
            return await self._in_steps(new, now, key, digest)
        finally:
            self._in_flight -= len(new)

    def _stored(self, new: Sequence[NewTask] | None = None) -> None:
        """Some tasks are there: all these, or more of which it is not known."""
        if self._signal is None:
            return
        if new is None:
            self._signal.wake()
        else:
            self._signal.tasks_added(new)

    def _refuse_too_many(self, count: int) -> None:
        if self._in_flight and self._in_flight + count > MAX_IN_FLIGHT:
            raise RequestError(
                Code.UNAVAILABLE,
                f"{self._in_flight} tasks of other requests are being stored; nothing of this one was: try again",
                retry_after_s=5,
            )

    async def _in_steps(self, new: Sequence[NewTask], now: datetime, key: str | None, digest: str) -> list[int]:
        parts = await asyncio.to_thread(intake.parts_of, new)
        intake_id = await self._store.write(intake.begin, now=now)
        try:
            async for _ in self._store.steps(intake.write_down, 0, intake_id=intake_id, parts=parts):
                work_progress.report(0, len(new))
            ids = await self._store.write(intake.accept, intake_id, len(new), now=now, key=key, digest=digest)
        finally:
            await self._drop(intake_id)
        await self._finish(ids[0], len(ids))
        return ids

    async def _drop(self, intake_id: int) -> None:
        """Remove what was not accepted; where the disk refuses that too, the next start does it."""
        try:
            async for _ in self._store.steps(intake.drop, 0, intake_id=intake_id):
                pass
        except StoreUnavailableError as error:
            log.error("intake_not_dropped", why=str(error))

    async def _finish(self, first_id: int, total: int) -> None:
        """Make tasks of what was accepted. It exists from then on, so a disk that refuses is tried again."""
        done = 0
        while True:
            try:
                async for count in self._store.steps(intake.store_parts, 0, first_id=first_id):
                    done += count
                    work_progress.report(done, total)
                    self._stored()
                return
            except StoreUnavailableError as error:
                log.error("intake_postponed", first=first_id, count=total, why=str(error))
                await asyncio.sleep(AGAIN_S)

    async def finish_all(self) -> None:
        """What a crash left: accepted requests are stored whole, others removed."""
        accepted, void = await self._store.read(intake.unfinished)
        for intake_id in void:
            await self._drop(intake_id)
        for first_id in accepted:
            log.info("intake_resumed", first=first_id)
            await self._finish(first_id, 0)


def _audit_columns() -> Callable[[list[int]], dict[str, Any]] | None:
    """What gives the audit row of the request that asked for the tasks, which is stored with them."""
    row = audit_row.current()
    return None if row is None else lambda ids: row.taken_with(TasksCreated(task_ids=ids))
