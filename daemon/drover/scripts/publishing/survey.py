"""What an app shows of posts at one moment, read alike before the commit tap and after it.

What stood on a page before the attempt says nothing of the attempt: only the difference of two surveys does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from drover.apps import Screen
from drover.apps.grid import Grid
from drover.apps.upload import Upload
from drover.apps.view import View
from drover.apps.zones import from_bottom
from drover.phone.hierarchy import Hierarchy, Node
from drover.scripts.navigation import Navigator, NotReachedError, Sight

FEED, PROFILE = "feed", "profile"
NOTICE_S: Final = 2.0
"""How long a feed is watched: an app that was just started says only after a moment what an earlier run left."""
_FEED_S: Final = 8.0
_BAR_S: Final = 5.0
_TAPS: Final = 2
"""A touch on the tab of the open feed scrolls it to its top."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """Posts, story and picture of the own profile, and what each page said of `uploads`: one that could not be read is
    missing there, and nothing is concluded from it. `at` is monotonic seconds, `author` the account's handle.
    """

    grid: Grid = field(default_factory=Grid)
    uploads: Mapping[str, Upload] = field(default_factory=dict[str, Upload])
    story: bool | None = None
    picture: str = ""
    author: str = ""
    at: float = 0.0
    tree: Hierarchy | None = field(default=None, compare=False)

    @property
    def running(self) -> bool:
        """Whether an upload is on its way."""
        return self.grid.busy or any(upload.running for upload in self.uploads.values())

    @property
    def failures(self) -> int:
        """The most failed uploads that a page told of."""
        return max((len(upload.failed) for upload in self.uploads.values()), default=0)

    def with_feed(self, feed: Upload | None) -> "Survey":
        """The same survey with what the feed said, if it could be read."""
        return self if feed is None else replace(self, uploads={**self.uploads, FEED: feed})


def read_feed(
    nav: Navigator, read_upload: Callable[[View], Upload], at_top: Callable[[View], bool] = lambda view: True
) -> Upload | None:
    """What the home feed says of uploads in NOTICE_S; None where the feed, or the place where it says so, is not

    reached. Raises ScriptFailed for a blocker.
    """
    for _ in range(_TAPS):
        try:
            nav.tap(nav.reach(lambda now: _home_tab(nav, now), what="the home tab", timeout_s=_BAR_S, patient=True))
            watch = _FeedWatch(nav, read_upload, at_top)
            return nav.reach(watch.read, what="the home feed", timeout_s=_FEED_S, patient=True)
        except NotReachedError:
            continue
    return None


class _FeedWatch:
    """What one feed said since it was first seen at its top."""

    def __init__(self, nav: Navigator, read_upload: Callable[[View], Upload], at_top: Callable[[View], bool]) -> None:
        self._nav, self._read_upload, self._at_top = nav, read_upload, at_top
        self._since: float | None = None
        self._elsewhere: float | None = None
        self._looks: list[Upload] = []

    def read(self, sight: Sight) -> Upload | None:
        """All that was said, once it was watched long enough; raises NotReachedError for a feed that stays scrolled."""
        view = View(self._nav.app, sight.tree)
        if sight.seen.screen not in (Screen.HOME_FEED, Screen.AFTER_POST) or not self._at_top(view):
            self._stop_if_scrolled(sight)
            return None
        self._elsewhere = None
        self._looks.append(self._read_upload(view))
        if self._since is None:
            self._since = self._nav.now()
        if self._nav.now() - self._since < NOTICE_S:
            return None
        return Upload(
            running=any(look.running for look in self._looks),
            failed=max((look.failed for look in self._looks), key=len),
        )

    def _stop_if_scrolled(self, sight: Sight) -> None:
        if sight.seen.screen is not Screen.HOME_FEED:
            return
        if self._elsewhere is None:
            self._elsewhere = self._nav.now()
        if self._nav.now() - self._elsewhere > NOTICE_S:
            raise NotReachedError("the top of the home feed", sight)


def _home_tab(nav: Navigator, sight: Sight) -> Node | None:
    view = View(nav.app, sight.tree)
    known = next(iter(view.with_id("home_tab")), None)
    low = (target for _, target in view.buttons("tab_home") if from_bottom(view, target) < 0.25)
    return known or next(low, None)
