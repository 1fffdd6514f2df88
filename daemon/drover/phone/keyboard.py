"""Typing any Unicode text through adb: broadcasts to an installed automation keyboard, or `input text` for ASCII.

The keyboard the person uses is put back after each text.
"""

import base64
import re
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from drover.phone.adb import Adb, Deadline, last_line
from drover.phone.engine import PhoneError, PhoneNotReadyError
from drover.phone.injection import raise_if_refused
from drover.wire.devices import PhoneCondition

_RESULT = re.compile(r"result=(-?\d+)")
_OK: Final = -1
_POLL_S: Final = 0.1
_MOVE_END, _DEL = "123", "67"
_MAX_CLEAR: Final = 300
_SWITCH_S: Final = 6.0
_FAILED: Final = re.compile(r"^\s*(?:Error|Exception|java\.)", re.M)


@dataclass(frozen=True, kw_only=True)
class Ime:
    """An input method that takes text by broadcast. Extras are base64 of UTF-8; `answers`: it reports a result."""

    id: str
    type_action: str
    extra: str
    clear_action: str
    answers: bool


IMES: Final = (
    Ime(
        id="com.github.uiautomator/.AdbKeyboard",
        type_action="ADB_KEYBOARD_INPUT_TEXT",
        extra="text",
        clear_action="ADB_KEYBOARD_CLEAR_TEXT",
        answers=True,
    ),
    Ime(
        id="com.android.adbkeyboard/.AdbIME",
        type_action="ADB_INPUT_B64",
        extra="msg",
        clear_action="ADB_CLEAR_TEXT",
        answers=False,
    ),
)


class Keyboard:
    """Types into the focused field of one phone, replacing what it holds."""

    def __init__(self, adb: Adb) -> None:
        self._adb = adb

    def type_text(self, text: str, *, timeout_s: float, held: Callable[[], int] = lambda: _MAX_CLEAR) -> None:
        """Raises PhoneNotReadyError when nothing installed can type this text; `held` tells how many characters to

        delete.
        """
        deadline = Deadline(timeout_s)
        ids, current = self._adb.shell_all(
            [["ime", "list", "-s", "-a"], ["settings", "get", "secure", "default_input_method"]],
            timeout_s=deadline.left(),
        )
        ime = next((ime for ime in IMES if ime.id in ids.split()), None)
        if ime:
            with self._switched(ime, last_line(current), deadline):
                self._broadcast(ime, ime.clear_action, "", deadline)
                if text:
                    self._broadcast(ime, ime.type_action, text, deadline)
        elif text.isascii() and text.isprintable():
            self._type_ascii(text, held(), deadline)
        else:
            raise self._no_keyboard("this text needs a keyboard for automation and none is installed")

    @contextmanager
    def _switched(self, ime: Ime, current: str, deadline: Deadline) -> Generator[None]:
        if current == ime.id:
            yield
            return
        output = self._adb.shell_script([["ime", "enable", ime.id], ["ime", "set", ime.id]], timeout_s=deadline.left())
        try:
            if output.exit_code or _FAILED.search(output.both):
                raise self._no_keyboard(f"the keyboard {ime.id} cannot be selected ({output.brief})")
            self._wait_for(ime, deadline)
            yield
        finally:
            # With its own deadline: the person's keyboard comes back also after a time-out.
            if "/" in current:
                self._adb.shell(["ime", "set", current], timeout_s=max(deadline.left(), 3.0))

    def _no_keyboard(self, what: str) -> PhoneNotReadyError:
        words = f"{what}; install ADBKeyBoard and allow it in the settings, or use the uiautomator2 engine"
        return PhoneNotReadyError(self._adb.serial, PhoneCondition.NO_KEYBOARD, words)

    def _wait_for(self, ime: Ime, deadline: Deadline) -> None:
        ask = ["settings", "get", "secure", "default_input_method"]
        until = Deadline(_SWITCH_S)
        while last_line(self._adb.shell(ask, timeout_s=deadline.left()).text) != ime.id:
            if min(until.left(), deadline.left()) <= _POLL_S:
                raise self._no_keyboard(f"the keyboard {ime.id} was selected and is not in use")
            time.sleep(_POLL_S)

    def _broadcast(self, ime: Ime, action: str, text: str, deadline: Deadline) -> None:
        extra = ["--es", ime.extra, base64.b64encode(text.encode()).decode()] if text else []
        output = self._adb.shell(["am", "broadcast", "-a", action, *extra], timeout_s=deadline.left())
        result = _RESULT.search(output.text)
        if ime.answers and (not result or int(result[1]) != _OK):
            raise PhoneError(f"{self._adb.serial}: the keyboard {ime.id} did not take {action}: {output.brief!r}")

    def _type_ascii(self, text: str, held: int, deadline: Deadline) -> None:
        # `input text` reads %s as a space; a literal %s must be cut in two.
        clear = ["input", "keyevent", _MOVE_END, *([_DEL] * min(held, _MAX_CLEAR))]
        pieces = [piece.replace(" ", "%s") for piece in _split_percent_s(text)]
        output = self._adb.shell_script(
            [clear, *(["input", "text", piece] for piece in pieces if piece)], timeout_s=deadline.left()
        )
        raise_if_refused(self._adb.serial, output)
        if output.exit_code or _FAILED.search(output.both):
            raise PhoneError(f"{self._adb.serial}: input text failed: {output.brief}")


def _split_percent_s(text: str) -> list[str]:
    """Cut between % and s, so that no piece holds what `input text` reads as a space."""
    return re.split(r"(?<=%)(?=s)", text)
