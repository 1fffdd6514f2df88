"""What every automation engine offers and how its failures are named. Types only.

Rule of delivery: `tap` is performed at most once. An engine must never repeat it, and no library under it may; when
it cannot tell whether the tap arrived it raises TapUncertainError.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final, Protocol

from drover.wire.devices import PhoneCondition


class PhoneError(Exception):
    """The phone could not do what was asked; the message names the device and says what to do next."""


class PhoneLostError(PhoneError):
    """adb no longer reaches the phone."""


class PhoneTimeoutError(PhoneError):
    """A call outlived its deadline."""


class TapUncertainError(PhoneError):
    """The tap may or may not have reached the phone; it must not be repeated."""


class CoveredError(PhoneError):
    """Something lies over the control that was to be touched: nothing was sent to the phone."""

    def __init__(self, serial: str, what: str) -> None:
        super().__init__(f"{serial}: {what} lies under something else; clear the screen on the phone, then retry")


class CallRefusedError(PhoneError):
    """The phone took a call and refused it, or this engine cannot do it; nothing is wrong with the phone."""


class CallUncertainError(PhoneError):
    """A call was sent and its answer was lost: it may or may not have been done, and must not be repeated."""


class AppMissingError(PhoneError):
    """The app is not installed."""


class ScreenMovingError(PhoneError):
    """No hierarchy this time: the screen moves or has just changed; reading again helps."""


class UiAutomationHeldError(PhoneError):
    """Another tool holds the phone's only UI automation connection."""


class PhoneStartingError(PhoneError):
    """Android has not finished starting; what is begun now would be lost."""

    def __init__(self, serial: str) -> None:
        super().__init__(f"{serial}: Android is starting (sys.boot_completed is not 1); it is used once it has")


class PhoneNotReadyError(PhoneError):
    """The phone answers, and as a whole it cannot do tasks; `words` say what is wrong and the one step that helps."""

    def __init__(self, serial: str, condition: PhoneCondition, words: str) -> None:
        super().__init__(f"{serial}: {words}")
        self.condition = condition
        self.words = words


class InputForbiddenError(PhoneNotReadyError):
    """Android refused a touch or a key with an exception: it did not happen."""

    def __init__(self, serial: str) -> None:
        words = (
            "it refuses touches and keys from adb; turn on “USB debugging (Security settings)” in its developer options"
        )
        super().__init__(serial, PhoneCondition.INPUT_FORBIDDEN, words)


BEYOND_ENGINES: Final = (PhoneLostError, PhoneNotReadyError, UiAutomationHeldError)
"""Failures that another start of the engine, or another engine, would meet again."""


class Cure(StrEnum):
    """What was done about an automation server that did not answer, for those who count it."""

    RESTART = "restart"  # ended and started again
    REINSTALL = "reinstall"  # put on the phone again, then started
    FALLBACK = "fallback"  # given up for now: the plain adb engine is used


OnCure = Callable[[Cure, str], None]
"""Hears of every cure, and why in words."""


class Engine(Protocol):
    """One way to see and touch a phone. Coordinates in pixels, deadlines in seconds; each call ends by its own."""

    name: str

    def hierarchy(self, *, timeout_s: float) -> bytes:
        """The UI tree as XML in the format of `uiautomator dump`; raises ScreenMovingError, PhoneError."""
        ...

    def tap(self, x: int, y: int, *, timeout_s: float) -> None:
        """One tap, at most once; raises TapUncertainError when it cannot tell."""
        ...

    def swipe(self, x1: int, y1: int, x2: int, y2: int, *, duration_s: float, timeout_s: float) -> None:
        """One swipe."""
        ...

    def key(self, code: int, *, timeout_s: float) -> None:
        """One Android key code: 3 HOME, 4 BACK, 66 ENTER, 67 DEL."""
        ...

    def type_text(self, text: str, *, timeout_s: float) -> None:
        """Type any Unicode text into the focused field, replacing what it holds."""
        ...

    def screenshot(self, *, timeout_s: float) -> bytes:
        """The screen as PNG."""
        ...

    def call(self, method: str, params: Sequence[Any], *, timeout_s: float) -> Any:
        """A method of UIAutomator2's JSON-RPC, sent at most once; raises CallRefusedError, CallUncertainError."""
        ...

    def check(self, *, timeout_s: float) -> None:
        """Have the engine answer, curing it where that helps; raises what stands in the way."""
        ...

    def close(self) -> None:
        """Let go of the phone."""
        ...
