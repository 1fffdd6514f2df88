"""Commands about the phone as a machine: cmd, toybox, svc, network addresses, restart."""

import asyncio
from collections.abc import Mapping
from typing import Final

from phonesim.shell.call import Call, Command

# `cmd SERVICE ...` that is another command under its older name.
SERVICES: Final = {"package": "pm", "activity": "am", "window": "wm", "input": "input", "settings": "settings"}
QUIET_SERVICES: Final = frozenset({"statusbar", "notification", "uimode", "wifi", "connectivity", "overlay", "appops"})


async def cmd(call: Call) -> int:
    service, *args = call.args or [""]
    name = SERVICES.get(service, "")
    if name in call.commands:
        call.name, call.args = name, args
        return await call.commands[name](call)
    if service in QUIET_SERVICES:
        return 0
    return call.error(f"cmd: Can't find service: {service}", code=20)


async def toybox(call: Call) -> int:
    """`toybox NAME ARGS` is the command NAME; toybox alone lists what there is."""
    if not call.args:
        return call.print(" ".join(sorted(call.commands)))
    name, *args = call.args
    command = call.commands.get(name)
    if command is None:
        return call.error(f"toybox: Unknown command {name}", code=127)
    call.name, call.args = name, args
    return await command(call)


async def svc(call: Call) -> int:
    match call.args:
        case ["wifi", ("enable" | "disable") as verb]:
            call.device.settings["global"]["wifi_on"] = str(int(verb == "enable"))
            return 0
        case ["power", "stayon", value]:
            on = {"true": "7", "usb": "2", "ac": "1", "wireless": "4", "false": "0"}.get(value, "0")
            call.device.settings["global"]["stay_on_while_plugged_in"] = on
            return 0
        case ["power", "reboot", *_]:
            return await reboot(call)
        case [("data" | "nfc" | "bluetooth" | "usb"), *_]:
            return 0
        case _:
            return call.error("Available commands:\n    power\n    wifi\n    data\n    usb\n    nfc\n    bluetooth")


def _address(call: Call) -> str:
    number = int("".join(char for char in call.device.serialno if char.isdigit()) or "1")
    return f"192.168.{1 + number // 200}.{20 + number % 200}"


async def ifconfig(call: Call) -> int:
    name = call.args[0] if call.args else "wlan0"
    if name != "wlan0":
        return call.error(f"ifconfig: {name}: No such device")
    address = _address(call)
    return call.print(
        "wlan0     Link encap:Ethernet  HWaddr 02:00:00:00:00:00\n"
        f"          inet addr:{address}  Bcast:192.168.255.255  Mask:255.255.0.0 \n"
        "          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1"
    )


async def ip(call: Call) -> int:
    if call.args[:1] not in (["addr"], ["a"], ["address"], ["-f"], ["route"]):
        return call.error("Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }", code=255)
    if call.args[:1] == ["route"]:
        return call.print(f"192.168.0.0/16 dev wlan0 proto kernel scope link src {_address(call)}")
    if "wlan0" not in call.args and "dev" in call.args:
        return call.error(f'Device "{call.args[-1]}" does not exist.')
    return call.print(
        "24: wlan0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 3000\n"
        "    link/ether 02:00:00:00:00:00 brd ff:ff:ff:ff:ff:ff\n"
        f"    inet {_address(call)}/16 brd 192.168.255.255 scope global wlan0"
    )


async def ping(call: Call) -> int:
    return call.error(f"ping: unknown host {call.args[-1] if call.args else ''}", code=2)


async def reboot(call: Call) -> int:
    await call.flush()
    asyncio.get_running_loop().call_later(0.05, call.device.restart, {})
    # The command does not return on a phone either: its connection ends first.
    await asyncio.sleep(2)
    return 0


async def nothing(_call: Call) -> int:
    return 0


COMMANDS: Final[Mapping[str, Command]] = {
    "cmd": cmd,
    "toybox": toybox,
    "svc": svc,
    "ifconfig": ifconfig,
    "ip": ip,
    "ping": ping,
    "reboot": reboot,
    "sync": nothing,
    "renice": nothing,
}
