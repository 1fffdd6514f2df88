"""Finds out whether a post was published: the upload followed to its end, then the own profile compared with before.

Having left the editor proves nothing, and neither does an upload that was seen to run.
"""

from dataclasses import dataclass
from typing import Final, NoReturn

from drover.apps import Screen
from drover.apps.grid import Grid, one_more
from drover.apps.publishing import fresh_post, post_button, profile_grid, upload
from drover.phone.engine import PhoneTimeoutError
from drover.phone.hierarchy import Hierarchy, Node
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.ending import fail_if_standing, fail_ignored, fail_upload
from drover.scripts.publishing.publisher import Publication
from drover.scripts.switcher import own_profile
from drover.wire.tasks import Reason

QUIET_S: Final = 2.0
"""How long nothing must be said of an upload before it counts as over."""
IGNORED_S: Final = 15.0
"""A form that stands this long after the tap, and does not spin, did not take it."""
LOOKS_S: Final = 20.0
"""How long the own profile is looked at after an upload, at least."""
EMPTY_S: Final = 2.0
"""How long a profile without posts must stand to be believed."""
OPEN_S: Final = 4.0
SLACK_S: Final = 8.0
"""How long the tap itself may have taken, with a question that followed it; an earlier post is older than that."""
_STEADY_S: Final = 15.0
_FORMS: Final = (Screen.POST_FORM, Screen.PUBLISH_QUESTION, Screen.EDITOR)


@dataclass(frozen=True, kw_only=True)
class GridSight:
    """The own profile's posts, and the hierarchy that showed them."""

    grid: Grid
    tree: Hierarchy
    author: str
    """The account's handle."""


def read_grid(nav: Navigator, *, restart: bool = True) -> GridSight:
    """Open the own profile and read its posts, once they stand still; `restart` as in `own_profile`."""
    own_profile(nav, restart=restart)
    steady = _Steady(nav)
    return nav.reach(steady.read, what="the posts of the own profile", timeout_s=_STEADY_S, patient=True)


class _Steady:
    """Since when the same posts stand. None at all may be a page that still loads, and has to stand longer."""

    def __init__(self, nav: Navigator) -> None:
        self._nav = nav
        self._grid: Grid | None = None
        self._since = 0.0

    def read(self, sight: Sight) -> GridSight | None:
        grid = profile_grid(self._nav.app, sight.tree)
        if grid is None or grid != self._grid or "loading" in sight.seen.details:
            self._grid, self._since = grid, self._nav.now()
            return None
        stood = self._nav.now() - self._since
        if not grid.views and stood < EMPTY_S:
            return None
        return GridSight(grid=grid, tree=sight.tree, author=sight.seen.handle or "")


def find_proof(nav: Navigator, publication: Publication, before: GridSight) -> Hierarchy:
    """The hierarchy that proves the post; raises ScriptFailed, `upload_failed` where the app says so."""
    wait_s = float(publication.config.upload_wait_time)
    end = nav.now() + wait_s
    made = _Made(words=publication.caption.joined, author=before.author, tapped_at=nav.now())
    seen = _follow_upload(nav, made, wait_s)
    if seen is not None and made.shown(nav, seen):
        nav.ctx.step("the app shows the new post", 92)
        return seen.tree
    nav.ctx.step("looking for the post on the own profile", 90)
    return _on_profile(nav, made, before.grid, max(end, nav.now() + LOOKS_S), wait_s)


@dataclass(frozen=True, kw_only=True)
class _Made:
    """By what the post is known where a page shows it in full: its words, and that it is younger than the tap."""

    words: str
    author: str
    tapped_at: float

    def shown(self, nav: Navigator, sight: Sight) -> bool:
        within_s = nav.now() - self.tapped_at + SLACK_S
        return fresh_post(nav.app, sight.tree, words=self.words, author=self.author, within_s=within_s)


