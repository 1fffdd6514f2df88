"""A Phone over an app of a few hand-written screens, in simulated time; for what the simulated apps do not have.

The waiting, tapping and recognising are the real ones. What a test may conclude is only what a script does with such
screens, not that an app has them.
"""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import cast

from drover.phone.adb import Adb
from drover.phone.engine import PhoneError
from drover.phone.phone import BACK, Phone
from tests.support.mockups import WIDTH, as_instagram, ig_actions, ig_profile, ig_tabs, listing
from tests.support.screens import Clock, EngineInMemory
from tests.support.trees import Box, button, label, node, tree

LAUNCHER = tree(label("Gallery", (100, 1900, 300, 2000))).replace("com.zhiliaoapp.musically", "com.android.launcher3")
_LOOK_S = 0.1


class HandApp:
    """Screens by hand: what is shown, and what touching a box of it does. Not yet started it shows the launcher."""

    def __init__(self) -> None:
        self.running = False
        self.touchable: list[tuple[Box, Callable[[], None]]] = []

    def xml(self) -> str:
        """The present screen; sets `touchable`."""
        raise NotImplementedError

    def back(self) -> None:
        """BACK was pressed."""

    def drag(self, up: int) -> None:
        """The finger moved up by so many pixels."""

    def typed(self, text: str) -> bool:
        """Text for the focused field; False if none has the focus."""
        return False

    def hit(self, x: int, y: int) -> None:
        """A touch; the last box that was made touchable and holds the point takes it."""
        self.xml()
        for (left, top, right, bottom), act in reversed(self.touchable):
            if left <= x < right and top <= y < bottom:
                act()
                return


class HandEngine(EngineInMemory):
    """Implements Engine over a HandApp."""

    def __init__(self, app: HandApp, clock: Clock) -> None:
        self.app, self._clock = app, clock

    def hierarchy(self, *, timeout_s: float) -> bytes:
        self._clock.pass_s(_LOOK_S)
        return (self.app.xml() if self.app.running else LAUNCHER).encode()

    def tap(self, x: int, y: int, *, timeout_s: float) -> None:
        self.app.hit(x, y)

    def swipe(self, x1: int, y1: int, x2: int, y2: int, *, duration_s: float, timeout_s: float) -> None:
        self.app.drag(y1 - y2)

    def key(self, code: int, *, timeout_s: float) -> None:
        if code == BACK:
            self.app.back()
        else:
            self.app.running = False

    def type_text(self, text: str, *, timeout_s: float) -> None:
        if not self.app.typed(text):
            raise PhoneError("no field has the focus")


class HandPhone(Phone):
    """The real Phone with a hand-written app instead of adb."""

    def __init__(self, app: HandApp) -> None:
        self.clock = Clock()
        self.app = app
        super().__init__(
            cast(Adb, SimpleNamespace(serial="hand0001", calls=0, close=lambda: None)), HandEngine(app, self.clock)
        )

    def launch(self, package: str, *, timeout_s: float = 20.0) -> None:
        self.app.running = True

    def force_stop(self, package: str, *, timeout_s: float = 15.0) -> None:
        self.app.running = False

    def wake(self, *, timeout_s: float = 15.0) -> None:
        """Never asleep."""

    def check_ready(self, *, doubt_input: bool = False, timeout_s: float = 15.0) -> None:
        """Always ready."""

    def current_package(self, *, timeout_s: float = 15.0) -> str:
        return "in front" if self.app.running else "com.android.launcher3"


class Accounts(HandApp):
    """Instagram with many accounts: home, the own profile, and a switcher that shows `visible` rows at a time."""

    def __init__(
        self, names: Sequence[str], *, visible: int = 5, after: str = "", slow_looks: int = 0, dead: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self.names, self.active = list(names), names[0]
        self.visible, self.after, self.dead = visible, after, dead
        self.switches: list[str] = []
        self.page, self.offset, self._slow, self._looks = "home", 0, slow_looks, 0
        self._next: str | None = None

    def xml(self) -> str:
        if self._next is not None:
            self._looks -= 1
            if self._looks <= 0:
                self.active, self._next = self._next, None
        self.touchable = [((864, 2230, 1080, 2380), self._profile)] if self.page in ("home", "profile") else []
        return as_instagram(getattr(self, f"_{self.page}_screen")())

    def _home_screen(self) -> str:
        return tree(node((300, 80, 780, 230), desc="Instagram Home Feed", id="title_logo"), ig_tabs())

    def _profile_screen(self) -> str:
        self.touchable.append(((190, 80, 700, 230), self._switcher))
        profile = ig_profile(ig_actions("Edit profile", "Share profile"), back="Create New", handle=self.active)
        return profile.replace(
            'resource-id="com.instagram.android:id/action_bar_title" clickable="false"',
            'resource-id="com.instagram.android:id/action_bar_title" clickable="true"',
        )

    def _sheet_screen(self) -> str:
        shown = self.names[self.offset : self.offset + self.visible]
        rows = [self._row(name, 900 + 190 * i) for i, name in enumerate(shown)]
        top = 900 + 190 * len(shown)
        if self.offset + self.visible >= len(self.names):
            rows.append(button("Add Instagram account", (44, top, 1036, top + 190)))
        handle = node((474, 860, 606, 895), desc="Cancel", cls="android.widget.FrameLayout", clickable=True)
        return tree(handle, listing((0, 900, WIDTH, 2400), *rows))

    def _row(self, name: str, top: int) -> str:
        place = (44, top, 1036, top + 190)
        self.touchable.append((place, lambda: self._choose(name)))
        active = name == self.active
        return node(
            place,
            label(name, (231, top + 60, 700, top + 120)),
            desc=name,
            clickable=True,
            selected=active,
        )

    def _prompt_screen(self) -> str:
        answer: Box = (300, 1300, 780, 1400)
        self.touchable.append((answer, self._go_home))
        return tree(label("Save your login info?", (180, 960, 900, 1040)), button("Not now", answer))

    def _wall_screen(self) -> str:
        fields = node((60, 900, 1020, 1000), text="Password", cls="android.widget.EditText", password=True)
        return tree(label("Forgot password?", (300, 1300, 780, 1360)), fields, button("Log in", (60, 1100, 1020, 1200)))

    def _choose(self, name: str) -> None:
        self.switches.append(name)
        if name in self.dead:
            self.page = "wall"
            return
        self._next, self._looks = name, self._slow
        self.page = "prompt" if self.after == "prompt" else self.after or "home"

    def _profile(self) -> None:
        self.page = "profile"

    def _go_home(self) -> None:
        self.page = "home"

    def _switcher(self) -> None:
        self.page, self.offset = "sheet", 0

    def back(self) -> None:
        if self.page == "sheet":
            self.page = "profile"
        else:
            self.running = False

    def drag(self, up: int) -> None:
        last = max(len(self.names) - self.visible, 0)
        self.offset = min(max(self.offset + round(up / 190), 0), last)
