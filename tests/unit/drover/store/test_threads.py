"""The two threads: shared commits, savepoints, failures that stay where they are, disks that fill up."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from sqlalchemy import Connection

from drover.store import (
    Store,
    StoreError,
    StoreUnavailableError,
    settings,
    tasks,
    threads,
)
from drover.store import store as store_module
from drover.store.threads import MAX_GROUP
from tests.support.clock import Clock
from tests.support.stored import add, counted, new


def test_r25_a_group_that_took_its_time_takes_no_further_operation(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "GROUP_S", 0.0)
    entered, go = threading.Event(), threading.Event()

    def hold(_conn: Connection) -> None:
        entered.set()
        assert go.wait(10)

    before = store.commits
    held = store.submit(hold)
    assert entered.wait(10)
    waiting = [store.submit(tasks.insert, [new()], now=store.clock()) for _ in range(5)]
    go.set()
    held.result(10)
    assert [one.result(10) for one in waiting] == [[i] for i in range(1, 6)]  # in their order, none lost
    assert store.commits - before == 6


class Held:
    """Holds the writer inside a job until let go, so that what is written meanwhile must wait together."""

    def __init__(self, store: Store) -> None:
        self._entered, self._go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=store.write_sync, args=(self._job,))
        self._thread.start()
        assert self._entered.wait(10)

    def _job(self, _conn: Connection) -> None:
        self._entered.set()
        assert self._go.wait(10)

    def let_go(self) -> None:
        self._go.set()
        self._thread.join()


async def gathered(store: Store, writes: list[Callable[[], Any]]) -> list[Any]:
    """The outcomes of writes that all waited at the same moment."""
    held = await asyncio.to_thread(Held, store)
    waiting = [asyncio.ensure_future(write()) for write in writes]
    await asyncio.sleep(0)  # each has put its job into the queue
    await asyncio.to_thread(held.let_go)
    return await asyncio.gather(*waiting, return_exceptions=True)


@pytest.mark.usefixtures("unhurried")
def test_what_waits_together_shares_a_commit_and_is_durable(store: Store, clock: Clock) -> None:
    before = store.commits
    writes: list[Callable[[], Any]] = [lambda: store.write(tasks.insert, [new()], now=clock())] * 100
    ids = [one for (one,) in asyncio.run(gathered(store, writes))]
    assert sorted(ids) == list(range(1, 101))
    assert store.commits - before == 2  # the one that held the writer, and all hundred together
    path = store.path
    store.close()
    with Store.open(path) as again:
        assert again.read_sync(tasks.stats).pending == 100


@pytest.mark.usefixtures("unhurried")
def test_a_group_has_a_cap(store: Store, clock: Clock) -> None:
    before = store.commits
    writes: list[Callable[[], Any]] = [lambda: store.write(tasks.insert, [new()], now=clock())] * (MAX_GROUP + 10)
    asyncio.run(gathered(store, writes))
    assert store.commits - before == 3


def _insert_then_raise(conn: Connection, clock: Clock) -> None:
    tasks.insert(conn, [new("spoiled")], now=clock())
    raise LookupError("on purpose")


@pytest.mark.usefixtures("unhurried")
def test_one_failure_spoils_nothing_next_to_it(store: Store, clock: Clock) -> None:
    writes: list[Callable[[], Any]] = []
    for _ in range(10):
        writes.append(lambda: store.write(tasks.insert, [new("good")], now=clock()))
        writes.append(lambda: store.write(_insert_then_raise, clock))
    before = store.commits
    outcomes = asyncio.run(gathered(store, writes))
    assert store.commits - before == 2
    assert [type(outcome) for outcome in outcomes] == [list, LookupError] * 10
    assert store.read_sync(tasks.page, serial="good")[0] == 10
    assert store.read_sync(tasks.page, serial="spoiled")[0] == 0
    kept, seen = store.read_sync(counted)
    assert kept == seen


def test_a_cancelled_write_that_has_not_begun_does_not_happen(store: Store, clock: Clock) -> None:
    async def scene() -> None:
        held = await asyncio.to_thread(Held, store)
        waiting = asyncio.ensure_future(store.write(tasks.insert, [new()], now=clock()))
        await asyncio.sleep(0)
        waiting.cancel()
        # The loop hands the cancellation on to the store's queue: before that, the writer must stay held.
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.to_thread(held.let_go)

    asyncio.run(scene())
    assert store.read_sync(tasks.stats).total == 0


def test_reads_do_not_wait_for_the_writer(store: Store) -> None:
    held = Held(store)
    assert store.read_sync(tasks.stats).total == 0
    held.let_go()


def test_a_failing_read_is_its_own_failure(store: Store) -> None:
    def wrong(_conn: Connection) -> None:
        raise LookupError("on purpose")

    with pytest.raises(LookupError):
        store.read_sync(wrong)
    assert store.read_sync(tasks.stats).total == 0


def test_what_was_submitted_is_done_before_closing_and_nothing_after(store: Store, clock: Clock) -> None:
    held = Held(store)
    futures: list[Future[Any]] = [store.submit(settings.put, f"k{n}", n) for n in range(50)]
    closing = threading.Thread(target=store.close)
    closing.start()
    held.let_go()
    closing.join()
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(StoreError, match="closed"):
        store.write_sync(settings.put, "late", 1)
    with pytest.raises(StoreError, match="closed"):
        store.read_sync(settings.get, "late")
    with Store.open(store.path) as again:
        assert again.read_sync(settings.get, "k49") == 49


def _pages(conn: Connection) -> int:
    return int(conn.exec_driver_sql("PRAGMA page_count").scalar_one())


def _limit(conn: Connection, pages: int) -> None:
    conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def fill_the_disk(store: Store) -> None:
    """No page more than there are: SQLite then answers as on a full disk (SQLITE_FULL)."""
    store.write_sync(_limit, store.write_sync(_pages))


BIG = {"target_user": "x", "padding": "p" * 100_000}


def test_r14_a_full_disk_refuses_and_loses_nothing_and_recovers_by_itself(store: Store, clock: Clock) -> None:
    kept = [add(store) for _ in range(5)]
    fill_the_disk(store)
    with pytest.raises(StoreUnavailableError, match="database or disk is full"):
        add(store, script_config=BIG)
    assert [task.id for task in reversed(store.read_sync(tasks.page)[1])] == kept
    if store.commits:  # the limit belongs to a connection: raising it is the disk that has room again
        store.write_sync(_limit, 1_000_000)
    assert add(store, script_config=BIG) == kept[-1] + 1
    counters, seen = store.read_sync(counted)
    assert counters == seen


def test_r14_on_a_full_disk_every_waiter_gets_an_answer(store: Store, clock: Clock) -> None:
    fill_the_disk(store)
    writes: list[Callable[[], Any]] = [
        lambda: store.write(tasks.insert, [new(script_config=BIG)], now=clock()),
        lambda: store.write(tasks.insert, [new(script_config=BIG)], now=clock()),
        lambda: store.write(settings.put, "small", 1),
    ]
    outcomes = asyncio.run(gathered(store, writes))
    assert [type(outcome) for outcome in outcomes[:2]] == [StoreUnavailableError] * 2
    small = store.read_sync(settings.get, "small")
    assert (small, isinstance(outcomes[2], Exception)) in ((1, False), (None, True))  # told what is so
    store.write_sync(_limit, 1_000_000)
    assert add(store) == store.read_sync(tasks.stats).total == 1


def _break_commit(conn: Connection) -> None:
    """Ends the transaction behind the thread's back, as SQLite itself does for some errors."""
    conn.exec_driver_sql("ROLLBACK")
    raise OSError("the disk went away")


