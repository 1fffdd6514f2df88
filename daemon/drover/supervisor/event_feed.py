"""Fans events out to subscribers: stored ones in the order of their ids, passing ones as they come."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from drover.supervisor import clock
from drover.wire.events import Event, StreamReset, TaskProgressed

log = structlog.get_logger("drover.events")

QUEUE_LIMIT = 2000
"""Events that a slow subscriber may lag behind before it is cut off; it can come again with its last id."""


class Subscription:
    """One subscriber's queue. `lagged` is set when it was cut off."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.lagged = False
        self._queue: asyncio.Queue[Event] = asyncio.Queue()

    def backlog(self, events: list[Event]) -> None:
        """Stored events from before the subscription began; they do not count as lag."""
        for event in events:
            self._queue.put_nowait(event)
            self.after = event.id

    def offer(self, event: Event) -> None:
        """An event that happens now; skipped if the backlog had it already."""
        if event.id:
            if event.id <= self.after:
                return
            self.after = event.id
        if self._queue.qsize() >= QUEUE_LIMIT:
            self.lagged = True
        else:
            self._queue.put_nowait(event)

    async def events(self) -> AsyncIterator[Event]:
        """Events as they come; ends when the subscriber lagged too far."""
        while not self.lagged:
            yield await self._queue.get()


class Commits(Protocol):
    """Where the events of each commit come from: the store's CommittedEvents."""

    async def next(self) -> list[Event]:
        """The events of the next commit that kept any."""
        ...


class EventFeed:
    """Gives stored events to every subscriber, once and in order, as their commits hand them on."""

    def __init__(self, read_after: Callable[[int, int], Awaitable[list[Event]]], last_id: int) -> None:
        self._read_after = read_after
        self._subscriptions: set[Subscription] = set()
        self.last_id = last_id

    def progress(self, body: TaskProgressed) -> None:
        """Tell of a step; not stored."""
        event = Event(id=0, at=clock.now(), body=body)
        for subscription in self._subscriptions:
            subscription.offer(event)

    async def subscribe(self, after: int | None) -> Subscription:
        """Begin a subscription; with `after`, the stored events since then come first.

        Where not all of those can be sent, because `after` was never given or retention dropped some, a StreamReset
        comes before everything else.
        """
        subscription = Subscription(self.last_id if after is None else after)
        if after is not None and (reset := await self._reset(after)) is not None:
            subscription.backlog([reset])
        while subscription.after < self.last_id:
            events = await self._read_after(subscription.after, 500)
            if not events:
                break
            subscription.backlog(events)
        # No await between the last look at last_id and this: nothing falls between backlog and live.
        self._subscriptions.add(subscription)
        return subscription

    async def _reset(self, after: int) -> Event | None:
        """The event that tells a subscriber to read everything again, from whose id it goes on; None if it need not."""
        if after > self.last_id:
            return _reset(self.last_id, f"event {after} was never given here, the newest is {self.last_id}")
        oldest = await self._read_after(0, 1)
        if oldest and after < oldest[0].id - 1:
            return _reset(oldest[0].id - 1, f"events after {after} were dropped, the oldest kept is {oldest[0].id}")
        return None

    def unsubscribe(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)

    async def run(self, commits: Commits) -> None:
        """Hand on what was stored before `commits` began, then each commit's events, until cancelled."""
        while events := await self._read_after(self.last_id, 500):
            self._hand_on(events)
        while True:
            self._hand_on(await commits.next())

    def _hand_on(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.id > self.last_id:
                self.last_id = event.id
                for subscription in self._subscriptions:
                    subscription.offer(event)


def _reset(event_id: int, why: str) -> Event:
    words = f"{why}; read what you follow again, then go on from here"
    return Event(id=event_id, at=clock.now(), body=StreamReset(why=words))
