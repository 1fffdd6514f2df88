"""Writes down what is shown of phones, and which processes serve them, and tells subscribers of each change."""

from typing import Any

import structlog

from drover.policy.phone_commands import ForgetLogins, NoteFlapping, Publish, RecordWorker
from drover.store import devices, logins
from drover.store.store import Store
from drover.supervisor import clock
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.event_feed import EventFeed
from drover.supervisor.jobs import Jobs
from drover.supervisor.tasks import startup_recovery
from drover.wire.devices import Device

log = structlog.get_logger("drover.daemon")
devices_log: Any = structlog.get_logger("drover.devices")


class DeviceJournal:
    """Carries out the commands that end in the store or the log. None of them is waited for."""

    def __init__(self, store: Store, event_feed: EventFeed, registry: DeviceRegistry, jobs: Jobs, boot_id: str) -> None:
        self._store = store
        self._event_feed = event_feed
        self._registry = registry
        self._jobs = jobs
        self._boot_id = boot_id

    def on_publish(self, device: Device, _command: Publish) -> None:
        self._jobs.background(self._publish(device, remember=self._registry.is_device(device.serial)))

    async def _publish(self, device: Device, *, remember: bool) -> None:
        await self._store.write_along(devices.publish, device, remember=remember, now=clock.now())

    def on_record_worker(self, device: Device, command: RecordWorker) -> None:
        started_at = startup_recovery.start_time(command.pid)
        record = self._store.write(devices.record_worker, device.serial, command.pid, started_at, self._boot_id)
        self._jobs.background(record)

    def on_forget_logins(self, device: Device, _command: ForgetLogins) -> None:
        self._jobs.background(self._forget_logins(device))

    async def _forget_logins(self, device: Device) -> None:
        for login in await self._store.write(logins.forget_outdated, device.serial, device.facts.apps):
            log.info("login_forgotten", device=device.serial, package=login.package, account=login.username)

    def on_flapping(self, device: Device, command: NoteFlapping) -> None:
        devices_log.warning("device_flaps", device=device.serial, absences=command.absences, hold_s=command.hold_s)
