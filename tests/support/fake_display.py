"""A screen with one field and one button, for tests of the device half: counts what is done to it."""

import io
import threading
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from PIL import Image

from phonesim.contract import ActivityNotFoundError, Configuration, Focus, Intent, MediaStore, UnknownFaultError

PACKAGE = "org.example.notes"
SETTINGS = "com.android.settings"
LAUNCHER = "com.android.launcher3"
ACTIVITIES = {PACKAGE: ".MainActivity", SETTINGS: ".Settings", LAUNCHER: ".Launcher"}

# text, class, resource id, bounds (left, top, right, bottom)
FIELD = (40, 200, 1040, 320)
BUTTON = (40, 400, 540, 520)


class FakeDisplay:
    """An app with a field and a button "Save"; the button appends the field's text to `saved`."""

    def __init__(
        self, serial: str, *, seed: int = 1, language: str = "en", width: int = 1080, height: int = 2400
    ) -> None:
        self.serial, self.seed, self.language = serial, seed, language
        self.width, self.height = width, height
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """As it was when new."""
        self.package = LAUNCHER
        self.text = ""
        self.focused = False
        self.moving = False
        self.saved: list[str] = []
        self.events: list[tuple[Any, ...]] = []
        self.looked_at: list[str] = []
        self.intents: list[Intent] = []
        self.on_faults: dict[str, Any] = {}

    def configure(self, configuration: Configuration) -> None:
        self.width, self.height = configuration.width, configuration.height
        self.language = configuration.language

    def use_media(self, media: MediaStore) -> None:
        """Its app shows no media."""

    # -- activities

    def start_activity(self, intent: Intent) -> Focus:
        with self.lock:
            self.intents.append(intent)
            package = intent.package or intent.component.split("/")[0] or (SETTINGS if intent.action else "")
            if intent.data.startswith("https://"):
                package = PACKAGE
            if package not in ACTIVITIES:
                raise ActivityNotFoundError("Error: Activity not started, unable to resolve Intent")
            self.package = package
            return self.focus()

    def force_stop(self, package: str) -> None:
        with self.lock:
            if package == PACKAGE:
                self.text, self.focused = "", False
            if package == self.package:
                self.package = LAUNCHER

    def focus(self) -> Focus:
        return Focus(package=self.package, activity=self.package + ACTIVITIES[self.package])

    def packages(self) -> Sequence[str]:
        return ["android", *ACTIVITIES]

    def package_version(self, package: str) -> str:
        return "43.1.4" if package == PACKAGE else "13"

    # -- touch and keys

    def tap(self, x: int, y: int) -> None:
        with self.lock:
            self.events.append(("tap", x, y))
            if self.package != PACKAGE:
                return
            self.focused = _inside(FIELD, x, y)
            if _inside(BUTTON, x, y):
                self.saved.append(self.text)

    def long_tap(self, x: int, y: int) -> None:
        self.events.append(("long_tap", x, y))

    def swipe(self, x1: int, y1: int, x2: int, y2: int) -> None:
        self.events.append(("swipe", x1, y1, x2, y2))

    def key(self, code: int) -> None:
        with self.lock:
            self.events.append(("key", code))
            if code == 3:
                self.package = LAUNCHER
            if code == 67:
                self.text = self.text[:-1]

    def type_text(self, text: str, *, replace: bool = False) -> bool:
        with self.lock:
            if self.focused:
                self.text = text if replace else self.text + text
            return self.focused

    def set_text_at(self, x: int, y: int, text: str) -> bool:
        with self.lock:
            if self.package != PACKAGE or not _inside(FIELD, x, y):
                return False
            self.text = text
            return True

    def keyboard_shown(self) -> bool:
        return self.focused

    # -- looking

    def hierarchy_xml(self) -> str:
        nodes = [_node("", "android.widget.FrameLayout", "", (0, 0, self.width, self.height), self.package)]
        if self.package == PACKAGE:
            nodes += [
                _node(self.text, "android.widget.EditText", "field", FIELD, PACKAGE, focused=self.focused),
                _node("Save", "android.widget.Button", "save", BUTTON, PACKAGE),
                _node("", "android.view.View", "", (0, 600, self.width, 700), PACKAGE, clickable=False),
            ]
        children = "".join(node + " />" for node in nodes[1:])
        return (
            "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
            f'<hierarchy rotation="0">{nodes[0]}>{children}</node></hierarchy>'
        )

    def is_moving(self) -> bool:
        return self.moving

    def screenshot_png(self) -> bytes:
        self.looked_at.append(self.package)
        out = io.BytesIO()
        colour = {PACKAGE: "navy", LAUNCHER: "white"}.get(self.package, "grey")
        Image.new("RGB", (self.width, self.height), colour).save(out, "PNG", compress_level=1)
        return out.getvalue()

    # -- state and faults

    def state(self) -> Mapping[str, Any]:
        return {"screen": self.package, "effects": {"saved": len(self.saved)}, "accounts": [], "faults": self.on_faults}

    def faults(self) -> Mapping[str, str]:
        return {"popup": "a popup lies over the app"}

    def inject(self, name: str, params: Mapping[str, Any]) -> None:
        if name not in self.faults():
            raise UnknownFaultError(f"no fault {name!r}")
        if params.get("clear"):
            self.on_faults.pop(name, None)
        else:
            self.on_faults[name] = dict(params)


def _inside(bounds: tuple[int, int, int, int], x: int, y: int) -> bool:
    return bounds[0] <= x < bounds[2] and bounds[1] <= y < bounds[3]


def _node(
    text: str,
    kind: str,
    name: str,
    bounds: tuple[int, int, int, int],
    package: str,
    *,
    clickable: bool = True,
    focused: bool = False,
) -> str:
    resource = f"{package}:id/{name}" if name else ""
    area = f"[{bounds[0]},{bounds[1]}][{bounds[2]},{bounds[3]}]"
    flags = (
        f'checkable="false" checked="false" clickable="{str(clickable).lower()}" enabled="true" '
        f'focusable="true" focused="{str(focused).lower()}" scrollable="false" long-clickable="false" '
        'password="false" selected="false"'
    )
    return (
        f'<node index="0" text={quoteattr(text)} resource-id={quoteattr(resource)} class={quoteattr(kind)} '
        f'package={quoteattr(package)} content-desc="" {flags} bounds={quoteattr(area)}'
    )
