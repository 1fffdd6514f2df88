"""Writes what was changed, by whom and with which result, before the answer goes out."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from drover.policy import audit as decisions
from drover.store import audit
from drover.store.errors import StoreError
from drover.store.store import Store
from drover.supervisor import audit_row, clock
from drover.supervisor.api.server import Answer, Peer
from drover.supervisor.audit_row import AuditRow
from drover.wire.control import Caller, RequestBody
from drover.wire.faults import Code, Failure, RequestError

log = structlog.get_logger("drover.audit")


class Audited:
    """A handler of requests around another one: every call that is no mere reading leaves a row."""

    def __init__(self, handle: Callable[[RequestBody, Peer], Awaitable[Answer]], store: Store) -> None:
        self._handle = handle
        self._store = store
        self._unfinished: set[asyncio.Task[Answer]] = set()

    async def __call__(self, body: RequestBody, peer: Peer, caller: Caller | None) -> Answer:
        if not decisions.is_audited(body):
            return await self._handle(body, peer)
        if type(body) not in decisions.FINISHED:
            return await self._carry_out(body, peer, caller)
        work = asyncio.create_task(self._carry_out(body, peer, caller))
        self._unfinished.add(work)
        work.add_done_callback(self._finished)
        return await asyncio.shield(work)

    def _finished(self, work: asyncio.Task[Answer]) -> None:
        self._unfinished.discard(work)
        if not work.cancelled():
            work.exception()  # its waiter has it; where no one waited any more, the audit has it

    async def _carry_out(self, body: RequestBody, peer: Peer, caller: Caller | None) -> Answer:
        answer: Answer | None = None
        code = Code.INTERNAL
        row = AuditRow(lambda answer: _columns(body, peer, caller, answer, Code.SUCCESS))
        try:
            with audit_row.pending(row):
                answer = await self._handle(body, peer)
            code = answer.code if isinstance(answer, Failure) else Code.SUCCESS
            return answer
        except RequestError as error:
            answer, code = error.failure, error.failure.code
            raise
        finally:
            if not (row.stored and code is Code.SUCCESS):
                await self._append(_columns(body, peer, caller, answer, code))

    async def _append(self, columns: dict[str, Any]) -> None:
        try:
            await self._store.write(audit.append, columns, at=clock.now())
        except StoreError as error:
            # What was done was done; refusing the answer now would invite a repeat. The log has the row instead.
            log.error("audit_row_lost", why=str(error), **columns)


def _columns(body: RequestBody, peer: Peer, caller: Caller | None, answer: object, code: Code) -> dict[str, Any]:
    return {
        "uid": peer.uid,
        "pid": peer.pid,
        "client": peer.client,
        "address": caller.address[:64] if caller else "",
        "token_id": caller.token_id[:16] if caller else "",
        "route": caller.route[:128] if caller else "",
        "action": decisions.action(body),
        "ids": decisions.ids(body, answer),
        "code": int(code),
    }
