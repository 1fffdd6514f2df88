"""What every component stands on: this boot, its store, and how others hear of changes."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from drover.config import Config
from drover.store import events
from drover.store.store import Store
from drover.supervisor import clock
from drover.supervisor.api_address import ApiAddress
from drover.supervisor.dispatch_signal import DispatchSignal
from drover.supervisor.event_feed import EventFeed
from drover.supervisor.jobs import Jobs
from drover.supervisor.settings import Settings
from drover.supervisor.tallies import Tallies
from drover.wire.events import Event


@dataclass(frozen=True, kw_only=True)
class Boot:
    """What a boot begins with. `load` reads the configuration again; `rng` is for jitter and pauses."""

    id: str
    settings: Settings
    runtime_dir: Path
    jobs: Jobs
    rng: random.Random
    load: Callable[[], Config]


class Core:
    """`last_event` is the id of the newest event that the store has."""

    def __init__(self, boot: Boot, store: Store, last_event: int) -> None:
        self.boot = boot
        self.settings = boot.settings
        self.jobs = boot.jobs
        self.store = store
        self.event_feed = EventFeed(self._events_after, last_event)
        self.signal = DispatchSignal()
        self.address = ApiAddress(boot.settings, boot.runtime_dir)
        self.tallies = Tallies()
        self.started_at = clock.now()

    async def _events_after(self, event_id: int, limit: int) -> list[Event]:
        return await self.store.read(events.after, event_id, limit)
