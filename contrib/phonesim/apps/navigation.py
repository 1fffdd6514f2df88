"""Where an app is: the back stack, what lies over the page on top, and the text field that has the focus."""

from collections.abc import Collection

import msgspec

from phonesim.apps.app import Phone


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the back stack."""

    name: str
    target: str = ""
    tab: str = ""
    ready_at: float = 0.0


class Overlay(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet, dialog or popup over the page."""

    name: str
    target: str = ""


LOAD_S = 0.25
"""How long most pages load."""
HOME = Page(name="feed")
SEARCH = "search"
"""The page of the search, and its field."""
# Sheets with a text field.
TYPED_IN = frozenset({"product_link"})
# Pages that open with the keyboard, and for which field.
_FOCUSED = {SEARCH: SEARCH}


class Navigation:
    """Moves between pages and counts the popups that a new page brings. It draws nothing."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self.forget()

    def forget(self) -> None:
        """As the app is before it was ever opened."""
        self.stack: list[Page] = []
        self.overlays: list[Overlay] = []
        self.field = ""

    @property
    def page(self) -> Page:
        return self.stack[-1] if self.stack else HOME

    @property
    def top(self) -> Overlay | None:
        return self.overlays[-1] if self.overlays else None

    def enter(self, page: Page, load_s: float = 0.0) -> None:
        """Open a page over the one shown; it loads for `load_s` seconds, and popups that are due appear over it."""
        delay = max(load_s, self._phone.faults.seconds("slow_screens", 3.0))
        self.field = _FOCUSED.get(page.name, "")
        self.overlays = [Overlay(name=f"popup.{kind}") for kind in self._phone.faults.popups_due()]
        self.stack.append(Page(name=page.name, target=page.target, tab=page.tab, ready_at=self._phone.clock() + delay))

    def restart(self, page: Page, load_s: float = 0.0) -> None:
        """Open a page with nothing behind it."""
        self.stack = []
        self.enter(page, load_s)

    def ensure_home(self) -> None:
        """Something to go back to, for a page that a link opens."""
        self.stack = self.stack or [HOME]

    def leave(self) -> bool:
        """Back to the page before; False on the first one."""
        if len(self.stack) < 2:
            return False
        self.stack.pop()
        self.field = ""
        return True

    def leave_all(self, names: Collection[str]) -> None:
        """Back past every page of these on top, with what lies over them."""
        self.overlays = []
        self.field = ""
        while self.page.name in names and self.leave():
            pass

    def show(self, name: str, target: str = "") -> None:
        """A sheet or dialog over what is shown."""
        self.overlays.append(Overlay(name=name, target=target))

    def close(self) -> bool:
        """The topmost sheet or dialog goes; False if there is none."""
        if not self.overlays:
            return False
        if self.overlays.pop().name in TYPED_IN:
            self.field = ""
        return True
