"""The two threads that own the connections: one writes in shared commits, one reads. Operations run nowhere else."""

import asyncio
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from drover.store.batch import driver_of
from drover.store.committed import COMMITTED, CommittedEvents
from drover.store.errors import StoreError, StoreUnavailableError
from drover.store.table_versions import TableVersions
from drover.wire.events import Event

T = TypeVar("T")

MAX_GROUP: Final = 256
"""Operations in one commit: enough that the disk is never the limit, few enough that the first waits only for ms."""

GROUP_S: Final = 0.03
"""A group takes no further operation after so long: what waits behind it goes into the next commit."""

_log = structlog.get_logger(__name__)

_UNAVAILABLE: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    }
)
"""Primary codes that speak of the disk and not of the operation."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One operation and the future that its waiter holds: an event loop's, or one for a thread that blocks.

    `bulk`: a step of an operation on many rows. `by`: it may wait until then (monotonic) for others to share a commit.
    """

    run: Callable[[Connection], Any]
    future: "Future[Any] | asyncio.Future[Any]"
    bulk: bool = False
    by: float = 0.0

    def claim(self) -> bool:
        """Whether it is to run; from here on a thread that waits can no longer cancel it."""
        if isinstance(self.future, Future):
            return self.future.running() or self.future.set_running_or_notify_cancel()
        return not self.future.cancelled()


@dataclass(frozen=True)
class Timed:
    """The result of a bulk job, and how long its whole transaction held the writer, COMMIT included."""

    result: Any
    seconds: float


class _OneConnection:
    """The one connection of a thread: made when it is needed, and again after it was dropped."""

    def __init__(self, engine: Engine, on_connect: Callable[[Connection], None] | None = None) -> None:
        self._engine = engine
        self._on_connect = on_connect
        self._conn: Connection | None = None

    def get(self) -> Connection:
        if self._conn is None:
            self._conn = self._engine.connect()
            if self._on_connect is not None:
                self._on_connect(self._conn)
        return self._conn

    def drop(self) -> None:
        """Let go of it, whatever state it is in; that is how its thread recovers."""
        if self._conn is not None:
            self._conn.invalidate()
            self._conn.close()
            self._conn = None


class StoreThread(threading.Thread):
    """A thread with one connection that takes jobs in order. Subclasses say how a batch is run."""

    max_batch = 1

    def __init__(self, name: str, engine: Engine) -> None:
        super().__init__(name=name, daemon=True)
        self._connection = _OneConnection(engine, self._on_connect)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._waiting: deque[Job] = deque()  # taken from the queue, not yet run; the thread's own, as what follows
        self._bulk: deque[Job] = deque()
        self._bulk_is_next = False
        self._ending = False
        self._gate = threading.Lock()
        self._closing = False
        self.jobs_done = 0
        """Operations that were run, also those that failed."""

    def submit(self, run: Callable[[Connection], Any], *, bulk: bool = False) -> Future[Any]:
        """The future of the operation's result, for a thread that blocks; raises StoreError when the store is closed.

        A `bulk` job gets its own transaction, and its future a Timed. It runs when nothing else waits, and
        otherwise in turns with groups of other jobs: neither side keeps the other waiting for longer than one turn.
        """
        future: Future[Any] = Future()
        self._queue(Job(run=run, future=future, bulk=bulk))
        return future

    def submit_async(
        self, run: Callable[[Connection], Any], *, bulk: bool = False, within_s: float = 0.0
    ) -> "asyncio.Future[Any]":
        """The same for the running event loop. Cancelled before it runs, the operation does not happen.

        With `within_s` it goes with the next group of others, in its place in their order, or after so many seconds.
        """
        future = asyncio.get_running_loop().create_future()
        by = time.monotonic() + within_s if within_s else 0.0
        self._queue(Job(run=run, future=future, bulk=bulk, by=by))
        return future

    def _queue(self, job: Job) -> None:
        with self._gate:  # so that no job can follow the one that ends the thread, and wait for ever
            if self._closing:
                raise StoreError("the store is closed")
            self._jobs.put(job)

    def close(self) -> None:
        """Finish what was submitted, then end."""
        with self._gate:
            if not self._closing:
                self._closing = True
                self._jobs.put(None)
        self.join()

    def run(self) -> None:
        while batch := self._next_batch():
            outcomes = self._outcomes(batch)
            # Those that the batch had no time for were claimed already; they come first in the next one.
            self._waiting.extendleft(reversed(batch[len(outcomes) :]))
            self.jobs_done += len(outcomes)
            self._answer(batch[: len(outcomes)], outcomes)
            del batch, outcomes  # a large result must not live here until the next job comes
        self._connection.drop()

    def _next_batch(self) -> list[Job]:
        """What is to run now, at most `max_batch`, none of it cancelled; blocks for the first; empty at the end."""
        while True:
            self._take_in()
            ready = bool(self._waiting) and (self._ending or self._patience_s() == 0)
            if self._bulk and (self._bulk_is_next or not ready):
                self._bulk_is_next, batch = False, [self._bulk.popleft()]
            elif ready:
                self._bulk_is_next, count = True, min(len(self._waiting), self.max_batch)
                batch = [self._waiting.popleft() for _ in range(count)]
            elif self._ending:
                return []
            else:
                continue
            if live := [job for job in batch if job.claim()]:
                return live

    def _take_in(self) -> None:
        """Sort what was submitted; waits for something where there is nothing to do now."""
        try:
            job = self._jobs.get(timeout=0 if self._bulk or self._ending else self._patience_s())
            while True:
                if job is None:
                    self._ending = True
                else:
                    (self._bulk if job.bulk else self._waiting).append(job)
                job = self._jobs.get_nowait()
        except queue.Empty:
            return

    def _patience_s(self) -> float | None:
        """How long what waits can wait for company: 0 where one of it cannot; None where nothing waits."""
        if not self._waiting:
            return None
        by = min(job.by for job in self._waiting)
        return max(by - time.monotonic(), 0.0) if by else 0.0

    def _outcomes(self, batch: list[Job]) -> list[Any]:
        """Results and exceptions of the first jobs, one each. A lost transaction fails them all."""
        try:
            return self._transact(self._connection.get(), batch)
        except Exception as error:  # of any kind: every waiter gets an answer and the thread goes on
            self._connection.drop()
            _log.error(
                "store transaction lost", action="store_lost", thread=self.name, jobs=len(batch), error=str(error)
            )
            return [_unavailable(error) for _ in batch]

    def _transact(self, conn: Connection, batch: list[Job]) -> list[Any]:
        raise NotImplementedError

    def _on_connect(self, conn: Connection) -> None:
        """Called with each new connection."""

    def _answer(self, batch: list[Job], outcomes: list[Any]) -> None:
        """Give each waiter its outcome; an event loop gets all of its own in one call, because each call wakes it."""
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
        for job, outcome in zip(batch, outcomes, strict=True):
            if isinstance(job.future, Future):
                _settle(job.future, outcome)
            else:
                by_loop.setdefault(job.future.get_loop(), []).append((job.future, outcome))
        for loop, resolved in by_loop.items():
            _call(loop, _resolve, resolved)


