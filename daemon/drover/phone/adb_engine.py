"""The plain engine: `uiautomator dump` and `input` over adb. Needs nothing installed on the phone."""

import re
from collections.abc import Sequence
from typing import Any, Final

from drover.phone.adb import ANSWER_S, Adb, Deadline, quote
from drover.phone.engine import PhoneError, ScreenMovingError, TapUncertainError, UiAutomationHeldError
from drover.phone.hierarchy import HierarchyError, parse
from drover.phone.holders import holder
from drover.phone.injection import raise_if_refused
from drover.phone.keyboard import Keyboard
from drover.phone.plain_calls import plain_call
from drover.phone.screencap import screencap

_DUMP: Final = "/data/local/tmp/drover-window.xml"
_XML = re.compile(rb"<\?xml|<hierarchy")
_HELD = re.compile(r"already registered|UiAutomation not connected|UiAutomationService|^Killed", re.I | re.M)
_ASK_S: Final = 3.0
_UNKNOWN_LENGTH: Final = 200


class AdbEngine:
    """See and touch a phone with its own command-line tools."""

    name = "adb"

    def __init__(self, adb: Adb) -> None:
        self._adb = adb
        self._keyboard = Keyboard(adb)

    def hierarchy(self, *, timeout_s: float) -> bytes:
        # The old file goes first: on failure uiautomator leaves it there and still exits with 0.
        commands = (["rm", "-f", _DUMP], ["uiautomator", "dump", _DUMP], ["cat", _DUMP])
        output = self._adb.shell_script(commands, timeout_s=timeout_s)
        start = _XML.search(output.stdout)
        if start:
            return output.stdout[start.start() :]
        if _HELD.search(output.both):
            name = holder(self._adb, timeout_s=_ASK_S)
            raise UiAutomationHeldError(f"{self._adb.serial}: {name} holds its UI automation; stop it and try again")
        raise ScreenMovingError(f"{self._adb.serial}: no hierarchy: {output.brief}")

    def tap(self, x: int, y: int, *, timeout_s: float) -> None:
        with self._adb.connect_shell(timeout_s=timeout_s) as stream:
            try:
                output = self._adb.run(stream, quote(["input", "tap", str(x), str(y)]))
            except PhoneError as error:
                raise TapUncertainError(f"{error}; the tap at {x},{y} may have arrived") from error
        raise_if_refused(self._adb.serial, output)
        if output.exit_code:
            raise TapUncertainError(f"{self._adb.serial}: the tap at {x},{y} failed: {output.brief}")

    def swipe(self, x1: int, y1: int, x2: int, y2: int, *, duration_s: float, timeout_s: float) -> None:
        self._input("swipe", x1, y1, x2, y2, int(duration_s * 1000), timeout_s=timeout_s)

    def key(self, code: int, *, timeout_s: float) -> None:
        self._input("keyevent", code, timeout_s=timeout_s)

    def type_text(self, text: str, *, timeout_s: float) -> None:
        deadline = Deadline(timeout_s)
        self._keyboard.type_text(text, timeout_s=timeout_s, held=lambda: self._held_length(deadline))

    def screenshot(self, *, timeout_s: float) -> bytes:
        return screencap(self._adb, timeout_s=timeout_s)

    def call(self, method: str, params: Sequence[Any], *, timeout_s: float) -> Any:
        return plain_call(self, self._adb, method, params, timeout_s=timeout_s)

    def check(self, *, timeout_s: float) -> None:
        """It is there whenever the phone is."""
        self._adb.shell(["true"], timeout_s=min(timeout_s, ANSWER_S))

    def close(self) -> None:
        """Nothing is held."""

    def _held_length(self, deadline: Deadline) -> int:
        """How many characters the focused field shows, a placeholder included."""
        try:
            tree = parse(self.hierarchy(timeout_s=deadline.left()))
        except (ScreenMovingError, HierarchyError):
            return _UNKNOWN_LENGTH
        return max((len(node.text) for node in tree.nodes if node.focused), default=0)

    def _input(self, *args: str | int, timeout_s: float) -> None:
        output = self._adb.shell(["input", *(str(arg) for arg in args)], timeout_s=timeout_s)
        raise_if_refused(self._adb.serial, output)
        if output.exit_code:
            raise PhoneError(f"{self._adb.serial}: input {args[0]} failed: {output.brief}")
