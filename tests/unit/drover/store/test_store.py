"""The store as the daemon holds it: operations run on its threads, reads see what was answered."""

import asyncio

import pytest

from drover.store import Store, StoreUnavailableError, tasks
from drover.store.errors import NotFoundError
from drover.store.rows import task_row
from tests.support.clock import Clock
from tests.support.stored import new


def test_a_read_sees_every_write_answered_before(store: Store, clock: Clock) -> None:
    async def scene() -> None:
        for n in range(1, 20):
            await store.write(tasks.insert, [new()], now=clock())
            assert (await store.read(tasks.stats)).total == n

    asyncio.run(scene())


def test_a_reader_cannot_write(store: Store, clock: Clock) -> None:
    with pytest.raises(StoreUnavailableError, match="readonly"):
        store.read_sync(tasks.insert, [new()], now=clock())


def test_a_read_by_the_calling_thread_sees_every_write_and_outlives_a_failure(store: Store, clock: Clock) -> None:
    for n in range(1, 4):
        store.write_sync(tasks.insert, [new()], now=clock())
        before = store.reads
        assert store.read_here(tasks.stats).total == n
        assert store.reads - before == 1
        with pytest.raises(StoreUnavailableError, match="readonly"):
            store.read_here(tasks.insert, [new()], now=clock())
        with pytest.raises(NotFoundError):
            store.read_here(task_row, 99)
