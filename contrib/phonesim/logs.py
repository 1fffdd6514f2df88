"""The phone's log: what was written into its ring, by whom and how grave. How it is printed is logcat's."""

import asyncio
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

PRIORITIES: Final = "VDIWEFS"
"""Verbose, debug, info, warning, error, fatal, silent: the least grave first."""
BUFFERS: Final = ("main", "system", "crash")
CAPACITY: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class LogEntry:
    """One entry; `number` grows by one with each, also over a `clear`, `at` is aware UTC."""

    number: int
    at: datetime
    buffer: str
    priority: str
    tag: str
    message: str
    pid: int


class LogRing:
    """The newest entries. Used on the farm's loop only."""

    def __init__(self) -> None:
        self._entries = deque[LogEntry](maxlen=CAPACITY)
        self._last = 0
        self._grown = asyncio.Event()

    def add(self, tag: str, message: str, *, priority: str = "I", buffer: str = "main", pid: int = 1234) -> None:
        self._last += 1
        entry = LogEntry(
            number=self._last,
            at=datetime.now(UTC),
            buffer=buffer,
            priority=priority,
            tag=tag,
            message=message,
            pid=pid,
        )
        self._entries.append(entry)
        self._grown.set()
        self._grown = asyncio.Event()

    def clear(self, buffers: Collection[str]) -> None:
        kept = [entry for entry in self._entries if entry.buffer not in buffers]
        self._entries.clear()
        self._entries.extend(kept)

    def after(self, number: int) -> list[LogEntry]:
        """What was added since the entry of that number and is still here; of all with 0."""
        return [entry for entry in self._entries if entry.number > number]

    async def grown(self, number: int) -> None:
        """Returns when something was added after that entry."""
        while self._last <= number:
            await self._grown.wait()
