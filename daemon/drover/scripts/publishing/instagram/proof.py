"""What proves a post on Instagram: one more on the own profile, or the newest post or story opened.

Having left the editor proves nothing. A profile that counts one post more proves a post; where its count is written
short, the newest post opened does, by its age or by words that the newest before did not have. A story is proven by one
that says that it is younger than the tap, or, where none says its age, by a ring that was not there before.
"""

from dataclasses import dataclass, field, replace
from typing import Final, NoReturn

from drover.apps import Screen, composer
from drover.apps.ages import VAGUE_S
from drover.apps.composer import Destination
from drover.apps.grid import Grid, one_more
from drover.apps.opened_post import Opened
from drover.apps.publish_controls import profile_grid
from drover.apps.upload import Upload
from drover.apps.view import View
from drover.phone.hierarchy import Hierarchy
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, Sight
from drover.scripts.publishing.failures import fail_still_uploading, refuse_while_uploading
from drover.scripts.publishing.instagram import own_posts
from drover.scripts.publishing.instagram.own_posts import Look
from drover.scripts.publishing.new_post import Made
from drover.scripts.publishing.outcome import find_outcome
from drover.scripts.publishing.publisher import Publication
from drover.scripts.publishing.survey import PROFILE, Survey, read_feed
from drover.scripts.publishing.upload_watch import Marks, follow_upload
from drover.scripts.publishing.verdict import fewer_failures
from drover.scripts.sights import agreed
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
_FORMS: Final = (Screen.POST_FORM, Screen.STORY_EDITOR, Screen.EDITOR)


@dataclass(frozen=True, kw_only=True)
class Before:
    """What stood there before. `newest` is the newest post in full, read only where posts cannot be counted."""

    survey: Survey = field(default_factory=Survey)
    newest: Opened | None = None


def survey(nav: Navigator) -> Before:
    """Read feed and profile before anything is published; raises ScriptFailed while an earlier upload runs."""
    own_profile(nav)
    feed = _read_feed(nav)
    if feed is not None and feed.running:
        refuse_while_uploading(nav)
    before = _read_profile(nav).with_feed(feed)
    if before.running:
        refuse_while_uploading(nav)
    tile = before.grid.newest
    newest = None if _counted(before.grid) or tile is None else own_posts.newest(nav, tile)
    return Before(survey=before, newest=newest[0] if newest else None)


def _read_feed(nav: Navigator) -> Upload | None:
    return read_feed(nav, composer.pending, composer.at_top_of_feed)


def _counted(grid: Grid) -> bool:
    """Whether one post more would show in the number of posts."""
    return grid.posts is not None and not grid.rounded


def _read_profile(nav: Navigator, *, restart: bool = True) -> Survey:
    """Open the own profile and read posts and story; scrolled up if it was left where its count is out of sight.

    `restart` as in `own_profile`.
    """
    own_profile(nav, restart=restart)
    profile = _at_rest(nav)
    if profile.grid.posts is not None or profile.tree is None:
        return profile
    for _ in range(2):
        nav.phone.swipe_down(profile.tree)
    return _at_rest(nav)


def _at_rest(nav: Navigator) -> Survey:
    """The own profile once two looks in a row agree."""
    steady = agreed(lambda sight: _read(nav, sight), _alike)
    return nav.reach(steady, what="the posts of the own profile", timeout_s=_STEADY_S, patient=True)


def _alike(one: Survey, other: Survey) -> bool:
    return (one.grid, one.story, one.picture) == (other.grid, other.story, other.picture)


def _read(nav: Navigator, sight: Sight) -> Survey | None:
    grid = profile_grid(nav.app, sight.tree)
    if grid is None or "loading" in sight.seen.details:
        return None
    view = View(nav.app, sight.tree)
    return Survey(
        grid=grid,
        uploads={PROFILE: composer.pending_on_profile(view)},
        story=composer.has_story(view),
        picture=composer.own_picture(view),
        author=sight.seen.handle or "",
        at=nav.now(),
        tree=sight.tree,
    )


