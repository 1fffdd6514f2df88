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
from drover_shim import view
from drover_shim.bodies import ChangeDeviceBody, DiscoverBody
from drover_shim.fields import Fields, serial, text_item
from drover_shim.new_task import PLATFORMS
from drover_shim.route import Call, Route
from drover_shim.shapes import (
    DeviceForgottenView,
    DeviceListView,
    DeviceView,
    DiscoveredView,
)

DISCOVERY_TIMEOUT_S: Final = 110.0


def list_devices(call: Call) -> DeviceListView:
    """Every phone ever seen, and how it is."""
    devices = call.ask(ListDevices(), DeviceList).devices
    zone = call.zone
    return DeviceListView(total=len(devices), devices=[view.device(device, zone) for device in devices])


def get_device(call: Call) -> DeviceView:
    """One phone."""
    found = call.ask(GetDevice(serial=serial("serial", call.args["serial"])), Device)
    return view.device(found, call.zone)


def change_device(call: Call) -> DeviceView:
    """Change note and tags; a field that is missing stays as it is, `tags` replaces them all."""
    body = call.read_json()
    fields = Fields(body)
    tags = None if body.get("tags") is None else fields.array("tags", text_item, "strings")
    wanted = serial("serial", call.args["serial"])
    return view.device(call.ask(SetDevice(serial=wanted, note=fields.text("note"), tags=tags), Device), call.zone)


def forget_device(call: Call) -> DeviceForgottenView:
    """Remove an absent phone with its tasks and accounts.

    Refused with 409 while adb lists it or a task runs there.
    """
    wanted = serial("serial", call.args["serial"])
    gone = call.ask(ForgetDevice(serial=wanted), DeviceForgotten)
    return DeviceForgottenView(serial=gone.serial, deleted_tasks=gone.tasks, deleted_accounts=gone.accounts)


def discover(call: Call) -> DiscoveredView:
    """Read which accounts an app is logged in with.

    Reads the phone, which takes some seconds; no task runs there meanwhile.
    """
    fields = Fields(call.read_json())
    request = DiscoverAccounts(
        serial=serial("serial", call.args["serial"]),
        platform=fields.choice("platform", PLATFORMS) or "tiktok",
        package=fields.text("package") or "",
        register=fields.flag("register", False),
    )
    return view.discovered(call.ask(request, AccountsDiscovered, timeout_s=DISCOVERY_TIMEOUT_S))


ROUTES: Final = (
    Route(method="GET", path="/device", handler=list_devices, answers=DeviceListView),
    Route(method="GET", path="/device/<serial>", handler=get_device, answers=DeviceView),
    Route(method="PATCH", path="/device/<serial>", handler=change_device, answers=DeviceView, body=ChangeDeviceBody),
    Route(
        method="DELETE",
        path="/device/<serial>",
        handler=forget_device,
        answers=DeviceForgottenView,
        slow=True,
        refuses=(Code.CONFLICT,),
    ),
    Route(
        method="POST",
        path="/device/<serial>/discover",
        handler=discover,
        answers=DiscoveredView,
        body=DiscoverBody,
        slow=True,
        refuses=(Code.CONFLICT,),
    ),
)
