"""`wm`, `screencap` and `uiautomator dump`: the screen's size, its picture, its hierarchy."""

import asyncio
import re
import time
from collections.abc import Mapping
from typing import Final

from phonesim import framebuffer
from phonesim.automation.nodes import compress
from phonesim.faults import number
from phonesim.shell.call import Call, Command

DEFAULT_DUMP: Final = "/sdcard/window_dump.xml"
# As long as the real one waits for a screen that keeps moving, and how often this one looks.
IDLE_TIMEOUT_S: Final = 10.0
IDLE_POLL_S: Final = 0.05
KILLED: Final = 137


async def wm(call: Call) -> int:
    device = call.device
    match call.args:
        case ["size"]:
            call.print(f"Physical size: {device.natural[0]}x{device.natural[1]}")
            return call.print(f"Override size: {device.size[0]}x{device.size[1]}") if device.size else 0
        case ["size", "reset"]:
            device.size = None
            await device.on_display(device.configure)
        case ["size", size] if match := re.fullmatch(r"(\d+)x(\d+)", size):
            device.size = int(match[1]), int(match[2])
            await device.on_display(device.configure)
        case ["density"]:
            call.print(f"Physical density: {device.props['ro.sf.lcd_density']}")
            return call.print(f"Override density: {device.density}") if device.density else 0
        case ["density", "reset"]:
            device.density = None
        case ["density", value] if value.isdigit():
            device.density = int(value)
        case ["dismiss-keyguard"]:
            device.dismiss_keyguard()
        case ["user-rotation", "lock", turned] if turned in ("0", "1", "2", "3"):
            device.settings["system"]["user_rotation"] = turned
            await device.on_display(device.configure)
        case ["user-rotation" | "fixed-to-user-rotation", *_]:
            return 0
        case _:
            return call.error(
                "Window manager (window) commands: size, density, user-rotation, dismiss-keyguard", code=255
            )
    return 0


async def screencap(call: Call) -> int:
    options, names = list[str](), list(call.args)
    while names and names[0].startswith("-"):
        options.append(names.pop(0))
        if options[-1] == "-d" and names:
            names.pop(0)
    wants_png = "-p" in options or (bool(names) and names[0].endswith(".png"))
    data = await call.device.screenshot() if wants_png else (await framebuffer.grab(call.device)).for_screencap()
    if not names:
        call.out.write(data)
        return 0
    try:
        call.device.files.write(call.path(names[0]), data)
    except OSError as error:
        return call.error(f"Error opening file: {names[0]} ({error.strerror})")
    return 0


async def uiautomator(call: Call) -> int:
    if call.args[:1] != ["dump"]:
        return call.error("Usage: uiautomator <subcommand> [options]\n\nAvailable subcommands: dump, runtest, events")
    words = call.args[1:]
    compressed = "--compressed" in words
    names = [word for word in words if not word.startswith("-")]
    if call.device.automation_holder is not None:
        # Another holder of the one UiAutomation connection: the dump's process dies of it.
        return call.error("Killed ", code=KILLED)
    call.device.automation_holder = "uiautomator dump"
    try:
        idle = await _idle(call)
        xml = await call.device.hierarchy() if idle else ""
    finally:
        call.device.automation_holder = None
    if not idle:
        call.error("ERROR: could not get idle state.")
        return 0
    return _write_dump(call, compress(xml) if compressed else xml, names[0] if names else DEFAULT_DUMP)


def _write_dump(call: Call, xml: str, target: str) -> int:
    if target in ("/dev/tty", "/dev/stdout", "/proc/self/fd/1"):
        call.print(xml, end="")
        return call.print(f"UI hierchary dumped to: {target}")
    try:
        call.device.files.write(call.path(target), xml.encode())
    except OSError as error:
        call.error(f"java.io.FileNotFoundException: {target}: open failed: {error.strerror}")
        return 0
    return call.print(f"UI hierchary dumped to: {target}")


async def _idle(call: Call) -> bool:
    """Whether the screen comes to rest within the time the real one gives it."""
    if fault := call.device.faults.get("idle_error"):
        await asyncio.sleep(number(fault.params, "after_seconds", default=0.1) or 0)
        return False
    deadline = time.monotonic() + IDLE_TIMEOUT_S
    while await call.device.on_display(call.device.display.is_moving):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(IDLE_POLL_S)
    return True


COMMANDS: Final[Mapping[str, Command]] = {"wm": wm, "screencap": screencap, "uiautomator": uiautomator}
