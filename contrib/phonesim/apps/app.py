"""What an app on the simulated phone is, and what the phone lends it: clock, world, media, faults, display size."""

import math
from collections.abc import Callable
from copy import copy
from typing import ClassVar

import msgspec

from phonesim.apps.faults import FaultSet
from phonesim.contract import Focus, Intent, MediaStore, NoMedia
from phonesim.ui.chrome import Frame
from phonesim.ui.view import Action, Window
from phonesim.world import World

TOAST_S = 3.5


class _Moment(msgspec.Struct, kw_only=True):
    """What all apps of a phone share and what changes: display, language, when the drawing goes stale, the toast,
    the media store."""

    stale_at: float = math.inf
    toast: tuple[str, float] = ("", -math.inf)
    media: MediaStore = msgspec.field(default_factory=NoMedia)
    frame: Frame
    language: str


class Phone:
    """Shared by the apps of one phone. Holds no lock: the display that owns it does."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        make_world: Callable[..., World],
        faults: FaultSet,
        frame: Frame,
        language: str,
    ) -> None:
        self.clock = clock
        self.worlds: dict[str, World] = {}
        self._make_world = make_world
        self.faults = faults
        self._moment = _Moment(frame=frame, language=language)

    def lent_to(self, app: str) -> "Phone":
        """The same phone as one app meets it: without the faults that are meant for another."""
        lent = copy(self)
        lent.faults = self.faults.meant_for(app)
        return lent

    @property
    def frame(self) -> Frame:
        """What builders draw for."""
        return self._moment.frame

    @property
    def language(self) -> str:
        return self._moment.language

    def configure(self, frame: Frame, language: str) -> None:
        """The display has another shape, or its apps another language."""
        self._moment.frame, self._moment.language = frame, language

    @property
    def media(self) -> MediaStore:
        return self._moment.media

    @media.setter
    def media(self, store: MediaStore) -> None:
        self._moment.media = store

    def world(self, app: str, *, names: tuple[str, str, str] = ("demo", "shop", "studio")) -> World:
        """The server of one app, made when first asked for: each app has accounts, relations and effects of its own."""
        if app not in self.worlds:
            self.worlds[app] = self._make_world(app=app, names=names)
        return self.worlds[app]

    def before(self, moment: float) -> bool:
        """Whether `moment` is still to come. What is being drawn now goes stale then, so no timer is needed."""
        if self.clock() >= moment:
            return False
        self._moment.stale_at = min(self._moment.stale_at, moment)
        return True

    def begin_drawing(self) -> None:
        """Forget the moments at which the last drawing would have gone stale."""
        self._moment.stale_at = math.inf

    @property
    def stale_at(self) -> float:
        """When what was drawn since `begin_drawing` stops being true."""
        return self._moment.stale_at

    def show_toast(self, text: str) -> None:
        """Show a message for a moment."""
        self._moment.toast = (text, self.clock() + TOAST_S)

    @property
    def toast(self) -> str:
        """The message shown now, or nothing."""
        text, until = self._moment.toast
        return text if text and self.before(until) else ""


class App:
    """One installed app. Its display calls it with the lock held and asks for windows after each change.

    What is not overridden is what an app without text fields or gestures answers.
    """

    package = ""
    version = "1.0"
    activity: ClassVar[str] = ""
    light_bars: ClassVar[bool] = False
    """Whether its system bars are drawn light on dark."""

    @property
    def focus(self) -> Focus:
        """The window on top, which may be Android's own (a permission prompt)."""
        return Focus(package=self.package, activity=self.activity)

    @property
    def dark(self) -> bool:
        """Whether the system bars are drawn light on dark now."""
        return self.light_bars

    @property
    def screen(self) -> tuple[str, str]:
        """The name of the screen shown and its target, e.g. `("tiktok.profile", "demo_user")`."""
        raise NotImplementedError

    @property
    def focused_field(self) -> str:
        """The text field that has the focus; nothing if none has."""
        return ""

    @property
    def foot(self) -> int | None:
        """How high the bar at the bottom of a page is that scrolls where it has no room; None for any other page,

        the parts of which come closer together."""
        return None

    def windows(self) -> list[Window]:
        """Bottom to top, without the system's own."""
        raise NotImplementedError

    def speak(self, language: str) -> None:
        """The phone was set to another language."""

    def opens(self, intent: Intent) -> bool:
        """Whether an activity of this app takes the intent: the launcher's, or one that names it and no data."""
        return not intent.data and (intent.action in ("", "android.intent.action.MAIN"))

    def open(self, intent: Intent) -> None:
        """Show what the intent asks for."""

    def stop(self) -> None:
        """Forget everything that is not on a server."""

    def settle(self) -> None:
        """Do what became due since the last look (an upload arrived): called before anything else."""

    def act(self, action: Action) -> None:
        """Do what a touched node asked for; names that it does not know do nothing."""

    def focus_field(self, field: str) -> None:
        """A text field was touched."""

    def text(self, field: str) -> str:
        return ""

    def edit(self, field: str, text: str) -> None:
        """The text of a field is this now."""

    def submit(self) -> None:
        """ENTER in the focused field."""

    def hide_keyboard(self) -> None:
        """BACK while a field has the focus."""

    def back(self) -> bool:
        """BACK; False when there is nothing left to go back to, and the app leaves the display."""
        return False

    def swipe(self, dx: int, dy: int) -> None:
        """A drag of the finger by this much, in design units."""
