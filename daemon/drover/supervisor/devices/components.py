"""The components that know which phones there are, made in their order."""

from collections.abc import Iterable

from drover.supervisor.core import Core
from drover.supervisor.devices.identification import Identification
from drover.supervisor.devices.names import DeviceNames, TaskFolders
from drover.supervisor.devices.presence import Presence
from drover.supervisor.devices.recovery import DeviceRecovery
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.tracker import AdbTracker, ServerStarter
from drover.supervisor.devices.transports import Transports
from drover.supervisor.workers.pool import WorkerPool
from drover.wire.devices import Device


class DeviceComponents:
    """`known` are the devices of earlier boots."""

    def __init__(
        self, core: Core, workers: WorkerPool, folders: TaskFolders, starter: ServerStarter, known: Iterable[Device]
    ) -> None:
        adb = core.settings.config.adb
        self.workers = workers
        self.registry = DeviceRegistry(known)
        self.transports = Transports(self.registry)
        self.names = DeviceNames(core.store, self.registry, self.transports, folders, core.signal)
        self.tracker = AdbTracker(adb.host, adb.port, starter)
        self.presence = Presence(core.settings, self.registry, self.transports, self.names, core.jobs, core.boot.rng)
        self.identification = Identification(self.transports, self.tracker, self.registry, self.presence, core.jobs)
        self.recovery = DeviceRecovery(self.registry, self.tracker, self.transports, core.jobs, core.tallies)

    def watch(self) -> None:
        """Signs of life, and what time alone does; called every second."""
        self.workers.watch()
        self.presence.watch()
        self.recovery.watch()
