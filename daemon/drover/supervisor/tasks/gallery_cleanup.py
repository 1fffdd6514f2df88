"""Files that an attempt left in a phone's gallery, because it was cut off or its phone was gone at its end: what the
store knows of them. When they are looked for, and whether they are taken away, is policy.phone's."""

from datetime import timedelta

from drover.policy.phone_commands import LookForLeftovers
from drover.policy.phone_events import LeftoversRead
from drover.policy.phone_uses import KEPT_S
from drover.store import publications
from drover.store.store import Store
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.jobs import Jobs
from drover.wire.devices import Device


class GalleryCleanup:
    """Reads which tasks' files must stay: those whose outcome is unknown, for a day."""

    def __init__(self, store: Store, registry: DeviceRegistry, jobs: Jobs) -> None:
        self._store = store
        self._registry = registry
        self._jobs = jobs

    def on_look(self, device: Device, command: LookForLeftovers) -> None:
        """The loop's command."""
        self._jobs.background(self.look(device.serial, command.due_at))

    async def look(self, serial: str, due_at: float) -> None:
        """Read what may go, and tell the phone."""
        since = self._store.clock() - timedelta(seconds=KEPT_S)
        keep = await self._store.read(publications.uploading, serial, since=since)
        self._registry.post(serial, LeftoversRead(due_at=due_at, keep=None if keep is None else tuple(keep)))
