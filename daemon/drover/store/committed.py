"""The events of commits, handed on from the write that made them: nothing reads them back from the table."""

import asyncio
from typing import Final

from drover.wire.events import Event

COMMITTED: Final = "drover.committed"
"""Key in a writing connection's `info`: the list that takes the events which the open transaction has kept."""


class CommittedEvents:
    """Events in the order of their ids, a list for each commit that kept any, for one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._commits: asyncio.Queue[list[Event]] = asyncio.Queue()

    def take(self, events: list[Event]) -> None:
        """A commit's events; called on the loop."""
        self._commits.put_nowait(events)

    async def next(self) -> list[Event]:
        """The events of the next commit."""
        return await self._commits.get()
