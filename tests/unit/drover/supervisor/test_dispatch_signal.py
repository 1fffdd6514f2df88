"""Whoever waits for the signal misses none, and is told once of several."""

import asyncio

from drover.supervisor.dispatch_signal import DispatchSignal
from drover.supervisor.event_feed import EventFeed
from tests.support.registered import no_events


def test_what_was_woken_before_is_heard_and_then_waited_for() -> None:
    async def play() -> None:
        signal = DispatchSignal(EventFeed(no_events, 0))
        signal.wake()
        signal.wake()
        await asyncio.wait_for(signal.wait(60.0), 10)
        await signal.wait(0.01)  # nothing more: its time ends it
        waiting = asyncio.create_task(signal.wait(60.0))
        await asyncio.sleep(0)
        signal.wake()
        await asyncio.wait_for(waiting, 10)

    asyncio.run(play())
