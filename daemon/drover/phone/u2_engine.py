"""The fast engine: uiautomator2's resident server. Reads may be repeated; what touches the phone is sent once."""

from collections.abc import Sequence
from typing import Any, Final

from drover.phone import rpc
from drover.phone.adb import Adb, Deadline
from drover.phone.engine import (
    BEYOND_ENGINES,
    CallUncertainError,
    InputForbiddenError,
    OnCure,
    PhoneError,
    PhoneNotReadyError,
    ScreenMovingError,
    TapUncertainError,
)
from drover.phone.keyboard import Keyboard
from drover.phone.methods import READS
from drover.phone.screencap import screencap
from drover.phone.server import AutomationServer

_MAX_DEPTH: Final = 80
_STEP_S: Final = 0.005
FIRST_SHARE: Final = 0.6
"""Of the time for opening, what the server as it is may use; the rest is for one that is put there again."""
_FOCUSED: Final[dict[str, Any]] = {
    "mask": 0x020000,
    "focused": True,
    "childOrSibling": [],
    "childOrSiblingSelector": [],
}
"""UiSelector for the focused node, as the server reads it."""


class U2Engine:
    """See and touch a phone through the server that stays on it. Starting it takes some seconds the first time."""

    name = "uiautomator2"

    def __init__(self, adb: Adb, *, timeout_s: float, on_cure: OnCure) -> None:
        self._adb = adb
        self._server = AutomationServer(adb, on_cure)
        self._keyboard = Keyboard(adb)
        deadline = Deadline(timeout_s)
        try:
            self._server.start(Deadline(timeout_s * FIRST_SHARE))
        except BEYOND_ENGINES:
            raise
        except PhoneError as error:
            self._server.reinstall(deadline, str(error))

    def hierarchy(self, *, timeout_s: float) -> bytes:
        deadline = Deadline(timeout_s)
        try:
            xml = self._call(deadline, "dumpWindowHierarchy", False, _MAX_DEPTH)
        except rpc.ServerBrokenError as error:
            # Reading twice harms no one.
            self._server.restart(deadline, str(error))
            xml = self._call(deadline, "dumpWindowHierarchy", False, _MAX_DEPTH)
        if not xml:
            raise ScreenMovingError(f"{self._adb.serial}: the hierarchy is empty")
        # Half of a surrogate pair, which JSON can hold, is for the parser to refuse.
        return str(xml).encode(errors="surrogatepass")

    def tap(self, x: int, y: int, *, timeout_s: float) -> None:
        deadline = Deadline(timeout_s)
        with self._server.connect(deadline) as stream:
            try:
                done = rpc.call(stream, "click", x, y)
            except InputForbiddenError:
                raise  # the phone's own word that nothing was touched
            except PhoneError as error:
                raise TapUncertainError(f"{error}; the tap at {x},{y} may have arrived") from error
        if done is False:
            raise TapUncertainError(f"{self._adb.serial}: Android refused a part of the tap at {x},{y}")

    def swipe(self, x1: int, y1: int, x2: int, y2: int, *, duration_s: float, timeout_s: float) -> None:
        steps = max(2, int(duration_s / _STEP_S))
        self._call(Deadline(timeout_s), "swipe", x1, y1, x2, y2, steps)

    def key(self, code: int, *, timeout_s: float) -> None:
        self._call(Deadline(timeout_s), "pressKeyCode", code)

    def type_text(self, text: str, *, timeout_s: float) -> None:
        deadline = Deadline(timeout_s)
        try:
            if text:
                done = self._call(deadline, "setText", _FOCUSED, text)
            else:
                done = self._call(deadline, "clearTextField", _FOCUSED)
        except rpc.RpcError as error:
            self._type_by_keyboard(text, deadline, str(error))
        else:
            if done is False:
                self._type_by_keyboard(text, deadline)

    def screenshot(self, *, timeout_s: float) -> bytes:
        # The server's own pictures are JPEG.
        return screencap(self._adb, timeout_s=timeout_s)

    def call(self, method: str, params: Sequence[Any], *, timeout_s: float) -> Any:
        with self._server.connect(Deadline(timeout_s)) as stream:
            try:
                return rpc.call(stream, method, *params)
            except (rpc.RpcError, InputForbiddenError):
                raise
            except PhoneError as error:
                if method in READS:
                    raise
                raise CallUncertainError(f"{error}; {method} may or may not have been done") from error

    def check(self, *, timeout_s: float) -> None:
        self._server.ensure(Deadline(timeout_s))

    def close(self) -> None:
        self._server.stop()

    def _type_by_keyboard(self, text: str, deadline: Deadline, refused: str = "") -> None:
        """Where the field takes no text from accessibility; `refused` is why, if it was an error."""
        try:
            self._keyboard.type_text(text, timeout_s=deadline.left())
        except PhoneNotReadyError as error:
            # What the screen lacks is not the keyboard's fault: the task must not wait for one.
            raise PhoneError(f"{error}; before that, {refused}") if refused else error from None

    def _call(self, deadline: Deadline, method: str, *params: Any) -> Any:
        with self._server.connect(deadline) as stream:
            return rpc.call(stream, method, *params)
