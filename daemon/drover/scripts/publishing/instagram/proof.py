"""Finds out whether Instagram published: the pending row followed to its end, then the own profile compared.

Having left the editor proves nothing. A profile that counts one post more proves a post; a story is proven by a ring
that was not there before, and cannot be where one was.
"""

from dataclasses import dataclass, field
from typing import Final, NoReturn

from drover.apps import Screen, composer
from drover.apps.composer import Destination, Pending
from drover.apps.grid import Grid, one_more
from drover.apps.publishing import profile_grid
from drover.apps.view import View
from drover.phone.engine import PhoneTimeoutError
from drover.phone.hierarchy import Hierarchy, Node
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.ending import fail_if_standing, fail_ignored, fail_upload
from drover.scripts.publishing.publisher import Publication
from drover.scripts.switcher import own_profile
from drover.wire.tasks import Reason

QUIET_S: Final = 3.0
"""How long the feed must say nothing of an upload before it counts as over."""
IGNORED_S: Final = 20.0
"""A form that stands this long after the tap did not take it."""
LOOKS_S: Final = 25.0
"""How long the own profile is looked at after an upload, at least."""
_STEADY_S: Final = 10.0
_FEED_S: Final = 10.0
_BAR_S: Final = 5.0
_FORMS: Final = (Screen.POST_FORM, Screen.STORY_EDITOR, Screen.EDITOR)


