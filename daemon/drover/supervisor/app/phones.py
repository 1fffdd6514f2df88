"""Phones as they come, go and get well: tells the components that it concerns, and shows on the registry what is true.

What a phone's worker said last is shown as soon as no attempt runs there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import structlog

from drover.policy.device_states import DeviceEvent
from drover.store import device_names, devices, pauses, tasks
from drover.store.store import Store
from drover.supervisor.api import work_progress
from drover.supervisor.api.event_feed import EventFeed
from drover.supervisor.app.jobs import Jobs
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.transports import Transports
from drover.supervisor.leases.account_reader import AccountReader
from drover.supervisor.leases.direct_calls import DirectCalls
from drover.supervisor.leases.leases import PhoneLeases
from drover.supervisor.tasks.dispatcher import Dispatcher
from drover.supervisor.tasks.running_attempts import RunningAttempts
from drover.supervisor.upkeep.retention import Retention
from drover.wire.devices import Device, DeviceForgotten, DeviceState, Identity, PhoneCondition
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Reason

log = structlog.get_logger("drover.daemon")


@dataclass(kw_only=True)
class Phones:
    """`stuck`: phones that their workers cannot reach."""

    registry: DeviceRegistry
    dispatcher: Dispatcher
    event_feed: EventFeed
    direct: DirectCalls
    account_reader: AccountReader
    jobs: Jobs
    leases: PhoneLeases
    retention: Retention
    running: RunningAttempts
    store: Store
    transports: Transports
    troubles: dict[str, str] = field(default_factory=dict[str, str])
    conditions: dict[str, PhoneCondition] = field(default_factory=dict[str, PhoneCondition])
    stuck: set[str] = field(default_factory=set[str])

    # --- what the worker said last

    def in_trouble(self, serial: str, why: str, condition: PhoneCondition | None = None) -> None:
        """To be shown until the worker says otherwise; not yet, if an attempt runs.

        A phone with a `condition` answers: it waits for a person, and is not sick.
        """
        self.troubles[serial] = why
        if condition is None:
            self.conditions.pop(serial, None)
        else:
            self.conditions[serial] = condition
            self.stuck.discard(serial)

    def well(self, serial: str) -> None:
        """The worker has opened the phone, and it answers."""
        self.troubles.pop(serial, None)
        self.conditions.pop(serial, None)
        self.stuck.discard(serial)

    def show(self, serial: str) -> None:
        """Show what the worker said last of its phone, as soon as no attempt runs there."""
        if self.running.on(serial) is not None:
            return
        if serial in self.troubles:
            condition = self.conditions.get(serial)
            changes = {"condition": condition} if condition is None else {"condition": condition, "deadline": None}
            self.registry.apply(serial, DeviceEvent.PHONE_TROUBLE, self.troubles[serial], **changes)
        elif self.transports.in_use(serial) is not None:  # else its transport is not proven to lead to it
            self.registry.apply(serial, DeviceEvent.PHONE_READY, condition=None)
            self.leases.back(serial)
        self.dispatcher.wake()

    # --- what happened to a phone

    def freed(self, serial: str) -> None:
        """Its attempt has ended, durably."""
        self.leases.task_ended(serial)
        self.registry.apply(serial, DeviceEvent.ATTEMPT_ENDED, task_id=None)
        self.show(serial)

    def lost(self, serial: str, why: str) -> None:
        """It stayed away longer than the grace."""
        self.account_reader.lost(serial, why)
        self.unreachable(serial, why)
        self.jobs.background(self.running.lost(serial, Reason.DEVICE_LOST, why))

    def unreachable(self, serial: str, why: str) -> None:
        """Nobody can reach it through its worker any more."""
        self.leases.end(serial, why)
        self.direct.lost(serial, why)

    def joined(self, device: str, other: str) -> None:
        """What waits for a phone under another name of its transport waits for the phone."""
        self.jobs.background(self.absorb(device, other))

    async def absorb(self, device: str, other: str) -> None:
        """Make what is kept under another name the device's: its tasks step by step, then the rest at once."""
        async for moved in self.store.steps(
            device_names.move_tasks, 0, device=device, other=other, now=datetime.now(UTC)
        ):
            if moved:
                self.dispatcher.wake()
        kept = await self.store.write(device_names.merge, device, other)
        if kept is not None:
            self.registry.put(kept)
        log.info("devices_joined", device=device, other=other)
        self.dispatcher.wake()

    async def forget(self, serial: str) -> DeviceForgotten:
        """Remove an absent phone with its tasks and accounts; raises RequestError while it is there or in use."""
        self._check_forgettable(serial)
        self.registry.remove(serial)
        self.transports.forget(serial)
        count, total = 0, await self.store.read(tasks.count, {"serial": serial})
        async for gone in self.store.steps(device_names.drop_tasks, 0, device=serial, now=datetime.now(UTC)):
            count += len(gone)
            self.retention.remove_soon(gone)
            work_progress.report(count, total)
            if self.registry.is_device(serial):
                why = f"device {serial}: came back meanwhile; {count} of its tasks are deleted already"
                raise RequestError(Code.CONFLICT, why, {"serial": serial})
        forgotten = await self.store.write(device_names.forget, serial)
        log.info("device_forgotten", device=serial, tasks=count, accounts=forgotten)
        self.event_feed.poke()
        self.dispatcher.wake()
        return DeviceForgotten(serial=serial, tasks=count, accounts=forgotten)

    def _check_forgettable(self, serial: str) -> None:
        device = self.registry.get(serial)
        if device is None or not self.registry.is_device(serial):
            raise RequestError(Code.NOT_FOUND, f"device {serial}: was never seen")
        if device.connections or device.state is not DeviceState.ABSENT:
            why = f"device {serial}: is {device.state.value}; detach it first"
            raise RequestError(Code.CONFLICT, why, {"serial": serial, "state": device.state.value})
        if self.running.on(serial) is not None or self.dispatcher.begins_on(serial):
            why = f"device {serial}: a task runs on it; stop that, or wait for its end"
            raise RequestError(Code.CONFLICT, why, {"serial": serial, "task_id": self.running_task(serial)})

    def running_task(self, serial: str) -> int | None:
        """The task whose attempt runs there."""
        live = self.running.on(serial)
        return live.task.id if live else None


def recorder(
    store: Store, event_feed: EventFeed, jobs: Jobs, remembers: Callable[[str], bool]
) -> Callable[[Device], None]:
    """What writes every change of a device down, and tells subscribers; but for names that no phone was proven to have,
    only tells."""

    async def record(device: Device) -> None:
        if remembers(device.serial):
            await store.write(devices.put, device)
        told = msgspec.structs.replace(device, identity=Identity())  # its numbers are for those who ask
        await store.write(pauses.tell_device, told, now=datetime.now(UTC))
        event_feed.poke()

    return lambda device: jobs.background(record(device))
