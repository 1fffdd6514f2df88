"""What a phone is made of besides its screen: properties, files, packages, processes, ports. No sockets here."""

import asyncio
import functools
import itertools
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from phonesim import keyguard
from phonesim.contract import Configuration, Display
from phonesim.faults import Faults, number, word
from phonesim.files import FileSystem, new_phone
from phonesim.identity import Numbers
from phonesim.logs import LogRing
from phonesim.processes import Processes
from phonesim.properties import locale_of, new_properties, new_settings

P = ParamSpec("P")
R = TypeVar("R")

LATIN_IME = "com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME"
SYSTEM_PREFIXES = ("android", "com.android.", "com.google.android.")
TOTAL_KB, USED_KB = 112_345_088, 40_112_044
SYSTEM_PROCESSES = ("init", "adbd", "system_server", "surfaceflinger", "com.android.systemui", "com.android.phone")


class ByteStream(Protocol):
    """Both ends of a connection to a port of the phone, as the adb stream offers it."""

    async def read(self) -> bytes: ...
    async def read_exactly(self, size: int) -> bytes: ...
    async def read_until(self, separator: bytes, limit: int) -> bytes: ...
    async def write(self, data: bytes) -> None: ...


PortHandler = Callable[[ByteStream], Awaitable[None]]


@dataclass(kw_only=True)
class InstalledApk:
    """A package that was installed over adb (the display's own apps are not among these)."""

    version: str
    installed_at: datetime


@dataclass(kw_only=True)
class MediaRow:
    """A row of the media store; it exists for queries from `visible_at` (monotonic) on."""

    row_id: int
    path: str
    kind: str
    visible_at: float