@dataclass(frozen=True, kw_only=True)
class Before:
    """What stood there before: posts and story of the own profile, uploads that the feed had given up already."""

    grid: Grid = field(default_factory=Grid)
    story: bool | None = None
    picture: str = ""
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The own profile as it was read once."""

    grid: Grid
    story: bool | None
    picture: str
    tree: Hierarchy


def survey(nav: Navigator) -> Before:
    """Read feed and profile before anything is published; ends on the profile."""
    own_profile(nav)
    failed = pending_on_feed(nav).failed
    profile = read_profile(nav)
    return Before(grid=profile.grid, story=profile.story, picture=profile.picture, failed=failed)


def read_profile(nav: Navigator, *, restart: bool = True) -> Profile:
    """Open the own profile and read posts and story; scrolled up if it was left where its count is out of sight.

    `restart` as in `own_profile`.
    """
    own_profile(nav, restart=restart)
    profile = _at_rest(nav)
    if profile.grid.said is not None:
        return profile
    for _ in range(2):
        nav.phone.swipe_down(profile.tree)
    return _at_rest(nav)


def _at_rest(nav: Navigator) -> Profile:
    """The own profile once two looks in a row agree."""
    last: list[tuple[Grid, bool | None, str]] = []

    def steady(sight: Sight) -> Profile | None:
        grid = profile_grid(nav.app, sight.tree)
        if grid is None or "loading" in sight.seen.details:
            last.clear()
            return None
        view = View(nav.app, sight.tree)
        now = (grid, composer.has_story(view), composer.own_picture(view))
        agreed = bool(last) and last[-1] == now
        last[:] = [now]
        return Profile(grid=grid, story=now[1], picture=now[2], tree=sight.tree) if agreed else None

    return nav.reach(steady, what="the posts of the own profile", timeout_s=_STEADY_S, patient=True)


def pending_on_feed(nav: Navigator) -> Pending:
    """What the top of the home feed says of uploads; nothing where the feed does not come."""
    try:
        nav.tap(nav.reach(lambda now: _home_tab(nav, now), what="the home tab", timeout_s=_BAR_S, patient=True))
        sight = nav.reach(_feed, what="the home feed", timeout_s=_FEED_S, patient=True)
    except NotReachedError:
        return Pending()
    return composer.pending(View(nav.app, sight.tree))


def _feed(sight: Sight) -> Sight | None:
    return sight if sight.seen.screen is Screen.HOME_FEED else None


def _home_tab(nav: Navigator, sight: Sight) -> Node | None:
    view = View(nav.app, sight.tree)
    known = next((node for node in view.with_id("tabs") if node.id == "feed_tab"), None)
    low = (target for _, target in view.buttons("tab_home") if target.bounds.center[1] > 0.75 * view.height)
    return known or next(low, None)


def find_proof(nav: Navigator, publication: Publication, wanted: Destination, before: Before) -> Hierarchy:
    """The hierarchy that proves the post; raises ScriptFailed, `upload_failed` where the app says so."""
    wait_s = float(publication.config.upload_wait_time)
    end = nav.now() + wait_s
    _follow_upload(nav, before, wait_s)
    nav.ctx.step("looking for the post on the own profile", 90)
    return _on_profile(nav, wanted, before, max(end, nav.now() + LOOKS_S), wait_s)


def _follow_upload(nav: Navigator, before: Before, wait_s: float) -> None:
    """Wait until no upload is shown any more, or the time is over."""
    watch = _Watch(nav, before)
    try:
        nav.reach(watch.over, what="the upload to end", timeout_s=max(wait_s, IGNORED_S + 2), patient=True)
    except (NotReachedError, PhoneTimeoutError):
        fail_if_standing(nav, _FORMS, "Share")


class _Watch:
    """What was seen of one upload so far."""

    def __init__(self, nav: Navigator, before: Before) -> None:
        self._nav = nav
        self._before = before
        self._begun = nav.now()
        self._quiet_since: float | None = None
        self._told = -1

    def over(self, sight: Sight) -> Sight | None:
        """The sight once the upload is over; raises ScriptFailed if the app says that it failed."""
        shown = composer.pending(View(self._nav.app, sight.tree))
        _stop_at_failure(self._nav, sight, shown, self._before)
        if shown.running:
            self._quiet_since = None
            self._tell(shown.percent)
            return None
        if sight.seen.screen in _FORMS:
            if self._nav.now() - self._begun > IGNORED_S:
                fail_ignored(self._nav, sight, "Share")
            return None
        if self._quiet_since is None:
            self._quiet_since = self._nav.now()
        return sight if self._nav.now() - self._quiet_since >= QUIET_S else None

    def _tell(self, percent: int | None) -> None:
        if percent is not None and percent > self._told:
            self._told = percent
            self._nav.ctx.step(f"uploading: {percent} %", 60 + percent * 28 // 100)


def _on_profile(nav: Navigator, wanted: Destination, before: Before, end: float, wait_s: float) -> Hierarchy:
    """Look at the own profile, and at the feed for an upload that goes on, until one of them decides."""
    while True:
        # Ending the app would end an upload with it.
        now = read_profile(nav, restart=False)
        if _proven(wanted, before, now):
            return now.tree
        feed = pending_on_feed(nav)
        _stop_at_failure(nav, nav.look(), feed, before)
        if nav.now() > end:
            _unproven(nav, wanted, before, busy=feed.running, wait_s=wait_s)
        if not feed.running:
            own_profile(nav, restart=False)
            nav.phone.swipe_down(now.tree)


def _proven(wanted: Destination, before: Before, now: Profile) -> bool:
    if wanted is Destination.STORY:
        described_anew = now.story is None and now.picture not in ("", before.picture)
        return before.story is False and (now.story is True or described_anew)
    # Without the number of posts the tiles that happen to be in sight would be compared: they prove nothing here.
    counted = before.grid.said is not None and now.grid.said is not None
    return counted and one_more(before.grid, now.grid)


def _stop_at_failure(nav: Navigator, sight: Sight, shown: Pending, before: Before) -> None:
    """A row of an upload that had failed before this one is somebody else's."""
    if len(shown.failed) <= len(before.failed) or shown.running:
        return
    fail_upload(nav, sight, f"says “{shown.failed[0]}”")


def _unproven(nav: Navigator, wanted: Destination, before: Before, *, busy: bool, wait_s: float) -> NoReturn:
    nav.ctx.keep("unproven")
    where = f"{nav.app.name} on {nav.phone.serial}"
    if busy:
        why = f"{where} was still uploading after {wait_s:.0f} s (upload_wait_time); allow more time for large files."
        raise ScriptFailed(Reason.TIMEOUT, why)
    if wanted is Destination.STORY:
        ring = "there was one before, and its ring is the same" if before.story else "its ring does not show one"
        why = f"Whether {where} published the story cannot be told: {ring}. Look at the account before retrying."
        raise ScriptFailed(Reason.OUTCOME_UNKNOWN, why)
    raise ScriptFailed(
        Reason.TIMEOUT,
        f"{where} shows no new post on the own profile after {wait_s:.0f} s (upload_wait_time); look at the account "
        "before retrying.",
    )