def _resolve(outcomes: list[tuple["asyncio.Future[Any]", Any]]) -> None:
    """On the event loop: wake who waits."""
    for future, outcome in outcomes:
        if not future.done():  # cancelled while it ran
            _settle(future, outcome)


def _settle(future: "Future[Any] | asyncio.Future[Any]", outcome: Any) -> None:
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *args: Any) -> None:
    try:
        loop.call_soon_threadsafe(function, *args)
    except RuntimeError:  # the loop has ended, and who waited with it
        return


class WriteThread(StoreThread):
    """Runs all that waits in one transaction, each job in its own savepoint, and answers after COMMIT."""

    max_batch = MAX_GROUP

    def __init__(self, name: str, engine: Engine) -> None:
        super().__init__(name, engine)
        self._followers: list[CommittedEvents] = []
        self._events: list[Event] = []
        """What the operations of the transaction have kept; savepoints that are undone take theirs along."""
        self.versions = TableVersions()
        self.commits = 0

    def follow(self) -> CommittedEvents:
        """The events of every commit from now on, for the running event loop."""
        follower = CommittedEvents(asyncio.get_running_loop())
        self._followers.append(follower)
        return follower

    def _on_connect(self, conn: Connection) -> None:
        conn.info[COMMITTED] = self._events
        self.versions.watch(driver_of(conn))

    def _transact(self, conn: Connection, batch: list[Job]) -> list[Any]:
        begun = time.perf_counter()
        outcomes: list[Any] = []
        self._events.clear()
        with conn.begin():
            driver = driver_of(conn)
            for job in batch:
                outcomes.append(self._in_savepoint(conn, driver, job))
                if time.perf_counter() - begun > GROUP_S:
                    break
        held_s = time.perf_counter() - begun
        self.commits += 1
        self.versions.committed()
        for follower in self._followers if self._events else ():
            # Before the answers: who has an answer finds its events handed on.
            _call(follower.loop, follower.take, list(self._events))
        if batch[0].bulk and not isinstance(outcomes[0], BaseException):
            return [Timed(outcomes[0], held_s)]
        return outcomes

    def _in_savepoint(self, conn: Connection, driver: sqlite3.Connection, job: Job) -> Any:
        kept = len(self._events)
        driver.execute("SAVEPOINT job")
        try:
            result = job.run(conn)
        except Exception as error:
            del self._events[kept:]
            # SQLite may have rolled back the whole transaction (disk full does); then this raises, for the group.
            driver.execute("ROLLBACK TO job")
            driver.execute("RELEASE job")
            return _answer_to(error)
        driver.execute("RELEASE job")
        return result


class ReadThread(StoreThread):
    """Runs each job on its own snapshot."""

    def _transact(self, conn: Connection, batch: list[Job]) -> list[Any]:
        with conn.begin():
            try:
                return [job.run(conn) for job in batch]
            except Exception as error:
                return [_answer_to(error)]


class OwnReader:
    """A connection of the thread that made it, for reads that take less time than to hand them to another one."""

    def __init__(self, engine: Engine) -> None:
        self._connection = _OneConnection(engine)
        self.jobs_done = 0

    def run(self, operation: Callable[[Connection], T]) -> T:
        """The operation's result on a snapshot. Raises what it raised, or StoreUnavailableError."""
        self.jobs_done += 1
        try:
            conn = self._connection.get()
            with conn.begin():
                return operation(conn)
        except Exception as error:
            self.close()
            if (answer := _answer_to(error)) is error:
                raise
            raise answer from error

    def close(self) -> None:
        """Let go of the connection; the next read gets a new one."""
        self._connection.drop()


def _answer_to(error: Exception) -> Exception:
    """The exception that the waiter gets for its own operation's failure."""
    code = getattr(_cause(error), "sqlite_errorcode", None)
    return _unavailable(error) if code is not None and code & 0xFF in _UNAVAILABLE else error


def _cause(error: Exception) -> BaseException:
    """The driver's error, also where SQLAlchemy wrapped it."""
    return (isinstance(error, DBAPIError) and error.orig) or error


def _unavailable(error: Exception) -> StoreUnavailableError:
    cause = _cause(error)
    unavailable = StoreUnavailableError(f"the database cannot take it now: {cause}; check the disk, then try again")
    unavailable.__cause__ = error
    return unavailable