def test_r14_when_the_transaction_is_lost_the_whole_group_is_told(store: Store, clock: Clock) -> None:
    writes: list[Callable[[], Any]] = [
        lambda: store.write(tasks.insert, [new()], now=clock()),
        lambda: store.write(_break_commit),
        lambda: store.write(tasks.insert, [new()], now=clock()),
    ]
    outcomes = asyncio.run(gathered(store, writes))
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailableError] * 3
    assert store.read_sync(tasks.stats).total == 0
    assert add(store) == 1


@pytest.mark.usefixtures("unhurried")
def test_what_is_written_along_shares_the_commit_of_the_next_write(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "ALONG_S", 60.0)

    async def scene() -> int:
        before = store.commits
        along = [asyncio.ensure_future(store.write_along(settings.put, f"along {n}", n)) for n in range(3)]
        await asyncio.sleep(0)
        await store.write(settings.put, "other", 1)
        await asyncio.gather(*along)
        return store.commits - before

    assert asyncio.run(scene()) == 1
    assert store.read_sync(settings.get, "along 2", None) == 2


def test_what_is_written_along_is_written_alone_where_nothing_else_is(store: Store) -> None:
    async def scene() -> None:
        await asyncio.wait_for(store.write_along(settings.put, "along", 1), 10)

    asyncio.run(scene())
    assert store.read_sync(settings.get, "along", None) == 1


def test_what_is_written_along_is_done_before_closing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "ALONG_S", 60.0)

    async def scene() -> None:
        along = asyncio.ensure_future(store.write_along(settings.put, "along", 1))
        await asyncio.sleep(0)
        await asyncio.to_thread(store.close)
        await asyncio.wait_for(along, 10)

    asyncio.run(scene())
