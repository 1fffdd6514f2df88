"""The faults that a phone itself can have, by name, and which are on now. What an app can have is the display's."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# Those that may wait for a command to be done: {"after": NAME}.
AFTER_COMMAND: Final = frozenset({"offline", "unplug", "reboot", "locked", "swipe_lock", "input_forbidden"})

# name: meaning and parameters, as a person reads it
DEVICE_FAULTS: Final[Mapping[str, str]] = {
    "latency": 'every adb command and automation call takes longer by {"ms": n}',
    "offline": 'adb shows the phone as offline until cleared or for {"seconds": n}; {"after": "input"} as unplug',
    "unplug": 'the phone is gone, as if its cable was pulled, until cleared or for {"seconds": n}; with '
    '{"after": "input"} as soon as that command or RPC method has been done, unanswered',
    "unauthorized": "the phone asks for its owner's consent to the adb key and never gets it",
    "hang": 'commands are accepted and never answered; with {"command": "input"} only that shell command or RPC '
    'method (or "sync", "tcp", "ping"); with {"when": "after"} it is done first; {"skip": 1} lets the first pass',
    "reboot": 'restarts: gone for {"down_seconds": 1}, then sys.boot_completed stays empty for {"seconds": 2}; '
    '{"after": "input"} as unplug',
    "idle_error": "`uiautomator dump` prints ERROR: could not get idle state.",
    "server_crash": 'the automation server dies now, or right after doing the next {"after": "click"}, unanswered; '
    'with {"answer": 502} it answers that and lives; with {"answer": "dead_object"} a DeadObjectException',
    "low_battery": 'the battery shows {"level": 4} percent and no charger',
    "late_media": 'a scanned file gets its row in the media store only after {"delay_seconds": 5}',
    "lost_media": "a scanned file never gets a row in the media store",
    "screen_off": "the display is off and locked until it is woken",
    "locked": 'the lock screen is up and asks for a PIN: apps run behind it, no touch reaches them; {"after": "click"} '
    "as unplug",
    "swipe_lock": "the lock screen is up and asks for nothing: a swipe or `wm dismiss-keyguard` puts it away; "
    '{"after": "click"} as unplug',
    "before_first_unlock": "the phone was not unlocked since it booted: locked, and no app can be started",
    "input_forbidden": "injected touches and keys raise SecurityException (INJECT_EVENTS), as on a Xiaomi without USB "
    'debugging (Security settings); persist.security.adbinput is {"property": "0"}, "" or with "none" this is no '
    'Xiaomi; {"after": "content"} as unplug',
    "storage_full": '/data has {"free_mb": 0} left: larger files cannot be pushed or written, nor rows be added',
    "no_keyboard": "no input method can be enabled or selected",
    "stderr_noise": 'each shell command, or only {"command": "getprop"}, first prints a linker\'s warning to stderr',
}
NUMBERS: Final = ("ms", "seconds", "down_seconds", "delay_seconds", "after_seconds", "level", "free_mb", "skip")
NAMES: Final = ("after", "command", "when", "property")


@dataclass(kw_only=True)
class Fault:
    """One fault that is on; `until` is monotonic, None for ever; `passed` is how many it let pass already."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    until: float | None = None
    passed: int = 0


class InvalidFaultError(ValueError):
    """A parameter has the wrong type; the message names it."""


class Faults:
    """Which device faults are on. Read and changed on the farm's loop only."""

    def __init__(self) -> None:
        self._on: dict[str, Fault] = {}
        self._armed: dict[str, Mapping[str, Any]] = {}
        # Sets a fault whose time has come; the phone puts its own here.
        self.fire: Callable[[str, Mapping[str, Any]], Awaitable[None]] | None = None
        self._changed = asyncio.Event()

    def set(self, name: str, params: Mapping[str, Any]) -> Fault:
        """Set a fault, for `seconds` if the parameters have any; raises InvalidFaultError."""
        check(params)
        seconds = number(params, "seconds", default=None)
        until = None if seconds is None else time.monotonic() + seconds
        fault = Fault(name=name, params=dict(params), until=until)
        self._on[name] = fault
        self._signal()  # what hangs by the fault as it was looks whether it hangs by the new one
        return fault

    def arm(self, name: str, params: Mapping[str, Any]) -> None:
        """A fault of AFTER_COMMAND waits until the command that `after` names has been done."""
        check(params)
        self._armed[name] = dict(params)

    def clear(self, name: str | None = None) -> None:
        """Take one fault away, or all."""
        if name is None:
            self._on.clear()
            self._armed.clear()
        else:
            self._on.pop(name, None)
            self._armed.pop(name, None)
        self._signal()

    def _signal(self) -> None:
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
        now = {name: fault.params for name in list(self._on) if (fault := self.get(name))}
        return {**self._armed, **now}

    async def gate(self, command: str | None = None) -> None:
        """Where a command begins: waits the latency (only for `command` None), and for ever while it hangs."""
        if command is None and (fault := self.get("latency")):
            await asyncio.sleep((number(fault.params, "ms", default=0) or 0) / 1000)
        await self._hang(command, "before")

    async def done(self, command: str) -> None:
        """Where a command has been done and its answer has not been sent yet."""
        for name, params in list(self._armed.items()):
            if params.get("after") == command and self.fire is not None:
                del self._armed[name]
                await self.fire(name, {key: value for key, value in params.items() if key != "after"})
        await self._hang(command, "after")

    async def _hang(self, command: str | None, when: str) -> None:
        while fault := self.get("hang"):
            if fault.params.get("command") != command or fault.params.get("when", "before") != when:
                return
            if fault.passed < (number(fault.params, "skip", default=0) or 0):
                fault.passed += 1
                return
            left = None if fault.until is None else fault.until - time.monotonic()
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                return


def check(params: Mapping[str, Any]) -> None:
    """Raises InvalidFaultError for a parameter of the wrong type."""
    for name in NUMBERS:
        number(params, name, default=None)
    for name in NAMES:
        if not isinstance(params.get(name, ""), str):
            raise InvalidFaultError(f"{name}: expected a name, got {params[name]!r}")


def number(params: Mapping[str, Any], name: str, *, default: float | None) -> float | None:
    """A number at or above zero; raises InvalidFaultError."""
    value = params.get(name, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise InvalidFaultError(f"{name}: expected a number at or above 0, got {value!r}")
    return float(value)


def word(params: Mapping[str, Any], name: str, *, default: str) -> str:
    """A text; `check` has refused others."""
    return str(params.get(name, default))
