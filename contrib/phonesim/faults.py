"""The faults that a phone itself can have, by name, and which are on now. What an app can have is the display's."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# name: meaning and parameters, as a person reads it
DEVICE_FAULTS: Final[Mapping[str, str]] = {
    "latency": 'every adb command and automation call takes longer by {"ms": n}',
    "offline": 'adb shows the phone as offline until cleared or for {"seconds": n}',
    "unplug": 'the phone is gone, as if its cable was pulled, until cleared or for {"seconds": n}',
    "unauthorized": "the phone asks for its owner's consent to the adb key and never gets it",
    "hang": 'commands are accepted and never answered; with {"command": "input"} only that shell command or RPC method',
    "reboot": 'restarts: gone for {"down_seconds": 1}, then sys.boot_completed stays empty for {"seconds": 2}',
    "idle_error": "`uiautomator dump` prints ERROR: could not get idle state.",
    "server_crash": 'the automation server dies now, or right after doing the next {"after": "click"}, unanswered; '
    'with {"answer": 502} it answers that and lives; with {"answer": "dead_object"} a DeadObjectException',
    "low_battery": 'the battery shows {"level": 4} percent and no charger',
    "late_media": 'a scanned file gets its row in the media store only after {"delay_seconds": 5}',
    "screen_off": "the display is off and locked until somebody wakes it",
}
NUMBERS: Final = ("ms", "seconds", "down_seconds", "delay_seconds", "after_seconds", "level")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault that is on; `until` is monotonic, None for ever."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    until: float | None = None


class InvalidFaultError(ValueError):
    """A parameter has the wrong type; the message names it."""


class Faults:
    """Which device faults are on. Read and changed on the farm's loop only."""

    def __init__(self) -> None:
        self._on: dict[str, Fault] = {}
        self._changed = asyncio.Event()

    def set(self, name: str, params: Mapping[str, Any]) -> Fault:
        """Set a fault, for `seconds` if the parameters have any; raises InvalidFaultError."""
        for parameter in NUMBERS:
            number(params, parameter, default=None)
        seconds = number(params, "seconds", default=None)
        until = None if seconds is None else time.monotonic() + seconds
        fault = Fault(name=name, params=dict(params), until=until)
        self._on[name] = fault
        return fault

    def clear(self, name: str | None = None) -> None:
        """Take one fault away, or all."""
        if name is None:
            self._on.clear()
        else:
            self._on.pop(name, None)
        self._changed.set()
        self._changed = asyncio.Event()

    def get(self, name: str) -> Fault | None:
        fault = self._on.get(name)
        if fault is not None and fault.until is not None and time.monotonic() >= fault.until:
            del self._on[name]
            return None
        return fault

    def on(self) -> dict[str, Mapping[str, Any]]:
        """Name and parameters of each fault that is on."""
        return {name: fault.params for name in list(self._on) if (fault := self.get(name))}

    async def gate(self, command: str | None = None) -> None:
        """Where a command begins: waits the latency (only for `command` None), and for ever while it hangs."""
        if command is None and (fault := self.get("latency")):
            await asyncio.sleep((number(fault.params, "ms", default=0) or 0) / 1000)
        while fault := self.get("hang"):
            if fault.params.get("command") != command:
                return
            left = None if fault.until is None else fault.until - time.monotonic()
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                return


def number(params: Mapping[str, Any], name: str, *, default: float | None) -> float | None:
    """A number at or above zero; raises InvalidFaultError."""
    value = params.get(name, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise InvalidFaultError(f"{name}: expected a number at or above 0, got {value!r}")
    return float(value)
