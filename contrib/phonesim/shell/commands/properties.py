"""getprop, setprop, settings."""

from collections.abc import Mapping
from typing import Final

from phonesim.shell.call import Call, Command

CONFIGURING: Final = frozenset({("system", "font_scale"), ("system", "user_rotation")})
"""Settings that every app is drawn by."""
WRITABLE_PREFIXES = ("debug.", "log.", "persist.", "sys.usb")


async def getprop(call: Call) -> int:
    found = call.device.properties()
    if not call.args:
        return call.print("\n".join(f"[{name}]: [{value}]" for name, value in sorted(found.items())))
    default = call.args[1] if len(call.args) > 1 else ""
    return call.print(found.get(call.args[0]) or default)


async def setprop(call: Call) -> int:
    if len(call.args) != 2:
        return call.error("setprop: Need 2 arguments")
    name, value = call.args
    if not name.startswith(WRITABLE_PREFIXES):
        return call.error(f"Failed to set property '{name}' to '{value}'.\nSee dmesg for error reason.")
    call.device.props[name] = value
    return 0


async def settings(call: Call) -> int:
    words = list(call.args)
    if "--user" in words:
        at = words.index("--user")
        del words[at : at + 2]
    match words:
        case ["get", table, name] if table in call.device.settings:
            return call.print(call.device.settings[table].get(name, "null"))
        case ["put", table, name, value, *_] if table in call.device.settings:
            call.device.settings[table][name] = value
            if (table, name) in CONFIGURING:
                await call.device.on_display(call.device.configure)
            return 0
        case ["delete", table, name] if table in call.device.settings:
            gone = call.device.settings[table].pop(name, None)
            return call.print(f"Deleted {0 if gone is None else 1} rows")
        case ["list", table] if table in call.device.settings:
            rows = sorted(call.device.settings[table].items())
            return call.print("\n".join(f"{name}={value}" for name, value in rows))
        case _:
            return call.error("Invalid command\nusage: settings [get|put|delete|list] NAMESPACE ...", code=255)


COMMANDS: Final[Mapping[str, Command]] = {"getprop": getprop, "setprop": setprop, "settings": settings}
