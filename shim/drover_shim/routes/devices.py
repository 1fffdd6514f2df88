"""Phones, read only."""

from typing import Final

from drover.wire.control import DeviceList, GetDevice, ListDevices
from drover.wire.devices import Device
from drover_shim import view
from drover_shim.fields import serial
from drover_shim.route import Call, Route
from drover_shim.shapes import DeviceListView, DeviceView


def list_devices(call: Call) -> DeviceListView:
    """Every phone ever seen, and how it is."""
    devices = call.ask(ListDevices(), DeviceList).devices
    zone = call.zone
    return DeviceListView(total=len(devices), devices=[view.device(device, zone) for device in devices])


def get_device(call: Call) -> DeviceView:
    """One phone."""
    found = call.ask(GetDevice(serial=serial("serial", call.args["serial"])), Device)
    return view.device(found, call.zone)


ROUTES: Final = (
    Route(method="GET", path="/device", handler=list_devices, answers=DeviceListView),
    Route(method="GET", path="/device/<serial>", handler=get_device, answers=DeviceView),
)
