"""Phones: how they are, what people wrote about them, and which accounts their apps are logged in with."""

from typing import Final

from drover.wire.control import (
    AccountsDiscovered,
    DeviceForgotten,
    DeviceList,
    DiscoverAccounts,
    ForgetDevice,
    GetDevice,
    ListDevices,
    SetDevice,
)
from drover.wire.devices import Device
from drover.wire.faults import Code
from drover_shim.answers import DEVICE, DEVICE_FORGOTTEN, DEVICE_LIST, DISCOVERED
from drover_shim.bodies import ChangeDeviceBody, DiscoverBody
from drover_shim.fields import Fields, serial, text_item
from drover_shim.new_task import PLATFORMS
from drover_shim.route import Call, Route

DISCOVERY_TIMEOUT_S: Final = 110.0


def list_devices(call: Call) -> DeviceList:
    """Every phone ever seen, and how it is."""
    return call.ask(ListDevices(), DeviceList)


def get_device(call: Call) -> Device:
    """One phone."""
    return call.ask(GetDevice(serial=serial_of(call)), Device)


def change_device(call: Call) -> Device:
    """Change note and tags; a field that is missing stays as it is, `tags` replaces them all."""
    body = call.read_json()
    fields = Fields(body)
    tags = None if body.get("tags") is None else fields.array("tags", text_item, "strings")
    return call.ask(SetDevice(serial=serial_of(call), note=fields.text("note"), tags=tags), Device)


def forget_device(call: Call) -> DeviceForgotten:
    """Remove an absent phone with its tasks and accounts.

    Refused with 409 while adb lists it or a task runs there.
    """
    return call.ask(ForgetDevice(serial=serial_of(call)), DeviceForgotten)


def discover(call: Call) -> AccountsDiscovered:
    """Read which accounts an app is logged in with.

    Reads the phone, which takes some seconds; no task runs there meanwhile.
    """
    fields = Fields(call.read_json())
    request = DiscoverAccounts(
        serial=serial_of(call),
        platform=fields.choice("platform", PLATFORMS) or "tiktok",
        package=fields.text("package") or "",
        register=fields.flag("register", False),
    )
    return call.ask(request, AccountsDiscovered, timeout_s=DISCOVERY_TIMEOUT_S)


def serial_of(call: Call) -> str:
    """The serial in the path; raises RequestError."""
    return serial("serial", call.args["serial"])


ROUTES: Final = (
    Route(method="GET", path="/device", handler=list_devices, answers=DEVICE_LIST),
    Route(method="GET", path="/device/<serial>", handler=get_device, answers=DEVICE),
    Route(method="PATCH", path="/device/<serial>", handler=change_device, answers=DEVICE, body=ChangeDeviceBody),
    Route(
        method="DELETE",
        path="/device/<serial>",
        handler=forget_device,
        answers=DEVICE_FORGOTTEN,
        slow=True,
        refuses=(Code.CONFLICT,),
    ),
    Route(
        method="POST",
        path="/device/<serial>/discover",
        handler=discover,
        answers=DISCOVERED,
        body=DiscoverBody,
        slow=True,
        refuses=(Code.CONFLICT,),
    ),
)
