"""Phones, read only."""

from typing import Any, Final

from drover.wire.control import DeviceList, GetDevice, ListDevices
from drover.wire.devices import Device
from drover_shim import view
from drover_shim.fields import serial
from drover_shim.route import Call, Route


def list_devices(call: Call) -> dict[str, Any]:
    devices = call.ask(ListDevices(), DeviceList).devices
    zone = call.zone
    return {"total": len(devices), "devices": [view.device(device, zone) for device in devices]}


def get_device(call: Call) -> dict[str, Any]:
    found = call.ask(GetDevice(serial=serial("serial", call.args["serial"])), Device)
    return view.device(found, call.zone)


ROUTES: Final = (
    Route(method="GET", path="/device", handler=list_devices),
    Route(method="GET", path="/device/<serial>", handler=get_device),
)
