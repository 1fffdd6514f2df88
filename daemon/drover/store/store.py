"""The store as the daemon holds it: opens the database and runs operations on its two threads."""

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar

from sqlalchemy import Connection

from drover.store import database
from drover.store.committed import CommittedEvents
from drover.store.steps import Paces, Step
from drover.store.threads import OwnReader, ReadThread, Timed, WriteThread

P = ParamSpec("P")
T = TypeVar("T")
Clock = Callable[[], datetime]


ALONG_S: Final = 0.05
"""How long what is written along waits for others to share a commit with."""


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
        self._own_reader = OwnReader(database.engine_for(path, writes=False))
        self._paces = Paces()
        self._recalled: dict[object, tuple[tuple[int, ...], Any]] = {}

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
        self._own_reader.close()
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

    @property
    def reads(self) -> int:
        """Operations on snapshots."""
        return self._reader.jobs_done + self._own_reader.jobs_done

    def follow(self) -> CommittedEvents:
        """The events of every commit from now on, handed to the running event loop in the order of their ids."""
        return self._writer.follow()

    async def write(
        self, operation: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The operation's result, durable. Raises what it raised, or StoreUnavailableError if nothing was stored."""
        result: T = await self._writer.submit_async(_bound(operation, args, kwargs))
        return result

    async def write_along(
        self, operation: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `write`, for what no one waits for: it shares the next commit, or gets its own after 50 ms."""
        result: T = await self._writer.submit_async(_bound(operation, args, kwargs), within_s=ALONG_S)
        return result

    async def read(self, operation: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The operation's result on a snapshot that holds every write answered before."""
        result: T = await self._reader.submit_async(_bound(operation, args, kwargs))
        return result

    def read_here(self, operation: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `read`, by the calling thread, always the same one: for an operation that takes a fraction of a ms."""
        return self._own_reader.run(_bound(operation, args, kwargs))

    async def recall(self, operation: Callable[[Connection], T], tables: tuple[str, ...]) -> T:
        """As `read`, from memory while these tables do not change: all that the operation reads, of table_versions.py.

        The same value is given to every caller, who must not change it.
        """
        now = self._writer.versions.of(tables)
        if (known := self._recalled.get(operation)) is not None and known[0] == now:
            value: T = known[1]
        else:
            value = await self.read(operation)
            self._recalled[operation] = now, value
        return value

    def write_sync(self, operation: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `write`, for callers without an event loop."""
        result: T = self.submit(operation, *args, **kwargs).result()
        return result

    def submit(
        self, operation: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """As `write_sync`, without waiting for it."""
        return self._writer.submit(_bound(operation, args, kwargs))

    def read_sync(self, operation: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As `read`, for callers without an event loop."""
        result: T = self._reader.submit(_bound(operation, args, kwargs)).result()
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
            done: Timed = await self._writer.submit_async(_bound(operation, (at, pacer.size, *args), kwargs), bulk=True)
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
            done: Timed = self._writer.submit(_bound(operation, (at, pacer.size, *args), kwargs), bulk=True).result()
            at = pacer.took(done).next
            self._paces.learn(operation, pacer)
            yield done.result.result


def _bound(operation: Callable[..., T], args: Any, kwargs: Any) -> Callable[[Connection], T]:
    return lambda conn: operation(conn, *args, **kwargs)
