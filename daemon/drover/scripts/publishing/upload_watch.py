"""Follows an upload on whatever the app shows until nothing is said of it any more: one loop for every app.

It decides nothing: what screens say on the way may be left from an earlier post. By what an app shows an upload, and
how long it may be silent, is the app's and given to it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from drover.apps import Screen
from drover.apps.upload import Upload
from drover.phone.engine import PhoneTimeoutError
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.failures import discard_ignored


@dataclass(frozen=True, kw_only=True)
class Marks:
    """By what an app's upload is followed."""

    upload: Callable[[Sight], Upload]
    """What a screen says of uploads, of this one or another."""
    forms: tuple[Screen, ...]
    """What is in front while the tap has not been taken."""
    button: str
    """What publishes, as the app calls it."""
    quiet_s: float
    """How long nothing must run before the upload counts as over."""
    ignored_s: float
    """A form that stands this long after the tap did not take it."""
    working: Callable[[Sight], bool] = lambda sight: False
    """Whether a form is still busy with the tap, so that its time begins again."""
    standing: Callable[[Sight], bool] = lambda sight: True
    """Whether a form stands as it did before the tap."""
    proven: Callable[[Sight], bool] = lambda sight: False
    """Whether a screen shows the new post itself: nothing more is waited for."""


@dataclass(frozen=True, kw_only=True)
class Followed:
    """How following ended: `sight` is the last one, None when the time was over before.

    `failed`: a screen told of an upload that failed, whichever it was. `discarded`: the form stood as before the tap,
    was left, and was seen to be unsent.
    """

    sight: Sight | None = None
    failed: bool = False
    discarded: bool = False


def follow_upload(nav: Navigator, marks: Marks, timeout_s: float) -> Followed:
    """Wait until the upload is over, or a form that did not take the tap is left.

    Raises ScriptFailed where that form cannot be left.
    """
    watch = _Watch(nav, marks)
    try:
        return nav.reach(watch.over, what="the upload to end", timeout_s=timeout_s, patient=True)
    except (NotReachedError, PhoneTimeoutError):
        sight = nav.look()
        # What was seen last may be older than the post.
        discarded = sight.seen.screen in marks.forms and discard_ignored(nav, sight, marks.button)
        return Followed(failed=watch.failed, discarded=discarded)


class _Watch:
    """What was seen of one upload so far."""

    def __init__(self, nav: Navigator, marks: Marks) -> None:
        self._nav = nav
        self._marks = marks
        self._begun = nav.now()
        self._quiet_since: float | None = None
        self._reported = -1
        self.failed = False

    def over(self, sight: Sight) -> Followed | None:
        """How it ended, once it is over or was never begun."""
        upload = self._marks.upload(sight)
        self.failed = self.failed or bool(upload.failed)
        if upload.running:
            self._quiet_since = None
            self._report(upload.percent)
            return None
        if sight.seen.screen in self._marks.forms:
            return self._left_if_ignored(sight)
        if self._marks.proven(sight):
            return Followed(sight=sight, failed=self.failed)
        if self._quiet_since is None:
            self._quiet_since = self._nav.now()
        quiet = self._nav.now() - self._quiet_since >= self._marks.quiet_s
        return Followed(sight=sight, failed=self.failed) if quiet else None

    def _left_if_ignored(self, sight: Sight) -> Followed | None:
        if self._marks.working(sight):
            self._begun = self._nav.now()
        if self._nav.now() - self._begun > self._marks.ignored_s and self._marks.standing(sight):
            return Followed(failed=self.failed, discarded=discard_ignored(self._nav, sight, self._marks.button))
        return None

    def _report(self, percent: int | None) -> None:
        if percent is not None and percent > self._reported:
            self._reported = percent
            self._nav.ctx.step(f"uploading: {percent} %", 60 + percent * 28 // 100)
