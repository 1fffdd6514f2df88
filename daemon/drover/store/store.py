"""The store as the daemon holds it: opens the database and runs operations on its two threads."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection

from drover.store import database
from drover.store.steps import Paces, Step
from drover.store.threads import ReadThread, Timed, WriteThread

P = ParamSpec("P")
T = TypeVar("T")
Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """An open database. Operations are functions of this package that take a Connection first.

    `write` answers after COMMIT; what waits at the same moment shares one. `clock` gives the `now` that callers pass.
    """

    def __init__(self, path: Path, writer: WriteThread, reader: ReadThread, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        self._writer = writer
        self._reader = reader
        self._paces = Paces()

    @classmethod
    def open(cls, path: Path, *, clock: Clock = _utc_now) -> Self:
        """Open or create the database at the path. Raises StoreError where it cannot or must not be used."""
        path = path.absolute()
        writer = WriteThread("store-writer", database.engine_for(path, writes=True))
        reader = ReadThread("store-reader", database.engine_for(path, writes=False))
        with database.prepared(path):
            writer.start()
            reader.start()
            reader.submit(lambda conn: conn.exec_driver_sql("SELECT 1 FROM sqlite_master")).result()
        return cls(path, writer, reader, clock)

    def close(self) -> None:
        """Finish what was submitted and close the file; blocks for that long."""
        self._reader.close()
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @property
    def commits(self) -> int:
        """Transactions committed since it was opened."""
        return self._writer.commits

    @property
    def writes(self) -> int:
        """Operations in those transactions."""
        return self._writer.jobs_done

    async def write(
        self, operation: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The operation's result, durable. Raises what it raised, or StoreUnavailableError if nothing was stored."""
        result: T = await asyncio.wrap_future(self._write(operation, args, kwargs))
        return result

    async def read(self, operation: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The operation's result on a snapshot that holds every write answered before."""
        result: T = await asyncio.wrap_future(self._read(operation, args, kwargs))
        return result

    def write_sync(self, operation: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `write`, for callers without an event loop."""
        result: T = self._write(operation, args, kwargs).result()
        return result

    def read_sync(self, operation: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `read`, for callers without an event loop."""
        result: T = self._read(operation, args, kwargs).result()
        return result

    async def steps(
        self,
        operation: Callable[Concatenate[Connection, int, int, P], Step[T]],
        at: int | None,
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> AsyncIterator[T]:
        """Run an operation on many rows step by step; yields each step's result once it is durable.

        The operation takes where it begins and how many rows it may touch; see steps.py. Each step is a transaction of
        its own of some ms, and every other write goes between two of them. Stop iterating to end the operation
        after the step that was yielded; a step that raises ends it too, and those before it stay done.
        """
        pacer = self._paces.pacer(operation)
        while at is not None:
            done = await asyncio.wrap_future(self._step(operation, (at, pacer.size, *args), kwargs))
            at = pacer.took(done).next
            self._paces.learn(operation, pacer)
            yield done.result.result

    def steps_sync(
        self,
        operation: Callable[Concatenate[Connection, int, int, P], Step[T]],
        at: int | None,
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Iterator[T]:
        """As `steps`, for callers without an event loop."""
        pacer = self._paces.pacer(operation)
        while at is not None:
            done: Timed = self._step(operation, (at, pacer.size, *args), kwargs).result()
            at = pacer.took(done).next
            self._paces.learn(operation, pacer)
            yield done.result.result

    def _step(self, operation: Callable[..., Any], args: Any, kwargs: Any) -> Future[Timed]:
        return self._writer.submit(lambda conn: operation(conn, *args, **kwargs), bulk=True)

    def _write(self, operation: Callable[..., Any], args: Any, kwargs: Any) -> Future[Any]:
        return self._writer.submit(lambda conn: operation(conn, *args, **kwargs))

    def _read(self, operation: Callable[..., Any], args: Any, kwargs: Any) -> Future[Any]:
        return self._reader.submit(lambda conn: operation(conn, *args, **kwargs))
