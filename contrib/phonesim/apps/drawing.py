"""What a phone's display shows: the app on top with the system's own windows, placed; how far it scrolls."""

from collections.abc import Callable

import msgspec

from phonesim.apps.app import App, Phone
from phonesim.apps.app_stack import AppStack
from phonesim.ui.arrangement import Arrangement, arranged
from phonesim.ui.chrome import keyboard, system_bars, toast
from phonesim.ui.hierarchy import hierarchy_xml
from phonesim.ui.render import render_png
from phonesim.ui.view import Window

_FIRST_MINUTE = 9 * 60 + 41


class _Drawn(msgspec.Struct):
    """What is on the display until `stale_at`; XML and picture are made when first asked for."""

    windows: list[Window]
    stale_at: float
    hidden: int = 0
    """How far the page can scroll."""
    xml: str = ""
    png: bytes = b""


class Drawing:
    """Keeps what was drawn until it is stale. Not thread-safe: its display holds the lock."""

    def __init__(self, phone: Phone, apps: AppStack, shape: Arrangement, clock: Callable[[], float]) -> None:
        self.shape = shape
        self._phone, self._apps, self._clock = phone, apps, clock
        self._booted = clock()
        self._drawn: _Drawn | None = None
        self._scrolled: tuple[tuple[str, str], int] = (self._top.screen, 0)

    def forget(self) -> None:
        """Something changed: it is drawn again when it is looked at."""
        self._drawn = None

    def reshape(self, shape: Arrangement) -> None:
        """The display has another shape, or larger texts."""
        self.shape = shape
        self._scrolled = (self._top.screen, 0)

    @property
    def windows(self) -> list[Window]:
        return self._draw().windows

    def xml(self, *, rotation: int) -> str:
        drawn = self._draw()
        drawn.xml = drawn.xml or hierarchy_xml(drawn.windows, self.shape.scale, rotation=rotation)
        return drawn.xml

    def png(self, width: int, height: int) -> bytes:
        drawn = self._draw()
        drawn.png = drawn.png or render_png(drawn.windows, width, height, self.shape.scale)
        return drawn.png

    def scroll(self, dx: int, dy: int) -> bool:
        """Whether the drag moved a page that has no room on the display."""
        screen, at = self._scrolled
        now = max(0, min(at - dy, self._draw().hidden))
        self._scrolled = (screen, now)
        return abs(dy) > abs(dx) and now != at

    @property
    def _top(self) -> App:
        return self._apps.top

    @property
    def _scroll_at(self) -> int | None:
        """How far the page that is shown was scrolled; None if it does not scroll."""
        if self._top.foot is None:
            return None
        screen = self._top.screen
        if self._scrolled[0] != screen:
            self._scrolled = (screen, 0)
        return self._scrolled[1]

    def _draw(self) -> _Drawn:
        if self._drawn is None or self._clock() >= self._drawn.stale_at:
            self._apps.settle()
            self._phone.begin_drawing()
            typing, foot = bool(self._top.focused_field), self._top.foot
            frame = self.shape.frame(scrolls=foot is not None)
            self._phone.configure(frame, self._phone.language)
            windows = self._top.windows()
            if typing:
                windows += keyboard(frame)
            windows += system_bars(frame, clock_text=self._clock_text(), dark=self._top.dark)
            if self._phone.toast:
                windows.append(toast(frame, self._phone.toast))
            placed, hidden = arranged(self.shape, windows, typing=typing, foot=foot, scroll=self._scroll_at or 0)
            self._drawn = _Drawn(windows=placed, stale_at=self._phone.stale_at, hidden=hidden)
        return self._drawn

    def _clock_text(self) -> str:
        passed = int((self._clock() - self._booted) // 60)
        self._phone.before(self._booted + (passed + 1) * 60)
        hour, minute = divmod(_FIRST_MINUTE + passed, 60)
        return f"{hour % 24}:{minute:02}"
