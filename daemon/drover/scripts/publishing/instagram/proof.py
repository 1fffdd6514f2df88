"""Finds out whether Instagram published: the pending row followed to its end, then the own profile compared.

Having left the editor proves nothing. A profile that counts one post more proves a post; where its count is written
short, the newest post opened does, by its age or by words that the newest before did not have. A story is proven by a
ring that was not there before, or by a story that says that it is younger than the tap.
"""

from dataclasses import dataclass, field
from typing import Final, NoReturn

from drover.apps import Screen, composer
from drover.apps.ages import VAGUE_S
from drover.apps.composer import Destination, Pending
from drover.apps.grid import Grid, one_more
from drover.apps.opened import Opened
from drover.apps.publishing import profile_grid
from drover.apps.upload import Upload
from drover.apps.view import View
from drover.phone.hierarchy import Hierarchy, Node
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.ending import fail_upload, refuse_while_uploading
from drover.scripts.publishing.instagram import opening
from drover.scripts.publishing.instagram.opening import Look
from drover.scripts.publishing.made import Made
from drover.scripts.publishing.publisher import Publication
from drover.scripts.publishing.watching import Marks, follow_upload
from drover.scripts.switcher import own_profile
from drover.wire.tasks import Reason

QUIET_S: Final = 3.0
"""How long the feed must say nothing of an upload before it counts as over."""
IGNORED_S: Final = 20.0
"""A form that stands this long after the tap did not take it."""
LOOKS_S: Final = 25.0
"""How long the own profile is looked at after an upload, at least."""
_AGAIN_S: Final = 8.0
_STEADY_S: Final = 10.0
_FEED_S: Final = 10.0
_BAR_S: Final = 5.0
_FORMS: Final = (Screen.POST_FORM, Screen.STORY_EDITOR, Screen.EDITOR)


