"""The daemon's components in one place, folder by folder, and what it says of itself as a whole."""

import asyncio
import os
from importlib.metadata import version

from drover.store import overview
from drover.supervisor import clock
from drover.supervisor.api.server import Peer
from drover.supervisor.core import Core
from drover.supervisor.devices.components import DeviceComponents
from drover.supervisor.leases.components import LeaseComponents
from drover.supervisor.tasks.components import TaskComponents
from drover.supervisor.upkeep.components import UpkeepComponents
from drover.wire.codec import PROTOCOL_VERSION
from drover.wire.control import AnnounceApi, DaemonStatus, Welcome
from drover.wire.daemon import Activity

VERSION = version("drover")


class DaemonState:
    """What the handlers can reach, and what the daemon runs."""

    def __init__(
        self,
        core: Core,
        devices: DeviceComponents,
        leases: LeaseComponents,
        tasks: TaskComponents,
        upkeep: UpkeepComponents,
    ) -> None:
        self.core = core
        self.devices = devices
        self.leases = leases
        self.tasks = tasks
        self.upkeep = upkeep
        self._watching = set[asyncio.Task[None]]()

    @property
    def messages_dropped(self) -> int:
        """Messages of workers and clients that were dropped."""
        return self.devices.workers.dropped + self.core.tallies.malformed

    def announce_api(self, announced: AnnounceApi, peer: Peer) -> None:
        """Remember where the gateway answers, for as long as its connection lives."""
        self.core.address.announce(announced)
        watch = asyncio.create_task(self._forget_api(announced, peer))
        self._watching.add(watch)
        watch.add_done_callback(self._watching.discard)

    async def _forget_api(self, announced: AnnounceApi, peer: Peer) -> None:
        await peer.gone.wait()
        self.core.address.forget(announced)

    def watch(self) -> None:
        """Deadlines and signs of life; called every second."""
        self.tasks.running.watch()
        self.devices.watch()

    def welcome(self) -> Welcome:
        return Welcome(
            version=PROTOCOL_VERSION,
            daemon_version=VERSION,
            boot_id=self.core.boot.id,
            pid=os.getpid(),
            zone=self.core.settings.config.zone.key,
        )

    async def status(self) -> DaemonStatus:
        core, registry, config = self.core, self.devices.registry, self.core.settings.config
        figures = await core.store.read(overview.figures, now=clock.now())
        return DaemonStatus(
            daemon_version=VERSION,
            boot_id=core.boot.id,
            pid=os.getpid(),
            started_at=core.started_at,
            draining=registry.draining,
            api_url=core.address.url,
            api_socket=core.address.socket,
            adb=f"{config.adb.host}:{config.adb.port}",
            adb_connected=self.devices.tracker.connected,
            tasks=figures.tasks,
            devices=registry.counts(),
            workers=self.devices.workers.running,
            messages_dropped=self.messages_dropped,
            data_dir=str(config.data_dir),
            counters=dict(core.tallies.counters),
            restored=figures.restored,
            restored_blind=figures.restored_blind,
            pauses=figures.pauses,
            held=figures.held,
            not_ready=registry.not_ready(),
            cannot_take=await self.upkeep.disk.cannot_take(),
            activity=self.activity,
        )

    @property
    def activity(self) -> Activity:
        """What was done since the start."""
        store, tallies = self.core.store, self.core.tallies
        return Activity(requests=tallies.requests, commits=store.commits, writes=store.writes, reads=store.reads)