def _follow_upload(nav: Navigator, made: _Made, wait_s: float) -> Sight | None:
    """Wait until no upload is shown any more; the last sight, None when the time was over before."""
    watch = _Watch(nav, made)
    try:
        return nav.reach(watch.over, what="the upload to end", timeout_s=wait_s, patient=True)
    except (NotReachedError, PhoneTimeoutError):
        fail_if_standing(nav, _FORMS, "Post")
        return None


class _Watch:
    """What was seen of one upload so far."""

    def __init__(self, nav: Navigator, made: _Made) -> None:
        self._nav = nav
        self._made = made
        self._begun = nav.now()
        self._quiet_since: float | None = None
        self._told = -1

    def over(self, sight: Sight) -> Sight | None:
        """The sight once the upload is over; raises ScriptFailed if the app says that it failed."""
        shown = upload(self._nav.app, sight.tree)
        if shown.failed:
            fail_upload(self._nav, sight, f"says “{shown.failed}”")
        if shown.running:
            self._quiet_since = None
            self._tell(shown.percent)
            return None
        if sight.seen.screen in _FORMS:
            if "loading" in sight.seen.details:
                self._begun = self._nav.now()
            if self._nav.now() - self._begun > IGNORED_S and post_button(self._nav.app, sight.tree) is not None:
                fail_ignored(self._nav, sight, "Post")
            return None
        if self._made.shown(self._nav, sight):
            return sight
        if self._quiet_since is None:
            self._quiet_since = self._nav.now()
        return sight if self._nav.now() - self._quiet_since >= QUIET_S else None

    def _tell(self, percent: int | None) -> None:
        if percent is not None and percent > self._told:
            self._told = percent
            self._nav.ctx.step(f"uploading: {percent} %", 60 + percent * 28 // 100)


def _on_profile(nav: Navigator, made: _Made, before: Grid, end: float, wait_s: float) -> Hierarchy:
    """Look at the own profile until it shows one post more and no upload; pulled down to load again in between.

    Where the tiles cannot tell, because none has been viewed yet, the newest is opened: it says how old it is.
    """
    while True:
        # Ending the app would end an upload with it.
        now = read_grid(nav, restart=False)
        shown = upload(nav.app, now.tree)
        if shown.failed:
            fail_upload(nav, nav.look(), f"says “{shown.failed}”")
        busy = shown.running or now.grid.busy
        if not busy and one_more(before, now.grid):
            return now.tree
        opened = None if busy or now.grid.newest is None else _open_newest(nav, made, now.grid.newest)
        if opened is not None:
            return opened
        if nav.now() > end:
            _unproven(nav, before, now.grid, busy=busy, wait_s=wait_s)
        nav.phone.swipe_down(nav.look().tree)


def _open_newest(nav: Navigator, made: _Made, tile: Node) -> Hierarchy | None:
    """The newest post in full if it is ours and seconds old."""
    nav.tap(tile)
    try:
        return nav.reach(
            lambda sight: sight.tree if made.shown(nav, sight) else None,
            what="the newest post in full",
            timeout_s=OPEN_S,
            patient=True,
        )
    except NotReachedError as lost:
        if lost.last.seen.screen is not Screen.OWN_PROFILE:
            nav.phone.back()
        return None


def _unproven(nav: Navigator, before: Grid, after: Grid, *, busy: bool, wait_s: float) -> NoReturn:
    nav.ctx.keep("unproven")
    if not busy and after.drafts > before.drafts:
        raise ScriptFailed(
            Reason.UPLOAD_FAILED,
            f"{nav.app.name} on {nav.phone.serial} kept the post as a draft and did not publish it; "
            "publish or delete the draft by hand before retrying.",
        )
    what = "was still uploading" if busy else "shows no new post on the own profile"
    raise ScriptFailed(
        Reason.TIMEOUT,
        f"{nav.app.name} on {nav.phone.serial} {what} after {wait_s:.0f} s (upload_wait_time); "
        "allow more time for large files.",
    )
