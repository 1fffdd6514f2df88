"""Names of devices: what is kept under one becomes another's, or is forgotten with all that belongs to it."""

from collections.abc import Sequence
from typing import Protocol

import structlog

from drover.store import device_names, tasks
from drover.store.store import Store
from drover.supervisor import clock, work_progress
from drover.supervisor.devices.registry import DeviceRegistry
from drover.supervisor.devices.transports import Transports
from drover.supervisor.dispatch_signal import DispatchSignal
from drover.wire.devices import DeviceForgotten, DeviceState
from drover.wire.faults import Code, RequestError

log = structlog.get_logger("drover.daemon")


class TaskFolders(Protocol):
    """Removes the files of tasks."""

    def remove_soon(self, task_ids: Sequence[int]) -> None:
        """Called when these tasks are deleted."""
        ...


class DeviceNames:
    """Changes what is stored under a device's name, and wakes who may find other tasks then."""

    def __init__(
        self,
        store: Store,
        registry: DeviceRegistry,
        transports: Transports,
        folders: TaskFolders,
        signal: DispatchSignal,
    ) -> None:
        self._store = store
        self._registry = registry
        self._transports = transports
        self._folders = folders
        self._signal = signal

    async def absorb(self, device: str, other: str) -> None:
        """Make what is kept under another name the device's: its tasks step by step, then the rest at once."""
        async for moved in self._store.steps(device_names.move_tasks, 0, device=device, other=other, now=clock.now()):
            if moved:
                self._signal.wake()
        kept = await self._store.write(device_names.merge, device, other)
        if kept is not None:
            self._registry.put(kept)
        log.info("devices_joined", device=device, other=other)
        self._signal.wake()

    async def forget(self, serial: str) -> DeviceForgotten:
        """Remove an absent phone with its tasks and accounts; raises RequestError while it is there or in use."""
        self._check_forgettable(serial)
        self._registry.remove(serial)
        self._transports.forget(serial)
        count, total = 0, await self._store.read(tasks.count, {"serial": serial})
        async for gone in self._store.steps(device_names.drop_tasks, 0, device=serial, now=clock.now()):
            count += len(gone)
            self._folders.remove_soon(gone)
            work_progress.report(count, total)
            if self._registry.is_device(serial):
                why = f"device {serial}: came back meanwhile; {count} of its tasks are deleted already"
                raise RequestError(Code.CONFLICT, why, {"serial": serial})
        forgotten = await self._store.write(device_names.forget, serial)
        log.info("device_forgotten", device=serial, tasks=count, accounts=forgotten)
        self._signal.wake()
        return DeviceForgotten(serial=serial, tasks=count, accounts=forgotten)

    def _check_forgettable(self, serial: str) -> None:
        device = self._registry.get(serial)
        if device is None or not self._registry.is_device(serial):
            raise RequestError(Code.NOT_FOUND, f"device {serial}: was never seen")
        if device.connections or device.state is not DeviceState.ABSENT:
            why = f"device {serial}: is {device.state.value}; detach it first"
            raise RequestError(Code.CONFLICT, why, {"serial": serial, "state": device.state.value})
        if self._registry.phone(serial).occupant is not None:
            why = f"device {serial}: a task runs on it; stop that, or wait for its end"
            raise RequestError(Code.CONFLICT, why, {"serial": serial, "task_id": device.task_id})
