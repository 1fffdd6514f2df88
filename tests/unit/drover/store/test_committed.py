"""The events of a commit reach the store's followers, in order, and only those that were committed."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import Connection

from drover.store import Store, events, tasks
from drover.wire.events import Event, TaskDeleted
from tests.support.clock import Clock
from tests.support.stored import new


def _keep_then_raise(conn: Connection, now: datetime) -> None:
    events.append(conn, TaskDeleted(task_id=99), now=now)
    raise LookupError("on purpose")


def test_followers_are_given_what_the_table_holds(store: Store, clock: Clock) -> None:
    async def scene() -> list[Event]:
        first, second = store.follow(), store.follow()
        await store.write(tasks.insert, [new(), new()], now=clock())
        with pytest.raises(LookupError):
            await store.write(_keep_then_raise, clock())
        await store.write(tasks.delete, [1], now=clock())
        told = [*await first.next(), *await first.next()]
        assert told == [*await second.next(), *await second.next()]
        return told

    told = asyncio.run(scene())
    assert [event.id for event in told] == [1, 2, 3]
    assert told == store.read_sync(events.after, 0, 10)


def test_an_answer_comes_after_its_events(store: Store, clock: Clock) -> None:
    async def scene() -> list[Event]:
        commits = store.follow()
        await store.write(tasks.insert, [new()], now=clock())
        handed_on = asyncio.ensure_future(commits.next())
        await asyncio.sleep(0)
        assert handed_on.done()
        return await handed_on

    assert [event.id for event in asyncio.run(scene())] == [1]
