"""Says that something changed that may let a task begin; the dispatcher waits for it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from drover.policy.phone_commands import WakeDispatcher
from drover.policy.records import NewTask
from drover.wire.devices import Device


@dataclass
class Changes:
    """What changed since the dispatcher last looked. `anything`: whatever it decides by; else only that tasks were
    added for these devices, the next of those that are scheduled at `due`."""

    anything: bool = False
    devices: set[str] = field(default_factory=set)
    due: datetime | None = None


class DispatchSignal:
    """A change of what dispatch decides by wakes it here."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._changes = Changes()

    def wake(self) -> None:
        """Something changed."""
        self._changes.anything = True
        self._woken.set()

    def tasks_added(self, new: Iterable[NewTask]) -> None:
        """These are stored; nothing else changed."""
        for task in new:
            self._changes.devices.add(task.serial)
            if task.scheduled_at is not None:
                self._changes.due = min(task.scheduled_at, self._changes.due or task.scheduled_at)
        self._woken.set()

    def on_wake(self, _device: Device, _command: WakeDispatcher) -> None:
        """The loop's command."""
        self.wake()

    async def wait(self, seconds: float) -> Changes:
        """Return when something has changed since the last return, or after so many seconds; what changed.

        After the seconds time itself has: anything may be due.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            self._changes.anything = True
        self._woken.clear()
        changes, self._changes = self._changes, Changes()
        return changes
