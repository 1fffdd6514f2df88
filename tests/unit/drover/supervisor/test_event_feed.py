"""Events reach every subscriber once and in order, backlog first."""

import asyncio
from datetime import UTC, datetime

from drover.store.committed import CommittedEvents
from drover.supervisor.event_feed import QUEUE_LIMIT, EventFeed, Subscription
from drover.wire.events import Event, StreamReset, TaskDeleted, TaskProgressed
from drover.wire.tasks import Phase


class Log:
    """Stored events, and the commits that store them, as the store would give them; made on a running loop."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.commits = CommittedEvents(asyncio.get_running_loop())

    def add(self) -> None:
        number = len(self.events) + 1
        self.events.append(Event(id=number, at=datetime.now(UTC), body=TaskDeleted(task_id=number)))
        self.commits.take(self.events[-1:])

    async def after(self, position: int, limit: int) -> list[Event]:
        await asyncio.sleep(0)  # as a real read, it lets others run
        return [event for event in self.events if event.id > position][:limit]


async def take(subscription: Subscription, count: int) -> list[int]:
    found: list[int] = []
    async for event in subscription.events():
        found.append(event.id)
        if len(found) == count:
            break
    return found


def test_backlog_and_live_events_meet_without_gap_or_repeat() -> None:
    async def run() -> list[int]:
        log = Log()
        for _ in range(1200):
            log.add()
        event_feed = EventFeed(log.after, 1200)
        pump = asyncio.create_task(event_feed.run(log.commits))
        joining = asyncio.create_task(event_feed.subscribe(0))
        for _ in range(50):  # events happen while the backlog is read
            log.add()
            await asyncio.sleep(0)
        found = await take(await joining, 1250)
        pump.cancel()
        return found

    assert asyncio.run(run()) == list(range(1, 1251))


def test_progress_is_passed_on_and_not_numbered() -> None:
    async def run() -> list[int]:
        event_feed = EventFeed(Log().after, 0)
        subscription = await event_feed.subscribe(None)
        event_feed.progress(TaskProgressed(task_id=1, serial="s", attempt=1, phase=Phase.PREPARE, step="x", progress=1))
        return await take(subscription, 1)

    assert asyncio.run(run()) == [0]


def test_slow_subscriber_is_cut_off_and_others_are_not() -> None:
    async def run() -> tuple[bool, bool]:
        log = Log()
        event_feed = EventFeed(log.after, 0)
        slow, quick = await event_feed.subscribe(None), await event_feed.subscribe(None)
        pump = asyncio.create_task(event_feed.run(log.commits))
        reading = asyncio.create_task(take(quick, QUEUE_LIMIT + 10))
        for _ in range(QUEUE_LIMIT + 10):
            log.add()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await reading
        pump.cancel()
        return slow.lagged, quick.lagged

    assert asyncio.run(run()) == (True, False)


async def first_of(event_feed: EventFeed, after: int, count: int) -> list[Event]:
    subscription = await event_feed.subscribe(after)
    found: list[Event] = []
    async for event in subscription.events():
        found.append(event)
        if len(found) == count:
            break
    return found


def test_case_b2_an_id_beyond_the_newest_is_answered_with_reset() -> None:
    async def run() -> tuple[list[Event], int]:
        log = Log()
        for _ in range(3):
            log.add()
        event_feed = EventFeed(log.after, 3)
        pump = asyncio.create_task(event_feed.run(log.commits))
        reading = asyncio.create_task(first_of(event_feed, 90, 2))
        await asyncio.sleep(0.01)
        log.add()
        found = await asyncio.wait_for(reading, 5)
        pump.cancel()
        return found, event_feed.last_id

    (reset, later), newest = asyncio.run(run())
    assert isinstance(reset.body, StreamReset)
    assert (reset.id, later.id, newest) == (3, 4, 4)


def test_case_b2_an_id_whose_followers_were_dropped_is_answered_with_reset() -> None:
    async def run(after: int) -> list[Event]:
        log = Log()
        for _ in range(9):
            log.add()
        del log.events[:5]
        return await first_of(EventFeed(log.after, 9), after, 4)

    gap = asyncio.run(run(4))
    assert isinstance(gap[0].body, StreamReset)
    assert [event.id for event in gap] == [5, 6, 7, 8]
    assert [event.id for event in asyncio.run(run(5))] == [6, 7, 8, 9], "nothing is missing"


def test_what_was_stored_before_the_commits_were_followed_is_handed_on_first_and_once() -> None:
    async def run() -> list[int]:
        log = Log()
        log.add()
        log.events.append(Event(id=2, at=datetime.now(UTC), body=TaskDeleted(task_id=2)))  # no commit told of it
        event_feed = EventFeed(log.after, 0)
        subscription = await event_feed.subscribe(None)
        pump = asyncio.create_task(event_feed.run(log.commits))
        await asyncio.sleep(0.01)
        log.add()
        found = await asyncio.wait_for(take(subscription, 3), 5)
        pump.cancel()
        return found

    assert asyncio.run(run()) == [1, 2, 3]
