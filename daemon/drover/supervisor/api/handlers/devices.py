"""Requests about phones."""

from drover.policy.accounts import refuse
from drover.policy.devices import description_faults
from drover.store import devices, overview
from drover.supervisor import clock
from drover.supervisor.api.handlers.table import Table
from drover.supervisor.api.state import DaemonState
from drover.wire import control
from drover.wire.devices import Device
from drover.wire.faults import Code, RequestError


class DeviceHandlers:
    """What clients ask of phones."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return {
            control.ListDevices: self._list,
            control.GetDevice: self._get,
            control.SetDevice: self._set,
            control.ForgetDevice: self._forget,
        }

    async def _list(self, _body: control.ListDevices) -> control.DeviceList:
        return control.DeviceList(devices=await shown_devices(self._state, self._state.devices.registry.all()))

    async def _get(self, body: control.GetDevice) -> Device:
        return await self._device(body.serial)

    async def _set(self, body: control.SetDevice) -> Device:
        refuse(description_faults(body.note, body.tags))
        device = self._state.devices.registry.describe(body.serial, note=body.note, tags=body.tags)
        if device is None:
            raise RequestError(Code.NOT_FOUND, f"device {body.serial}: was never seen")
        await self._state.core.store.write(devices.put, device)
        return await self._device(body.serial)

    async def _forget(self, body: control.ForgetDevice) -> control.DeviceForgotten:
        return await self._state.devices.names.forget(body.serial)

    async def _device(self, serial: str) -> Device:
        device = self._state.devices.registry.get(serial)
        if device is None:
            raise RequestError(Code.NOT_FOUND, f"device {serial}: was never seen")
        return (await shown_devices(self._state, [device]))[0]


async def shown_devices(state: DaemonState, found: list[Device]) -> list[Device]:
    """The devices as they are shown."""
    return await state.core.store.read(overview.devices, found, now=clock.now())
