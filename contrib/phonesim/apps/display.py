"""The display of one phone: touches and keys are routed to the app on top, and what is seen of it is drawn.

One lock for all of it and no thread: time passes when it is looked at.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from threading import RLock
from typing import Any

from phonesim.apps.app import App, Phone
from phonesim.apps.app_stack import AppStack
from phonesim.apps.drawing import Drawing
from phonesim.apps.faults import FAULTS, FaultSet
from phonesim.apps.languages import RIGHT_TO_LEFT, spoken_language
from phonesim.contract import Configuration, Focus, Intent, MediaStore
from phonesim.ui.arrangement import arrangement
from phonesim.ui.hit import editable_at, hit_windows
from phonesim.ui.view import SEEK_INSET, Action, View
from phonesim.world import World

_TAP_SLOP = 40


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
        shape = arrangement(width, height, mirrored=spoken in RIGHT_TO_LEFT)
        self._lock = RLock()
        self._clock = clock
        self._faults = FaultSet()
        self._phone = Phone(
            clock=clock,
            make_world=partial(World, serial, seed=seed, clock=clock),
            faults=self._faults,
            frame=shape.frame(),
            language=spoken,
        )
        self._apps = AppStack(self._phone)
        self._drawing = Drawing(self._phone, self._apps, shape, clock)

    def configure(self, configuration: Configuration) -> None:
        """Turn or resize it, or set another language or size of texts."""
        with self._changing():
            spoken = spoken_language(configuration.language)
            self.width, self.height = configuration.width, configuration.height
            self._rotation = configuration.rotation
            mirrored = spoken in RIGHT_TO_LEFT
            shape = arrangement(self.width, self.height, font=configuration.font_scale, mirrored=mirrored)
            self._phone.configure(shape.frame(), spoken)
            self._apps.speak(spoken)
            self._drawing.reshape(shape)

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
            self._apps.start(intent)
            return self._top.focus

    def force_stop(self, package: str) -> None:
        """End the app; its next start begins at its first screen."""
        with self._changing():
            self._apps.stop(package)

    def tap(self, x: int, y: int) -> None:
        with self._changing():
            self._tap(x / self._scale, y / self._scale)

    def long_tap(self, x: int, y: int) -> None:
        """Only nodes that are long-clickable take it otherwise than a tap, and none of ours acts on it."""
        with self._changing():
            _, path = hit_windows(self._drawing.windows, x / self._scale, y / self._scale)
            if path and not path[-1].long_clickable:
                self._tap(x / self._scale, y / self._scale)

    def swipe(self, x1: int, y1: int, x2: int, y2: int) -> None:
        with self._changing():
            x, y = x1 / self._scale, y1 / self._scale
            if self._slide(hit_windows(self._drawing.windows, x, y)[1], x2 / self._scale):
                return
            dx, dy = round((x2 - x1) / self._scale), round((y2 - y1) / self._scale)
            if max(abs(dx), abs(dy)) <= _TAP_SLOP:
                self._tap(x1 / self._scale, y1 / self._scale)
            elif not self._drawing.scroll(dx, dy):
                self._top.swipe(-dx if self._drawing.shape.mirrored else dx, dy)

    def key(self, code: int) -> None:
        """A KeyEvent code; codes that mean nothing to this phone are ignored, as Android does."""
        with self._changing():
            apps = self._apps
            keys = {3: apps.show_home, 4: self._back, 66: self._enter, 67: self._delete, 187: apps.show_recents}
            handler = keys.get(code)
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
            node = editable_at(self._drawing.windows, x / self._scale, y / self._scale)
            if node is None:
                return False
            self._top.edit(node.field, text)
            return True

    def inject(self, name: str, params: Mapping[str, Any]) -> None:
        """Set a fault, or take it away with `{"clear": true}`; raises UnknownFaultError."""
        with self._changing():
            self._faults.inject(name, params, now=self._clock())
            self._apps.set_clone(str(self._faults.value("clone", "package", "")))

    # What is seen of it

    def focus(self) -> Focus:
        with self._lock:
            return self._top.focus

    def keyboard_shown(self) -> bool:
        with self._lock:
            return bool(self._top.focused_field)

    def hierarchy_xml(self) -> str:
        """The tree in the format of `uiautomator dump`."""
        with self._lock:
            return self._drawing.xml(rotation=self._rotation)

    def is_moving(self) -> bool:
        """Whether the screen animates now; only the fault `moving` makes it so."""
        with self._lock:
            return self._clock() < self._faults.until("moving")

    def screenshot_png(self) -> bytes:
        with self._lock:
            return self._drawing.png(self.width, self.height)

    def packages(self) -> Sequence[str]:
        """Installed packages, system ones included."""
        return self._apps.packages()

    def world(self, app: str) -> World:
        """The server of one app: what its accounts did, and what was published."""
        with self._lock:
            return self._phone.world(app)

    def package_version(self, package: str) -> str:
        """The version name; of system packages the Android version's, of unknown ones nothing."""
        return self._apps.version(package)

    def state(self) -> Mapping[str, Any]:
        """JSON-ready: accounts, effects and posts of all apps, screen, keyboard, faults, focus."""
        with self._lock:
            self._apps.settle()
            screen, target = self._top.screen
            focus = self._top.focus
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

    def _server_state(self) -> dict[str, list[dict[str, Any]]]:
        """What the servers of all apps know, rows of one kind in one list."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for world in self._phone.worlds.values():
            for key, found in world.state().items():
                rows.setdefault(key, []).extend(found)
        return rows

    @property
    def _scale(self) -> float:
        return self._drawing.shape.scale

    @property
    def _top(self) -> App:
        return self._apps.top

    @contextmanager
    def _changing(self) -> Generator[None]:
        """The lock held around a change, after which the display is drawn again."""
        with self._lock:
            self._apps.settle()
            try:
                yield
            finally:
                self._drawing.forget()

    def _tap(self, x: float, y: float) -> None:
        window, path = hit_windows(self._drawing.windows, x, y)
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
        share = 1 - share if self._drawing.shape.mirrored else share
        self._top.act(Action("slide", f"{path[-1].slider}:{round(100 * min(1.0, max(0.0, share)))}"))
        return True

    def _perform(self, action: Action) -> None:
        system = {"back": self._back, "home": self._apps.show_home, "recent_apps": self._apps.show_recents}.get(
            action.name
        )
        if system is not None:
            system()
        elif action.name == "key":
            self.key(int(action.value))
        elif action.name == "type":
            self.type_text(action.value)
        elif action.name == "resume":
            self._apps.show_package(action.value)
        elif action.name == "start":
            self.start_activity(Intent(action="android.intent.action.MAIN", package=action.value))
        else:
            self._top.act(action)

    def _back(self) -> None:
        if self._top.focused_field:
            self._top.hide_keyboard()
        elif not self._top.back() and self._top is not self._apps.launcher:
            self._apps.show_home()

    def _enter(self) -> None:
        if self._top.focused_field:
            self._top.submit()

    def _delete(self) -> None:
        field = self._top.focused_field
        if field:
            self._top.edit(field, self._top.text(field)[:-1])
