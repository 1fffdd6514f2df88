"""What the handlers can reach: the daemon's components and the facts about itself."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from drover.config import Config
from drover.policy.pace import Pace
from drover.store import overview
from drover.store.store import Store
from drover.supervisor.api.event_feed import EventFeed
from drover.supervisor.api.server import Peer
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.leases.account_reader import AccountReader
from drover.supervisor.leases.direct_calls import DirectCalls
from drover.supervisor.leases.leases import PhoneLeases
from drover.supervisor.tasks.dispatcher import Dispatcher
from drover.supervisor.tasks.library import MaterialLibrary
from drover.supervisor.tasks.running_attempts import RunningAttempts
from drover.supervisor.tasks.scripts import Scripts
from drover.supervisor.upkeep.backups import Backups
from drover.supervisor.upkeep.disk import Disk
from drover.supervisor.upkeep.retention import Retention
from drover.wire.codec import PROTOCOL_VERSION
from drover.wire.control import AnnounceApi, ConfigReloaded, DaemonStatus, License, Welcome
from drover.wire.devices import DeviceForgotten

VERSION = version("drover")


@dataclass(kw_only=True)
class DaemonState:
    """The components, made by the daemon; `counters` tells of workers and dropped messages."""

    config: Config
    boot_id: str
    store: Store
    registry: DeviceRegistry
    dispatcher: Dispatcher
    running: RunningAttempts
    materials: MaterialLibrary
    retention: Retention
    backups: Backups
    event_feed: EventFeed
    account_reader: AccountReader
    leases: PhoneLeases
    direct: DirectCalls
    scripts: Scripts
    pace: Pace
    disk: Disk
    license: License
    adb_connected: Callable[[], bool]
    worker_count: Callable[[], int]
    messages_dropped: Callable[[], int]
    counters: Callable[[], dict[str, int]]
    adb_version: Callable[[], Awaitable[str]]
    runtime_dir: Path
    device_of: Callable[[str], str]
    forget_device: Callable[[str], Awaitable[DeviceForgotten]]
    reload: Callable[[], ConfigReloaded]
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    api_announced: AnnounceApi | None = None
    _watching: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def api_url(self) -> str:
        """Where the gateway answers by TCP; "" where it does not."""
        return self.api_announced.url if self.api_announced else ""

    @property
    def api_socket(self) -> str:
        """The Unix socket on which the gateway answers; "" where it does not."""
        return self.api_announced.socket if self.api_announced else ""

    def announce_api(self, announced: AnnounceApi, peer: Peer) -> None:
        """Remember where the gateway answers, for as long as its connection lives."""
        self.api_announced = announced
        watch = asyncio.create_task(self._forget_api(announced, peer))
        self._watching.add(watch)
        watch.add_done_callback(self._watching.discard)

    async def _forget_api(self, announced: AnnounceApi, peer: Peer) -> None:
        await peer.gone.wait()
        if self.api_announced is announced:
            self.api_announced = None

    def welcome(self) -> Welcome:
        return Welcome(
            version=PROTOCOL_VERSION,
            daemon_version=VERSION,
            boot_id=self.boot_id,
            pid=os.getpid(),
            zone=self.config.zone.key,
        )

    async def status(self) -> DaemonStatus:
        adb = self.config.adb
        figures = await self.store.read(overview.figures, now=datetime.now(UTC))
        return DaemonStatus(
            daemon_version=VERSION,
            boot_id=self.boot_id,
            pid=os.getpid(),
            started_at=self.started_at,
            draining=self.dispatcher.draining,
            api_url=self.api_url,
            api_socket=self.api_socket,
            adb=f"{adb.host}:{adb.port}",
            adb_connected=self.adb_connected(),
            tasks=figures.tasks,
            devices=self.registry.counts(),
            workers=self.worker_count(),
            messages_dropped=self.messages_dropped(),
            data_dir=str(self.config.data_dir),
            counters=self.counters(),
            restored=figures.restored,
            restored_blind=figures.restored_blind,
            pauses=figures.pauses,
            held=figures.held,
            not_ready=self.registry.not_ready(),
            cannot_take=await self.disk.cannot_take(),
        )
