"""Whoever waits for the signal misses none, and is told once of several; of tasks, for which devices they are."""

import asyncio
from datetime import UTC, datetime, timedelta

from drover.supervisor.dispatch_signal import Changes, DispatchSignal
from tests.support.stored import new

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_what_was_woken_before_is_heard_and_then_waited_for() -> None:
    async def play() -> None:
        signal = DispatchSignal()
        signal.wake()
        signal.wake()
        assert await asyncio.wait_for(signal.wait(60.0), 10) == Changes(anything=True)
        assert (await signal.wait(0.01)).anything  # nothing more: its time ends it, and something may be due
        waiting = asyncio.create_task(signal.wait(60.0))
        await asyncio.sleep(0)
        signal.wake()
        await asyncio.wait_for(waiting, 10)

    asyncio.run(play())


def test_added_tasks_name_their_devices_and_the_first_that_is_scheduled() -> None:
    async def play() -> None:
        signal = DispatchSignal()
        signal.tasks_added([new("R1"), new("R2", scheduled_at=NOON + timedelta(hours=1))])
        signal.tasks_added([new("R1", scheduled_at=NOON), new("R3", scheduled_at=NOON + timedelta(hours=2))])
        assert await signal.wait(60.0) == Changes(devices={"R1", "R2", "R3"}, due=NOON)
        signal.tasks_added([new("R1")])
        signal.wake()
        assert (await signal.wait(60.0)).anything
        signal.tasks_added([new("R4")])
        assert await signal.wait(60.0) == Changes(devices={"R4"})

    asyncio.run(play())