@dataclass(frozen=True, kw_only=True)
class Before:
    """What stood there before: posts and story of the own profile, uploads that the feed had given up already.

    `newest` is the newest post in full, read only where posts cannot be counted; `at` is monotonic seconds.
    """

    grid: Grid = field(default_factory=Grid)
    story: bool | None = None
    picture: str = ""
    failed: tuple[str, ...] = ()
    author: str = ""
    newest: Opened | None = None
    at: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The own profile as it was read once."""

    grid: Grid
    story: bool | None
    picture: str
    author: str
    tree: Hierarchy


def survey(nav: Navigator) -> Before:
    """Read feed and profile before anything is published; raises ScriptFailed while an earlier upload runs."""
    own_profile(nav)
    pending = pending_on_feed(nav)
    if pending.running:
        refuse_while_uploading(nav)
    profile = read_profile(nav)
    newest = None if _counted(profile.grid) or profile.grid.newest is None else opening.newest(nav, profile.grid.newest)
    return Before(
        grid=profile.grid,
        story=profile.story,
        picture=profile.picture,
        failed=pending.failed,
        author=profile.author,
        newest=newest[0] if newest else None,
        at=nav.now(),
    )


def _counted(grid: Grid) -> bool:
    """Whether one post more would show in the number of posts."""
    return grid.said is not None and not grid.rounded


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
        author = sight.seen.handle or ""
        return Profile(grid=grid, story=now[1], picture=now[2], author=author, tree=sight.tree) if agreed else None

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
    made = Made(words=publication.caption.joined, author=before.author, tapped_at=nav.now(), surveyed_at=before.at)
    follow_upload(nav, _marks(nav, before), max(wait_s, IGNORED_S + 2))
    nav.ctx.step("looking for the post on the own profile", 90)
    end = max(end, nav.now() + LOOKS_S)
    if before.story if wanted is Destination.STORY else not _counted(before.grid):
        end = max(end, before.at + VAGUE_S + _AGAIN_S)
    return _on_profile(nav, wanted, before, made, end=end, wait_s=wait_s)


def _marks(nav: Navigator, before: Before) -> Marks:
    def said(sight: Sight) -> Upload:
        shown = composer.pending(View(nav.app, sight.tree))
        return Upload(running=shown.running, percent=shown.percent, failed=_failed(shown, before))

    return Marks(said=said, forms=_FORMS, button="Share", quiet_s=QUIET_S, ignored_s=IGNORED_S)


def _on_profile(
    nav: Navigator, wanted: Destination, before: Before, made: Made, *, end: float, wait_s: float
) -> Hierarchy:
    """Look at the own profile, and at the feed for an upload that goes on, until one of them decides."""
    while True:
        # Ending the app would end an upload with it.
        now = read_profile(nav, restart=False)
        if _proven(wanted, before, now):
            return now.tree
        look = _opened(nav, wanted, before, now, made)
        if look.proof is not None:
            return look.proof
        feed = pending_on_feed(nav)
        if failed := _failed(feed, before):
            fail_upload(nav, nav.look(), f"says “{failed}”")
        if nav.now() > end:
            _unproven(nav, wanted, before, busy=feed.running, wait_s=wait_s)
        if look.vague and nav.now() < before.at + VAGUE_S:
            _wait_until(nav, before.at + VAGUE_S)
        elif not feed.running:
            own_profile(nav, restart=False)
            nav.phone.swipe_down(now.tree)


def _proven(wanted: Destination, before: Before, now: Profile) -> bool:
    if wanted is Destination.STORY:
        described_anew = now.story is None and now.picture not in ("", before.picture)
        return before.story is False and (now.story is True or described_anew)
    # Without the number of posts the tiles that happen to be in sight would be compared: they prove nothing here.
    counted = before.grid.said is not None and now.grid.said is not None
    return counted and one_more(before.grid, now.grid)


def _opened(nav: Navigator, wanted: Destination, before: Before, now: Profile, made: Made) -> Look:
    """What the profile shows only in part, opened where its count or its ring cannot tell."""
    if wanted is Destination.STORY:
        return opening.look_at_stories(nav, now.tree, made) if before.story and now.story else Look()
    if (_counted(before.grid) and _counted(now.grid)) or now.grid.newest is None:
        return Look()
    return opening.look_at_newest(nav, now.grid.newest, before.newest, made)


def _wait_until(nav: Navigator, moment: float) -> None:
    """Something was only said to be new: from this moment on it can be told from what was there before."""
    nav.ctx.step("waiting until a new post can be told from an earlier one", 92)
    nav.reach(
        lambda sight: True if nav.now() >= moment else None,
        what="a moment to pass",
        timeout_s=moment - nav.now() + 5,
        patient=True,
    )


def _failed(shown: Pending, before: Before) -> str:
    """What the app says of an upload that failed; a row of one that had failed before this is somebody else's."""
    ours = len(shown.failed) > len(before.failed) and not shown.running
    return shown.failed[0] if ours else ""


def _unproven(nav: Navigator, wanted: Destination, before: Before, *, busy: bool, wait_s: float) -> NoReturn:
    nav.ctx.keep("unproven")
    where = f"{nav.app.name} on {nav.phone.serial}"
    if busy:
        why = f"{where} was still uploading after {wait_s:.0f} s (upload_wait_time); allow more time for large files."
        raise ScriptFailed(Reason.TIMEOUT, why)
    if wanted is Destination.STORY:
        seen = "none of its stories says that it is new" if before.story else "its ring does not show one"
        why = f"Whether {where} published the story cannot be told: {seen}. Look at the account before retrying."
        raise ScriptFailed(Reason.OUTCOME_UNKNOWN, why)
    seen = "shows no new post on the own profile"
    if not _counted(before.grid):
        seen = "shows no post on the own profile that can be told to be new (its number of posts is written short)"
    raise ScriptFailed(
        Reason.TIMEOUT,
        f"{where} {seen} after {wait_s:.0f} s (upload_wait_time); look at the account before retrying.",
    )
