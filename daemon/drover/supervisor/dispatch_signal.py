"""Says that something changed that may let a task begin; the dispatcher waits for it."""

import asyncio

from drover.policy.phone_commands import WakeDispatcher
from drover.supervisor.event_feed import EventFeed
from drover.wire.devices import Device


class DispatchSignal:
    """A change of what dispatch decides by wakes it here. Subscribers get the events that were stored with it, too."""

    def __init__(self, event_feed: EventFeed) -> None:
        self._event_feed = event_feed
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something changed."""
        self._event_feed.poke()
        self._woken.set()

    def on_wake(self, _device: Device, _command: WakeDispatcher) -> None:
        """The loop's command."""
        self.wake()

    async def wait(self, seconds: float) -> None:
        """Return when something has changed since the last return, or after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return
        finally:
            self._woken.clear()
