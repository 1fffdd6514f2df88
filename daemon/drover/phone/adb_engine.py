"""The plain engine: `uiautomator dump`, `input` and `screencap` over adb. Needs nothing installed on the phone."""

import re
import time
from typing import Final

from drover.phone.adb import Adb, Deadline, Output, quote
from drover.phone.engine import PhoneError, PhoneTimeoutError, TapUncertainError
from drover.phone.keyboard import Keyboard

_DUMP: Final = "/data/local/tmp/drover-window.xml"
_XML = re.compile(rb"<\?xml|<hierarchy")
_BUSY = re.compile(r"already registered|UiAutomation not connected|UiAutomationService", re.I)
_RETRY_PAUSE_S: Final = 0.2

HOLDERS: Final = {
    "com.wetest.uia2.Main": "uiautomator2's server",
    "com.github.uiautomator": "uiautomator2's server",
    "io.appium.uiautomator2.server": "Appium's UiAutomator2 server",
    "androidx.test": "an instrumented test",
    "uiautomator runtest": "a uiautomator test",
    "uiautomator dump": "another `uiautomator dump`",
}
"""Commands that hold the phone's only UiAutomation connection, by what `ps` shows of them."""


class AdbEngine:
    """See and touch a phone with its own command-line tools."""

    name = "adb"

    def __init__(self, adb: Adb) -> None:
        self._adb = adb
        self._keyboard = Keyboard(adb)

    def hierarchy(self, *, timeout_s: float) -> bytes:
        """The tree; tries again on a moving screen until the deadline."""
        deadline = Deadline(timeout_s)
        while True:
            output = self._dump(deadline)
            start = _XML.search(output.stdout)
            if start:
                return output.stdout[start.start() :]
            if _BUSY.search(output.text):
                raise PhoneError(self._held(output.text, deadline))
            if deadline.left() <= _RETRY_PAUSE_S:
                raise PhoneTimeoutError(f"{self._adb.serial}: no hierarchy within {timeout_s:.1f} s: {_brief(output)}")
            time.sleep(_RETRY_PAUSE_S)

    def tap(self, x: int, y: int, *, timeout_s: float) -> None:
        deadline = Deadline(timeout_s)
        with self._adb.connect(deadline) as stream:
            try:
                output = self._adb.run(stream, quote(["input", "tap", str(x), str(y)]))
            except PhoneError as error:
                raise TapUncertainError(f"{error}; the tap at {x},{y} may have arrived") from error
        if output.exit_code:
            raise TapUncertainError(f"{self._adb.serial}: the tap at {x},{y} failed: {_brief(output)}")

    def swipe(self, x1: int, y1: int, x2: int, y2: int, *, duration_s: float, timeout_s: float) -> None:
        self._input("swipe", x1, y1, x2, y2, int(duration_s * 1000), timeout_s=timeout_s)

    def key(self, code: int, *, timeout_s: float) -> None:
        self._input("keyevent", code, timeout_s=timeout_s)

    def type_text(self, text: str, *, timeout_s: float) -> None:
        self._keyboard.type_text(text, timeout_s=timeout_s)

    def screenshot(self, *, timeout_s: float) -> bytes:
        output = self._adb.shell(["screencap", "-p"], timeout_s=timeout_s)
        if not output.stdout.startswith(b"\x89PNG"):
            raise PhoneError(f"{self._adb.serial}: screencap gave no picture: {_brief(output)}")
        return output.stdout

    def close(self) -> None:
        """Nothing is held."""

    def _dump(self, deadline: Deadline) -> Output:
        # The old file goes first: on failure uiautomator leaves it there and still exits with 0.
        commands = (["rm", "-f", _DUMP], ["uiautomator", "dump", _DUMP], ["cat", _DUMP])
        with self._adb.connect(deadline) as stream:
            return self._adb.run(stream, "; ".join(quote(args) for args in commands))

    def _held(self, said: str, deadline: Deadline) -> str:
        processes = self._adb.shell(["ps", "-A", "-o", "ARGS"], timeout_s=max(deadline.left(), 2.0)).text
        holder = next((name for command, name in HOLDERS.items() if command in processes), "another tool")
        return f"{self._adb.serial}: {holder} holds its UI automation; stop it and try again. ({said.strip()[:120]})"

    def _input(self, *args: str | int, timeout_s: float) -> None:
        output = self._adb.shell(["input", *(str(arg) for arg in args)], timeout_s=timeout_s)
        if output.exit_code:
            raise PhoneError(f"{self._adb.serial}: input {args[0]} failed: {_brief(output)}")


def _brief(output: Output) -> str:
    return output.text.strip()[:200] or f"exit code {output.exit_code}"
