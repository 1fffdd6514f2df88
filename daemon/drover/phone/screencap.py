"""The phone's screen as PNG, by its own `screencap`."""

from drover.phone.adb import Adb
from drover.phone.engine import PhoneError


def screencap(adb: Adb, *, timeout_s: float) -> bytes:
    """Raises PhoneError when what comes is no picture."""
    output = adb.shell(["screencap", "-p"], timeout_s=timeout_s)
    if not output.stdout.startswith(b"\x89PNG"):
        raise PhoneError(f"{adb.serial}: screencap gave no picture: {output.brief}")
    return output.stdout
