"""Finds out whether a post was published: the upload followed to its end, then the own profile compared with before.

Having left the editor proves nothing, and neither does an upload that was seen to run.
"""

from dataclasses import dataclass
from typing import Final, NoReturn

from drover.apps import Screen
from drover.apps.grid import Grid, one_more
from drover.apps.publishing import fresh_post, post_button, profile_grid, upload
from drover.phone.hierarchy import Hierarchy, Node
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.ending import fail_upload
from drover.scripts.publishing.made import Made
from drover.scripts.publishing.publisher import Publication
from drover.scripts.publishing.watching import Marks, follow_upload
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
_STEADY_S: Final = 15.0
_FORMS: Final = (Screen.POST_FORM, Screen.PUBLISH_QUESTION, Screen.EDITOR)


@dataclass(frozen=True, kw_only=True)
class GridSight:
    """The own profile's posts, and the hierarchy that showed them."""

    grid: Grid
    tree: Hierarchy
    author: str
    """The account's handle."""
    at: float
    """When it was read, in monotonic seconds."""


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
        return GridSight(grid=grid, tree=sight.tree, author=sight.seen.handle or "", at=self._nav.now())


def find_proof(nav: Navigator, publication: Publication, before: GridSight) -> Hierarchy:
    """The hierarchy that proves the post; raises ScriptFailed, `upload_failed` where the app says so."""
    wait_s = float(publication.config.upload_wait_time)
    end = nav.now() + wait_s
    made = Made(words=publication.caption.joined, author=before.author, tapped_at=nav.now(), surveyed_at=before.at)
    seen = follow_upload(nav, _marks(nav, made), wait_s)
    if seen is not None and _shows(nav, made, seen):
        nav.ctx.step("the app shows the new post", 92)
        return seen.tree
    nav.ctx.step("looking for the post on the own profile", 90)
    return _on_profile(nav, made, before.grid, max(end, nav.now() + LOOKS_S), wait_s)


def _shows(nav: Navigator, made: Made, sight: Sight) -> bool:
    return fresh_post(nav.app, sight.tree, words=made.words, author=made.author, since=made.since(nav.now()))


def _marks(nav: Navigator, made: Made) -> Marks:
    """A form that spins is still busy with the tap; one without its button does not stand as it did."""
    return Marks(
        said=lambda sight: upload(nav.app, sight.tree),
        forms=_FORMS,
        button="Post",
        quiet_s=QUIET_S,
        ignored_s=IGNORED_S,
        working=lambda sight: "loading" in sight.seen.details,
        standing=lambda sight: post_button(nav.app, sight.tree) is not None,
        proven=lambda sight: _shows(nav, made, sight),
    )


def _on_profile(nav: Navigator, made: Made, before: Grid, end: float, wait_s: float) -> Hierarchy:
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


def _open_newest(nav: Navigator, made: Made, tile: Node) -> Hierarchy | None:
    """The newest post in full if it is ours and seconds old."""
    nav.tap(tile)
    try:
        return nav.reach(
            lambda sight: sight.tree if _shows(nav, made, sight) else None,
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
