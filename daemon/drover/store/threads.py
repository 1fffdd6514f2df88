"""The two threads that own the connections: one writes in shared commits, one reads. Operations run nowhere else."""

import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from drover.store.batch import driver_of
from drover.store.errors import StoreError, StoreUnavailableError

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
    """One operation and the future that its waiter holds. `bulk`: a step of an operation on many rows."""

    run: Callable[[Connection], Any]
    future: Future[Any]
    bulk: bool = False


@dataclass(frozen=True)
class Timed:
    """The result of a bulk job, and how long its whole transaction held the writer, COMMIT included."""

    result: Any
    seconds: float


class StoreThread(threading.Thread):
    """A thread with one connection that takes jobs in order. Subclasses say how a batch is run."""

    max_batch = 1

    def __init__(self, name: str, engine: Engine) -> None:
        super().__init__(name=name, daemon=True)
        self._engine = engine
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._waiting: deque[Job] = deque()  # taken from the queue, not yet run; the thread's own, as what follows
        self._bulk: deque[Job] = deque()
        self._bulk_is_next = False
        self._ending = False
        self._gate = threading.Lock()
        self._closing = False
        self._conn: Connection | None = None

    def submit(self, run: Callable[[Connection], Any], *, bulk: bool = False) -> Future[Any]:
        """The future of the operation's result; raises StoreError when the store is closed.

        A `bulk` job gets its own transaction, and its future a Timed. It runs when nothing else waits, and
        otherwise in turns with groups of other jobs: neither side keeps the other waiting for longer than one turn.
        """
        future: Future[Any] = Future()
        with self._gate:  # so that no job can follow the one that ends the thread, and wait for ever
            if self._closing:
                raise StoreError("the store is closed")
            self._jobs.put(Job(run=run, future=future, bulk=bulk))
        return future

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
            self._answer(batch[: len(outcomes)], outcomes)
            del batch, outcomes  # a large result must not live here until the next job comes
        self._disconnect()

    def _next_batch(self) -> list[Job]:
        """What is to run now, at most `max_batch`, none of it cancelled; blocks for the first; empty at the end."""
        while True:
            self._take_in()
            if self._bulk and (self._bulk_is_next or not self._waiting):
                self._bulk_is_next, batch = False, [self._bulk.popleft()]
            elif self._waiting:
                self._bulk_is_next, count = True, min(len(self._waiting), self.max_batch)
                batch = [self._waiting.popleft() for _ in range(count)]
            else:
                return []
            if live := [job for job in batch if job.future.running() or job.future.set_running_or_notify_cancel()]:
                return live

    def _take_in(self) -> None:
        """Sort what was submitted; waits for something where there is nothing to do."""
        idle = not self._waiting and not self._bulk and not self._ending
        try:
            while True:
                job = self._jobs.get() if idle else self._jobs.get_nowait()
                idle = False
                if job is None:
                    self._ending = True
                else:
                    (self._bulk if job.bulk else self._waiting).append(job)
        except queue.Empty:
            return

    def _outcomes(self, batch: list[Job]) -> list[Any]:
        """Results and exceptions of the first jobs, one each. A lost transaction fails them all."""
        try:
            return self._transact(self._connected(), batch)
        except Exception as error:  # of any kind: every waiter gets an answer and the thread goes on
            self._disconnect()
            _log.error(
                "store transaction lost", action="store_lost", thread=self.name, jobs=len(batch), error=str(error)
            )
            return [_unavailable(error) for _ in batch]

    def _transact(self, conn: Connection, batch: list[Job]) -> list[Any]:
        raise NotImplementedError

    def _connected(self) -> Connection:
        if self._conn is None:
            self._conn = self._engine.connect()
        return self._conn

    def _disconnect(self) -> None:
        """Drop the connection; the next batch gets a new one, which is how the thread recovers."""
        if self._conn is not None:
            self._conn.invalidate()
            self._conn.close()
            self._conn = None

    @staticmethod
    def _answer(batch: list[Job], outcomes: list[Any]) -> None:
        for job, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, BaseException):
                job.future.set_exception(outcome)
            else:
                job.future.set_result(outcome)


class WriteThread(StoreThread):
    """Runs all that waits in one transaction, each job in its own savepoint, and answers after COMMIT."""

    max_batch = MAX_GROUP

    def __init__(self, name: str, engine: Engine) -> None:
        super().__init__(name, engine)
        self.commits = 0
        self.jobs_done = 0

    def _transact(self, conn: Connection, batch: list[Job]) -> list[Any]:
        begun = time.perf_counter()
        outcomes: list[Any] = []
        with conn.begin():
            driver = driver_of(conn)
            for job in batch:
                outcomes.append(self._in_savepoint(conn, driver, job))
                if time.perf_counter() - begun > GROUP_S:
                    break
        held_s = time.perf_counter() - begun
        self.commits += 1
        self.jobs_done += len(outcomes)
        if batch[0].bulk and not isinstance(outcomes[0], BaseException):
            return [Timed(outcomes[0], held_s)]
        return outcomes

    def _in_savepoint(self, conn: Connection, driver: sqlite3.Connection, job: Job) -> Any:
        driver.execute("SAVEPOINT job")
        try:
            result = job.run(conn)
        except Exception as error:
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
