"""Gets from whatever the phone shows to a wanted screen: puts popups away by rule, stops at blockers with their reason.

It never causes an effect; every tap here is on a control that only navigates or dismisses.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Generic, NoReturn, TypeVar

from drover.apps import Popup, load, recognise
from drover.apps.links import is_own_link, is_web_link
from drover.phone.engine import CoveredError, PhoneTimeoutError, TapUncertainError
from drover.phone.hierarchy import Hierarchy, Node
from drover.phone.hit_test import landing
from drover.scripts.context import Context, ScriptFailed
from drover.scripts.sights import Looks, NotReachedError, Sight, Standing, Stillness, describe, is_loading, is_strange
from drover.wire.tasks import Reason

__all__ = ["ARRIVE_S", "Navigator", "NotReachedError", "Sight", "Wanted"]

T = TypeVar("T")

ARRIVE_S: Final = 20.0
STRANGE_S: Final = 5.0
GONE_S: Final = 3.0
MOST_POPUPS: Final = 6
MOST_SCROLLS: Final = 5


@dataclass(frozen=True, kw_only=True)
class _Decision(Generic[T]):
    """What ended a wait: the wanted value, a popup to put away, or a screen that no one knows and that stays."""

    value: T | None = None
    popup: Popup | None = None
    strange: bool = False
    once: bool = False


Wanted = Callable[[Sight], T | None]
"""Gives something other than None for the sight that was waited for."""


class Navigator:
    """Finds the way for one attempt. Methods raise ScriptFailed, PhoneError and what Context raises."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.app = load(ctx.platform)
        self.phone = ctx.phone

    # --- looking ---

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def open_link(self, url: str) -> None:
        """Open a link in this app. Only here do links leave; raises ScriptFailed for one that is none of the app's."""
        if not (is_web_link(self.app, url) or is_own_link(self.app, url)):
            raise ScriptFailed(
                Reason.REJECTED,
                f"{url!r} is no link of {self.app.name}; opened are https links of {' or '.join(self.app.link_hosts)}.",
            )
        self.phone.open_link(url, self.ctx.package)

    def look(self) -> Sight:
        """The present screen, read once."""
        return self._sight(self.phone.screen())

    def reach(self, wanted: Wanted[T], *, what: str, timeout_s: float = ARRIVE_S, patient: bool = False) -> T:
        """Wait for a sight that `wanted` accepts; popups on the way are put away, blockers end the task.

        A node that no touch can reach, for what lies over it, is not accepted.

        A screen that no one knows gets BACK once, unless `patient`. Raises NotReachedError after `timeout_s`, and
        PhoneTimeoutError where the phone was silent for most of it.
        """
        end = time.monotonic() + timeout_s
        popups = 0
        backed = patient
        while True:
            decision, last = self._watch(wanted, what, max(end - time.monotonic(), 0.5), strange=not backed)
            if decision.value is not None:
                return decision.value
            if decision.popup is not None:
                popups += 1
                self._put_away(decision.popup, popups)
            elif decision.strange:
                backed = True
                self.ctx.step(f"unknown screen while waiting for {what}: BACK once, then looking again", 0)
                self.phone.back()
                end = max(end, time.monotonic() + STRANGE_S)
            else:
                raise NotReachedError(what, last, once=decision.once)

    def find(self, wanted: Wanted[T], *, what: str, timeout_s: float = ARRIVE_S) -> T | None:
        """What `reach` finds patiently; None where it does not come within `timeout_s`."""
        try:
            return self.reach(wanted, what=what, timeout_s=timeout_s, patient=True)
        except NotReachedError:
            return None

    def bring(
        self,
        wanted: Wanted[T],
        *,
        page: Callable[[Sight], bool],
        what: str,
        timeout_s: float = ARRIVE_S,
        patient: bool = False,
    ) -> T:
        """The same on a page that may be longer than the screen: scrolled where it stands without what is wanted."""
        for _ in range(MOST_SCROLLS):
            standing = Standing(page)

            def decide(sight: Sight, standing: Standing = standing) -> tuple[T | None, Sight] | None:
                value = wanted(sight)
                return (value, sight) if value is not None or standing.long(sight) else None

            value, sight = self.reach(decide, what=what, timeout_s=timeout_s, patient=patient)
            if value is not None:
                return value
            self.ctx.step(f"scrolling to {what}", 0)
            self._scroll_on(sight.tree)
        return self.reach(wanted, what=what, timeout_s=timeout_s, patient=patient)

    def _scroll_on(self, tree: Hierarchy) -> None:
        """A part of a screen further down, little enough that nothing is passed over."""
        self.phone.swipe_up(tree, by=0.25, duration_s=0.5)

    def _watch(self, wanted: Wanted[T], what: str, timeout_s: float, *, strange: bool) -> tuple[_Decision[T], Sight]:
        """The next thing that decides, an empty decision if nothing came in time, and the last sight."""
        last: list[Sight] = []
        still, looks = Stillness(STRANGE_S), Looks(timeout_s)

        def decide(tree: Hierarchy) -> _Decision[T] | None:
            sight = self._sight(tree)
            last[:] = [sight]
            looks.seen()
            self.stop_at_blocker(sight)
            if sight.seen.popup is not None and not is_strange(sight):
                return _Decision(popup=sight.seen.popup)
            value = wanted(sight)
            if value is not None and not (isinstance(value, Node) and landing(value) is None):
                return _Decision(value=value)
            return _Decision(strange=True) if strange and still.stranger(sight) else None

        try:
            return self.phone.wait_until(decide, timeout_s=timeout_s, what=what), last[0]
        except PhoneTimeoutError:
            if not last:
                raise
            if looks.silent_s:
                raise PhoneTimeoutError(
                    f"{self.phone.serial}: showed no screen for {looks.silent_s:.0f} of the {timeout_s:.0f} s in which "
                    f"{what} was waited for; check its cable or network"
                ) from None
            return _Decision(once=looks.count == 1), last[0]

    def _sight(self, tree: Hierarchy) -> Sight:
        return Sight(tree=tree, seen=recognise(self.app, tree, self.ctx.package))

    # --- obstacles ---

    def stop_at_blocker(self, sight: Sight) -> None:
        """End the task with the blocker's own reason if one is in front; its screen is kept."""
        blocker = sight.seen.blocker
        if blocker is None:
            return
        self.ctx.keep(f"blocked_{blocker.name}", sight.tree)
        raise ScriptFailed(
            blocker.reason,
            f"{self.app.name} on {self.phone.serial} shows “{blocker.headline}”; {blocker.advice}.",
            trouble=blocker.trouble,
        )

    def _put_away(self, popup: Popup, count: int) -> None:
        headline = popup.headline or popup.name.replace("_", " ")
        if count > MOST_POPUPS:
            self.fail_changed(f"popups that keep coming, the last one “{headline}”", "a screen without popups")
        self.ctx.step(f"putting away the popup “{headline}”", 0)
        if popup.dismiss is None or landing(popup.dismiss) is None:
            self.phone.back()
        else:
            self.tap(popup.dismiss)
        self._wait_until_gone(popup)

    def _wait_until_gone(self, popup: Popup) -> None:
        """Never tap twice at one place because the popup was slow to go: beneath it may be anything."""

        def gone(tree: Hierarchy) -> bool | None:
            now = recognise(self.app, tree, self.ctx.package).popup
            return None if now is not None and (now.name, now.headline) == (popup.name, popup.headline) else True

        try:
            self.phone.wait_until(gone, timeout_s=GONE_S, what="the popup to go")
        except PhoneTimeoutError:
            return

    # --- touching ---

    def tap(self, node: Node) -> None:
        """Tap a control that only navigates; whether it arrived shows on the next screen.

        Raises NotReachedError, with nothing tapped, where something lies over it.
        """
        with self._reached():
            self.phone.tap(node)

    def tap_along(self, node: Node, fraction: float) -> None:
        """Tap a slider at this part of its width; else as `tap`."""
        with self._reached():
            self.phone.tap_along(node, fraction)

    def tap_page(self, tree: Hierarchy, across: float, down: float) -> None:
        """Tap where a page is empty, at these parts of the screen's width and height; else as `tap`."""
        with self._reached():
            self.phone.tap_page(tree, across, down)

    def drag(self, node: Node, by: tuple[int, int]) -> None:
        """Move what lies in a box that scrolls by so many pixels to the right and down; raises NotReachedError."""
        with self._reached():
            self.phone.drag(node, by)

    @contextmanager
    def _reached(self) -> Generator[None]:
        try:
            yield
        except TapUncertainError:
            return
        except CoveredError as covered:
            raise NotReachedError(f"a control that is free to touch ({covered})", self.look()) from covered

    # --- giving up ---

    def fail_unreached(self, error: NotReachedError) -> NoReturn:
        """End for a screen that did not come: `app_changed`, or `timeout` if app or phone were too slow to tell."""
        if error.once:
            self.ctx.keep("slow")
            raise ScriptFailed(
                Reason.TIMEOUT,
                f"{self.phone.serial} showed its screen only once while {error.what} was waited for; "
                "check its cable or network, then retry.",
            )
        if not is_loading(error.last):
            self.fail_changed(describe(error.last), error.what)
        self.ctx.keep("loading")
        raise ScriptFailed(
            Reason.TIMEOUT,
            f"{self.app.name} on {self.phone.serial} was still loading after waiting for {error.what}; "
            "check the phone's network, then retry.",
        )

    def fail_changed(self, saw: str, wanted: str) -> NoReturn:
        """End with `app_changed`: nothing that is known leads on from here."""
        self.ctx.keep("lost")
        raise ScriptFailed(
            Reason.APP_CHANGED,
            f"Looked for {wanted} in {self.app.name} on {self.phone.serial} and found {saw}; "
            "look at the kept screenshot, clear the screen on the phone, then retry.",
        )
