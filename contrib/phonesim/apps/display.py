"""The display of one phone: the stack of apps, touches and keys routed to the one on top, and what is seen of it.

One lock for all of it, no thread of its own: time passes when somebody looks.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from threading import RLock
from typing import Any

import msgspec

from phonesim.apps.app import App, Phone
from phonesim.apps.faults import FAULTS, FaultSet
from phonesim.apps.instagram import INSTAGRAM, Instagram
from phonesim.apps.languages import RIGHT_TO_LEFT, spoken_language
from phonesim.apps.launcher import Launcher, Recents
from phonesim.apps.system import Browser, Settings
from phonesim.apps.tiktok import TikTok
from phonesim.contract import ActivityNotFoundError, Configuration, Focus, Intent, MediaStore
from phonesim.ui.arrangement import arranged, arrangement
from phonesim.ui.chrome import keyboard, system_bars, toast
from phonesim.ui.hierarchy import hierarchy_xml
from phonesim.ui.hit import editable_at, hit_windows
from phonesim.ui.render import render_png
from phonesim.ui.view import SEEK_INSET, Action, View, Window
from phonesim.world import World

_SYSTEM_PACKAGES = (
    "android",
    "com.android.systemui",
    "com.android.shell",
    "com.android.inputmethod.latin",
    "com.android.providers.media",
    "com.android.providers.media.module",
)
_VIEW = "android.intent.action.VIEW"
_TAP_SLOP = 40
_FIRST_MINUTE = 9 * 60 + 41


class _Drawing(msgspec.Struct):
    """What is on the display until `stale_at`; XML and picture are made when first asked for."""

    windows: list[Window]
    stale_at: float
    hidden: int = 0
    """How far the page can scroll."""
    xml: str = ""
    png: bytes = b""


class PhoneDisplay:
    """Implements `phonesim.contract.Display`."""

    def __init__(
        self,
        serial: str,
        *,
        seed: int,
        language: str,
        width: int,
        height: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.width, self.height = width, height
        self._rotation = 0
        spoken = spoken_language(language)
        self._shape = arrangement(width, height, mirrored=spoken in RIGHT_TO_LEFT)
        self._lock = RLock()
        self._clock = clock
        self._booted = clock()
        self._faults = FaultSet()
        self._phone = Phone(
            clock=clock,
            make_world=partial(World, serial, seed=seed, clock=clock),
            faults=self._faults,
            frame=self._shape.frame(),
            language=spoken,
        )
        self._launcher = Launcher(self._phone)
        installed: tuple[App, ...] = (
            self._launcher,
            TikTok(self._phone.lent_to("tiktok")),
            Instagram(self._phone.lent_to("instagram")),
            Settings(self._phone),
            Browser(self._phone),
        )
        self._apps = {app.package: app for app in installed}
        self._running: list[App] = [self._launcher]
        self._drawing: _Drawing | None = None
        self._scrolled: tuple[tuple[str, str], int] = (self._launcher.screen, 0)

    def configure(self, configuration: Configuration) -> None:
        """Turn or resize it, or set another language or size of texts."""
        with self._changing():
            spoken = spoken_language(configuration.language)
            self.width, self.height, self._rotation = (
                configuration.width,
                configuration.height,
                configuration.rotation,
            )
            self._shape = arrangement(
                self.width, self.height, font=configuration.font_scale, mirrored=spoken in RIGHT_TO_LEFT
            )
            self._phone.configure(self._shape.frame(), spoken)
            for app in self._apps.values():
                app.speak(spoken)
            self._scrolled = (self._top.screen, 0)

    def use_media(self, media: MediaStore) -> None:
        """The media store of the phone that this display is built into."""
        self._phone.media = media

    @property
    def worlds(self) -> dict[str, World]:
        """By app what its server knows: a test changes there what a person changes by hand, such as who is active."""
        return self._phone.worlds

    # What happens to it

    def start_activity(self, intent: Intent) -> Focus:
        """Resolve and show the activity; raises ActivityNotFoundError."""
        with self._changing():
            app = self._resolve(intent)
            app.open(intent)
            self._show(app)
            return self._focus()

    def force_stop(self, package: str) -> None:
        """End the app; its next start begins at its first screen."""
        with self._changing():
            app = self._apps.get(package)
            if app is not None:
                app.stop()
                self._running = [other for other in self._running if other is not app] or [self._launcher]

    def tap(self, x: int, y: int) -> None:
        with self._changing():
            self._tap(x / self._scale, y / self._scale)

    def long_tap(self, x: int, y: int) -> None:
        """Only nodes that are long-clickable take it otherwise than a tap, and none of ours acts on it."""
        with self._changing():
            _, path = hit_windows(self._windows(), x / self._scale, y / self._scale)
            if path and not path[-1].long_clickable:
                self._tap(x / self._scale, y / self._scale)

    def swipe(self, x1: int, y1: int, x2: int, y2: int) -> None:
        with self._changing():
            x, y = x1 / self._scale, y1 / self._scale
            if self._slide(hit_windows(self._windows(), x, y)[1], x2 / self._scale):
                return
            dx, dy = round((x2 - x1) / self._scale), round((y2 - y1) / self._scale)
            if max(abs(dx), abs(dy)) <= _TAP_SLOP:
                self._tap(x1 / self._scale, y1 / self._scale)
            elif not self._scroll(dx, dy):
                self._top.swipe(-dx if self._shape.mirrored else dx, dy)

    def key(self, code: int) -> None:
        """A KeyEvent code; codes that mean nothing to this phone are ignored, as Android does."""
        with self._changing():
            handler = {3: self._home, 4: self._back, 66: self._enter, 67: self._delete, 187: self._recents}.get(code)
            if handler is not None:
                handler()

    def type_text(self, text: str, *, replace: bool = False) -> bool:
        """Type into the focused field; False if no field has the focus."""
        with self._changing():
            field = self._top.focused_field
            if field:
                self._top.edit(field, text if replace else self._top.text(field) + text)
            return bool(field)

    def set_text_at(self, x: int, y: int, text: str) -> bool:
        """Replace the text of the editable node under the point; False if there is none."""
        with self._changing():
            node = editable_at(self._windows(), x / self._scale, y / self._scale)
            if node is None:
                return False
            self._top.edit(node.field, text)
            return True

    def inject(self, name: str, params: Mapping[str, Any]) -> None:
        """Set a fault, or take it away with `{"clear": true}`; raises UnknownFaultError."""
        with self._changing():
            self._faults.inject(name, params, now=self._clock())
            self._install_clone()

    # What is seen of it

    def focus(self) -> Focus:
        with self._lock:
            return self._focus()

    def keyboard_shown(self) -> bool:
        with self._lock:
            return bool(self._top.focused_field)

    def hierarchy_xml(self) -> str:
        """The tree in the format of `uiautomator dump`."""
        with self._lock:
            drawing = self._draw()
            drawing.xml = drawing.xml or hierarchy_xml(drawing.windows, self._scale, rotation=self._rotation)
            return drawing.xml

    def is_moving(self) -> bool:
        """Whether the screen animates now; only the fault `moving` makes it so."""
        with self._lock:
            return self._clock() < self._faults.until("moving")

    def screenshot_png(self) -> bytes:
        with self._lock:
            drawing = self._draw()
            drawing.png = drawing.png or render_png(drawing.windows, self.width, self.height, self._scale)
            return drawing.png

    def packages(self) -> Sequence[str]:
        """Installed packages, system ones included."""
        return sorted((*_SYSTEM_PACKAGES, *self._apps))

    def world(self, app: str) -> World:
        """The server of one app: what its accounts did, and what was published."""
        with self._lock:
            return self._phone.world(app)

    def package_version(self, package: str) -> str:
        """The version name; of system packages the Android version's, of unknown ones nothing."""
        app = self._apps.get(package)
        if app is not None:
            return app.version
        return "13" if package in _SYSTEM_PACKAGES else ""

    def state(self) -> Mapping[str, Any]:
        """JSON-ready: accounts, effects and posts of all apps, screen, keyboard, faults, focus."""
        with self._lock:
            self._settle()
            screen, target = self._top.screen
            focus = self._focus()
            return {
                **self._server_state(),
                "screen": screen,
                "target": target,
                "keyboard_shown": bool(self._top.focused_field),
                "toast": self._phone.toast,
                "faults": self._faults.state(),
                "focus": {"package": focus.package, "activity": focus.activity},
            }

    def faults(self) -> Mapping[str, str]:
        """Name and one-line meaning of each fault that an app can have."""
        return FAULTS

    # Inside, with the lock held

    def _install_clone(self) -> None:
        """The clone of Instagram that the fault names is there, and no other."""
        wanted = str(self._faults.value("clone", "package", ""))
        for package in [name for name, app in self._apps.items() if isinstance(app, Instagram)]:
            if package not in (INSTAGRAM, wanted):
                self._running = [app for app in self._running if app is not self._apps[package]]
                del self._apps[package]
        if wanted and wanted not in self._apps:
            self._apps[wanted] = Instagram(self._phone.lent_to("instagram"), package=wanted)

    def _server_state(self) -> dict[str, list[dict[str, Any]]]:
        """What the servers of all apps know, rows of one kind in one list."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for world in self._phone.worlds.values():
            for key, found in world.state().items():
                rows.setdefault(key, []).extend(found)
        return rows

    @property
    def _scale(self) -> float:
        return self._shape.scale

    @property
    def _top(self) -> App:
        return self._running[-1]

    @contextmanager
    def _changing(self) -> Generator[None]:
        """The lock held around a change, after which the display is drawn again."""
        with self._lock:
            self._settle()
            try:
                yield
            finally:
                self._drawing = None

    def _settle(self) -> None:
        for app in self._apps.values():
            app.settle()

    def _focus(self) -> Focus:
        return self._top.focus

    def _resolve(self, intent: Intent) -> App:
        package = intent.package or intent.component.partition("/")[0]
        if package:
            app = self._apps.get(package)
            if app is not None and app.opens(intent):
                return app
        elif intent.action == _VIEW:
            for app in self._apps.values():
                if app.opens(intent):
                    return app
        elif "android.intent.category.HOME" in intent.categories:
            return self._launcher
        raise ActivityNotFoundError(f"Error: Activity not started, unable to resolve {_described(intent)}")

    def _show(self, app: App) -> None:
        self._running = [other for other in self._running if other is not app and not isinstance(other, Recents)]
        self._running.append(app)

    def _tap(self, x: float, y: float) -> None:
        window, path = hit_windows(self._windows(), x, y)
        if not path:
            if window is not None and window.outside is not None:
                self._top.act(window.outside)
            return
        node = path[-1]
        if not node.enabled or self._slide(path, x):
            return
        if node.field:
            self._top.focus_field(node.field)
        if node.action is not None:
            self._perform(node.action)

    def _slide(self, path: tuple[View, ...], x: float) -> bool:
        """The finger rests at `x` on a slider, or was drawn there from it; False if there is none."""
        if not path or not path[-1].slider:
            return False
        left, _, right, _ = path[-1].bounds
        share = (x - left - SEEK_INSET) / (right - left - 2 * SEEK_INSET)
        share = 1 - share if self._shape.mirrored else share
        self._top.act(Action("slide", f"{path[-1].slider}:{round(100 * min(1.0, max(0.0, share)))}"))
        return True

    def _scroll(self, dx: int, dy: int) -> bool:
        """Whether the drag moved a page that has no room on the display."""
        screen, at = self._scrolled
        now = max(0, min(at - dy, self._draw().hidden))
        self._scrolled = (screen, now)
        return abs(dy) > abs(dx) and now != at

    @property
    def _scroll_at(self) -> int | None:
        """How far the page that is shown was scrolled; None if it does not scroll."""
        if self._top.foot is None:
            return None
        screen = self._top.screen
        if self._scrolled[0] != screen:
            self._scrolled = (screen, 0)
        return self._scrolled[1]

    def _perform(self, action: Action) -> None:
        system = {"back": self._back, "home": self._home, "recent_apps": self._recents}.get(action.name)
        if system is not None:
            system()
        elif action.name == "key":
            self.key(int(action.value))
        elif action.name == "type":
            self.type_text(action.value)
        elif action.name == "resume":
            self._show(self._apps[action.value])
        elif action.name == "start":
            self.start_activity(Intent(action="android.intent.action.MAIN", package=action.value))
        else:
            self._top.act(action)

    def _back(self) -> None:
        if self._top.focused_field:
            self._top.hide_keyboard()
        elif not self._top.back() and self._top is not self._launcher:
            self._show(self._launcher)

    def _home(self) -> None:
        self._show(self._launcher)

    def _recents(self) -> None:
        cards = [app.package for app in reversed(self._running) if not isinstance(app, (Launcher, Recents))]
        self._show(Recents(self._phone, tuple(cards)))

    def _enter(self) -> None:
        if self._top.focused_field:
            self._top.submit()

    def _delete(self) -> None:
        field = self._top.focused_field
        if field:
            self._top.edit(field, self._top.text(field)[:-1])

    def _windows(self) -> list[Window]:
        return self._draw().windows

    def _draw(self) -> _Drawing:
        if self._drawing is None or self._clock() >= self._drawing.stale_at:
            self._settle()
            self._phone.begin_drawing()
            frame = self._shape.frame(scrolls=self._top.foot is not None)
            self._phone.configure(frame, self._phone.language)
            windows = self._top.windows()
            if self._top.focused_field:
                windows += keyboard(frame)
            windows += system_bars(frame, clock_text=self._clock_text(), dark=self._top.dark)
            if self._phone.toast:
                windows.append(toast(frame, self._phone.toast))
            typing = bool(self._top.focused_field)
            placed, hidden = arranged(
                self._shape, windows, typing=typing, foot=self._top.foot, scroll=self._scroll_at or 0
            )
            self._drawing = _Drawing(windows=placed, stale_at=self._phone.stale_at, hidden=hidden)
        return self._drawing

    def _clock_text(self) -> str:
        passed = int((self._clock() - self._booted) // 60)
        self._phone.before(self._booted + (passed + 1) * 60)
        hour, minute = divmod(_FIRST_MINUTE + passed, 60)
        return f"{hour % 24}:{minute:02}"


def _described(intent: Intent) -> str:
    """The intent as `am` prints it."""
    parts = (("act", intent.action), ("dat", intent.data), ("pkg", intent.package), ("cmp", intent.component))
    return "Intent { " + " ".join(f"{name}={value}" for name, value in parts if value) + " flg=0x10000000 }"