@dataclass(kw_only=True)
class Device:
    """One phone's own state. Used on the farm's loop only, except for the display, which has its own locks."""

    serialno: str
    display: Display
    language: str
    seed: int
    executor: Executor
    faults: Faults = field(default_factory=Faults)
    files: FileSystem = field(default_factory=new_phone)
    ports: dict[int, PortHandler] = field(default_factory=dict[int, PortHandler])
    reverses: dict[str, str] = field(default_factory=dict[str, str])
    installed: dict[str, InstalledApk] = field(default_factory=dict[str, InstalledApk])
    removed: set[str] = field(default_factory=set[str])
    media: list[MediaRow] = field(default_factory=list[MediaRow])
    calls: Counter[str] = field(default_factory=Counter[str])
    commands: Counter[str] = field(default_factory=Counter[str])
    log: LogRing = field(default_factory=LogRing)
    clipboard: str = ""
    screen_on: bool = True
    density: int | None = None
    size: tuple[int, int] | None = None
    # Who holds the one UiAutomation connection that exists.
    automation_holder: str | None = None
    # Ends the automation server's process; set while it runs.
    kill_automation: Callable[[], None] | None = None
    restart: Callable[[Mapping[str, Any]], None] = lambda _params: None

    def __post_init__(self) -> None:
        self.props = new_properties(self.serialno, language=self.language, seed=self.seed)
        self.settings = new_settings(self.serialno)
        self.natural = self.display.width, self.display.height
        self.files.room = self.room_for
        self.numbers = Numbers.new(self.serialno)
        self.input_methods = {LATIN_IME: True}
        self._pids = itertools.count(1)
        self.running = Processes(self._new_pid)
        self.row_ids = itertools.count(1000000031)
        self._boot()

    def _boot(self) -> None:
        self.booted_at = time.monotonic()
        self.numbers.start()
        self.numbers.write(self.props, self.settings["secure"], self.files)
        self.processes = {name: next(self._pids) * 37 for name in SYSTEM_PROCESSES}

    def identify(self, values: Mapping[str, Any]) -> None:
        """Have the phone answer otherwise who it is; its name here stays. Raises InvalidIdentityError."""
        self.numbers.change(values)
        self.numbers.write(self.props, self.settings["secure"], self.files)

    def reboot(self) -> None:
        """What a restart loses: processes, ports, the clipboard; apps begin at their first screen."""
        self.crash_automation()
        self.running.end_jobs()
        self._boot()
        self.ports.clear()
        self.reverses.clear()
        self.clipboard = ""
        self.automation_holder = None
        self.screen_on = True

    @property
    def rotation(self) -> int:
        """Quarters of a turn, as a person or a program set them."""
        return int(self.settings["system"].get("user_rotation", "0") or 0) % 4

    def configure(self) -> None:
        """Have the apps go by the settings: size and turn of the display, size of texts, language."""
        width, height = self.size or self.natural
        if self.rotation % 2:
            width, height = height, width
        self.display.configure(
            Configuration(
                width=width,
                height=height,
                language=self.language,
                font_scale=_font_scale(self.settings["system"].get("font_scale", "")),
                rotation=self.rotation,
            )
        )

    def speak(self, language: str) -> None:
        """Set the language; raises ValueError for what is no language."""
        if not re.fullmatch(r"[a-z]{2,3}([-_][A-Za-z]{2,4})*", language):
            raise ValueError(f"{language!r} is no language")
        self.language = language
        self.props["persist.sys.locale"] = locale_of(language)

    async def on_display(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a method of the display off the loop: it may wait for a lock or draw a picture."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, functools.partial(method, *args, **kwargs))

    def crash_automation(self) -> None:
        """The automation server dies, if it runs."""
        if self.kill_automation is not None:
            self.kill_automation()

    # -- what is seen and touched, the lock screen over it

    @property
    def keyguard(self) -> str:
        """The kind of the lock screen that is up, "" if none is."""
        if self.faults.get("locked") or self.faults.get("before_first_unlock"):
            return keyguard.PIN
        return keyguard.SWIPE if self.faults.get("swipe_lock") else ""

    @property
    def touchable(self) -> bool:
        """Whether touches and keys reach an app."""
        return self.is_awake() and not self.keyguard

    def dismiss_keyguard(self) -> None:
        """A lock screen that asks for nothing goes away, if the screen is on."""
        if self.is_awake():
            self.faults.clear("swipe_lock")

    async def hierarchy(self) -> str:
        """What a dump shows."""
        if kind := self.keyguard:
            return keyguard.hierarchy_xml(kind, self.display.width, self.display.height)
        return await self.on_display(self.display.hierarchy_xml)

    async def screenshot(self) -> bytes:
        """The screen as PNG."""
        if self.keyguard:
            return keyguard.screenshot_png(self.display.width, self.display.height)
        return await self.on_display(self.display.screenshot_png)

    # -- what the phone as a whole says of itself

    def properties(self) -> dict[str, str]:
        """What `getprop` knows now."""
        found = {**self.props, "sys.user.0.ce_available": str(not self.faults.get("before_first_unlock")).lower()}
        if fault := self.faults.get("input_forbidden"):
            value = word(fault.params, "property", default="0")
            if value != "none":
                found |= {"ro.miui.ui.version.name": "V140", "persist.security.adbinput": value}
        return found

    def free_kb(self) -> int:
        """KiB that are free on /data, which holds /sdcard, too."""
        fault = self.faults.get("storage_full")
        return int((number(fault.params, "free_mb", default=0) or 0) * 1024) if fault else TOTAL_KB - USED_KB

    def room_for(self, size: int) -> bool:
        """Whether so many bytes can still be written."""
        return size <= self.free_kb() * 1024

    # -- packages and processes

    def packages(self) -> list[str]:
        return sorted((set(self.display.packages()) - self.removed) | set(self.installed))

    def version(self, package: str) -> str:
        apk = self.installed.get(package)
        return apk.version if apk else self.display.package_version(package)

    def is_system(self, package: str) -> bool:
        return package not in self.installed and package.startswith(SYSTEM_PREFIXES)

    def process(self, name: str) -> int:
        """The pid of a process, which is started if it does not run."""
        return self.processes.setdefault(name, self._new_pid())

    def _new_pid(self) -> int:
        return next(self._pids) * 37 + 4000

    # -- battery

    def battery(self) -> tuple[int, bool]:
        """Level in percent, and whether a charger is connected."""
        fault = self.faults.get("low_battery")
        return (int(number(fault.params, "level", default=4) or 0), False) if fault else (86, True)

    # -- screen

    def is_awake(self) -> bool:
        return self.screen_on and not self.faults.get("screen_off")

    def wake(self, *, on: bool) -> None:
        self.screen_on = on
        if on:
            self.faults.clear("screen_off")


def _font_scale(written: str) -> float:
    """As Android reads it: what is no number counts as 1."""
    try:
        return min(2.0, max(0.5, float(written)))
    except ValueError:
        return 1.0