def find_proof(nav: Navigator, publication: Publication, wanted: Destination, before: Before) -> Hierarchy:
    """The hierarchy that proves the post; raises ScriptFailed, `upload_failed` or `rejected` as `find_outcome` does."""
    wait_s = float(publication.config.upload_wait_time)
    end, was = nav.now() + wait_s, before.survey
    made = Made(words=publication.caption.joined, author=was.author, tapped_at=nav.now(), surveyed_at=was.at)
    marks = _marks(nav)
    followed = follow_upload(nav, marks, max(wait_s, IGNORED_S + 2))
    nav.ctx.step("looking for the post on the own profile", 90)
    end = max(end, nav.now() + LOOKS_S)
    if wanted is Destination.STORY or not _counted(was.grid):
        end = max(end, was.at + VAGUE_S + _AGAIN_S)
    witness = _Witness(wanted, before, made, wait_s)
    return find_outcome(nav, witness, was, followed, marks, end=end)


def _marks(nav: Navigator) -> Marks:
    return Marks(
        upload=lambda sight: composer.pending(View(nav.app, sight.tree)),
        forms=_FORMS,
        button="Share",
        quiet_s=QUIET_S,
        ignored_s=IGNORED_S,
    )


class _Witness:
    """Implements Witness for one kind of post."""

    def __init__(self, wanted: Destination, before: Before, made: Made, wait_s: float) -> None:
        self._wanted, self._was, self._newest = wanted, before.survey, before.newest
        self._made, self._wait_s = made, wait_s
        self._vague = False

    def profile(self, nav: Navigator) -> Survey:
        return _read_profile(nav, restart=False)

    def feed(self, nav: Navigator) -> Upload | None:
        return _read_feed(nav)

    def proof(self, nav: Navigator, now: Survey) -> Hierarchy | None:
        look = self._story(nav, now) if self._wanted is Destination.STORY else self._post(nav, now)
        self._vague = look.vague
        return look.proof

    def _story(self, nav: Navigator, now: Survey) -> Look:
        """A story that can only have been made since; a ring that came where no story said how old it is."""
        if now.story is False or now.tree is None:
            return Look()
        look = own_posts.look_at_stories(nav, now.tree, self._made)
        if look.proof is not None or look.aged:
            return look
        described_anew = now.story is None and now.picture not in ("", self._was.picture)
        came = self._was.story is False and (now.story is True or described_anew)
        return replace(look, proof=now.tree if came and not fewer_failures(self._was, now) else None)

    def _post(self, nav: Navigator, now: Survey) -> Look:
        """One post more where posts are counted; else the newest, opened."""
        # Without the number of posts the tiles that happen to be in sight would be compared: they prove nothing here.
        counted = self._was.grid.posts is not None and now.grid.posts is not None
        more = counted and one_more(self._was.grid, now.grid) and not fewer_failures(self._was, now)
        if more:
            return Look(proof=now.tree)
        unchanged = _counted(self._was.grid) and _counted(now.grid) and not one_more(self._was.grid, now.grid)
        if unchanged or now.grid.newest is None:
            return Look()
        return own_posts.look_at_newest(nav, now.grid.newest, self._newest, self._made)

    def again(self, nav: Navigator, now: Survey) -> None:
        """Where something was only said to be new, it can be told from what was there before from a moment on."""
        if self._vague and nav.now() < self._was.at + VAGUE_S:
            _wait_until(nav, self._was.at + VAGUE_S)
        elif not now.running:
            own_profile(nav, restart=False)
            nav.phone.swipe_down(nav.look().tree)

    def unproven(self, nav: Navigator, now: Survey) -> NoReturn:
        where = f"{nav.app.name} on {nav.phone.serial}"
        if now.running:
            fail_still_uploading(nav, self._wait_s)
        if self._wanted is Destination.STORY:
            seen = "none of its stories says that it is new" if self._was.story else "its ring does not show one"
            why = f"Whether {where} published the story cannot be told: {seen}. Look at the account before retrying."
            raise ScriptFailed(Reason.OUTCOME_UNKNOWN, why)
        seen = "shows no new post on the own profile"
        if not _counted(self._was.grid):
            seen = "shows no post on the own profile that can be told to be new (its number of posts is written short)"
        raise ScriptFailed(
            Reason.TIMEOUT,
            f"{where} {seen} after {self._wait_s:.0f} s (upload_wait_time); look at the account before retrying.",
        )


def _wait_until(nav: Navigator, moment: float) -> None:
    nav.ctx.step("waiting until a new post can be told from an earlier one", 92)
    nav.reach(
        lambda sight: True if nav.now() >= moment else None,
        what="a moment to pass",
        timeout_s=moment - nav.now() + 5,
        patient=True,
    )
