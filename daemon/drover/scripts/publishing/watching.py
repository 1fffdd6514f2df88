"""Follows an upload on whatever the app shows until nothing is said of it any more: one loop for every app.

By what an app shows an upload, and how long it may be silent, is the app's and given to it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from drover.apps import Screen
from drover.apps.upload import Upload
from drover.phone.engine import PhoneTimeoutError
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.ending import fail_if_standing, fail_ignored, fail_upload


@dataclass(frozen=True, kw_only=True)
class Marks:
    """By what an app's upload is followed."""

    said: Callable[[Sight], Upload]
    """What a screen says of this upload; `failed` only where it cannot be another one."""
    forms: tuple[Screen, ...]
    """What is in front while the tap has not been taken."""
    button: str
    """What publishes, as the app calls it."""
    quiet_s: float
    """How long nothing must be said of an upload before it counts as over."""
    ignored_s: float
    """A form that stands this long after the tap did not take it."""
    working: Callable[[Sight], bool] = lambda sight: False
    """Whether a form is still busy with the tap, so that its time begins anew."""
    standing: Callable[[Sight], bool] = lambda sight: True
    """Whether a form stands as it did before the tap."""
    proven: Callable[[Sight], bool] = lambda sight: False
    """Whether a screen shows the new post itself: nothing more is waited for."""


def follow_upload(nav: Navigator, marks: Marks, timeout_s: float) -> Sight | None:
    """Wait until the upload is over; the last sight, None when the time was over before.

    Raises ScriptFailed: `upload_failed` where the app says so, `rejected` where the form did not take the tap.
    """
    watch = _Watch(nav, marks)
    try:
        return nav.reach(watch.over, what="the upload to end", timeout_s=timeout_s, patient=True)
    except (NotReachedError, PhoneTimeoutError):
        fail_if_standing(nav, marks.forms, marks.button)
        return None


class _Watch:
    """What was seen of one upload so far."""

    def __init__(self, nav: Navigator, marks: Marks) -> None:
        self._nav = nav
        self._marks = marks
        self._begun = nav.now()
        self._quiet_since: float | None = None
        self._told = -1

    def over(self, sight: Sight) -> Sight | None:
        """The sight once the upload is over; raises ScriptFailed if it failed or was never begun."""
        said = self._marks.said(sight)
        if said.failed:
            fail_upload(self._nav, sight, f"says “{said.failed}”")
        if said.running:
            self._quiet_since = None
            self._tell(said.percent)
            return None
        if sight.seen.screen in self._marks.forms:
            self._stop_if_ignored(sight)
            return None
        if self._marks.proven(sight):
            return sight
        if self._quiet_since is None:
            self._quiet_since = self._nav.now()
        return sight if self._nav.now() - self._quiet_since >= self._marks.quiet_s else None

    def _stop_if_ignored(self, sight: Sight) -> None:
        if self._marks.working(sight):
            self._begun = self._nav.now()
        if self._nav.now() - self._begun > self._marks.ignored_s and self._marks.standing(sight):
            fail_ignored(self._nav, sight, self._marks.button)

    def _tell(self, percent: int | None) -> None:
        if percent is not None and percent > self._told:
            self._told = percent
            self._nav.ctx.step(f"uploading: {percent} %", 60 + percent * 28 // 100)
