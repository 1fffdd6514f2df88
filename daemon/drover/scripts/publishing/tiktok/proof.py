"""What proves a post on TikTok: the app shows it in full, made only since the tap, or the own profile has one more.

Having left the editor proves nothing, and neither does an upload that was seen to run.
"""

from typing import Final, NoReturn

from drover.apps import Screen
from drover.apps.grid import Grid, one_more
from drover.apps.publish_controls import (
    fresh_post,
    older_post,
    post_button,
    profile_grid,
    upload,
    upload_on_profile,
    upload_over_feed,
)
from drover.apps.upload import Upload
from drover.phone.hierarchy import Hierarchy, Node
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.failures import fail_still_uploading, refuse_while_uploading
from drover.scripts.publishing.new_post import Made
from drover.scripts.publishing.outcome import find_outcome
from drover.scripts.publishing.publisher import Publication
from drover.scripts.publishing.survey import PROFILE, Survey, read_feed
from drover.scripts.publishing.upload_watch import Followed, Marks, follow_upload
from drover.scripts.publishing.verdict import fewer_failures
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


def survey(nav: Navigator) -> Survey:
    """Profile and feed before anything is published; raises ScriptFailed while an earlier upload runs."""
    before = _read_profile(nav).with_feed(_read_feed(nav))
    if before.running:
        refuse_while_uploading(nav)
    return before


def _read_feed(nav: Navigator) -> Upload | None:
    return read_feed(nav, lambda view: upload_over_feed(view.app, view.hierarchy))


def _read_profile(nav: Navigator, *, restart: bool = True) -> Survey:
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

    def read(self, sight: Sight) -> Survey | None:
        grid = profile_grid(self._nav.app, sight.tree)
        if grid is None or grid != self._grid or "loading" in sight.seen.details:
            self._grid, self._since = grid, self._nav.now()
            return None
        stood = self._nav.now() - self._since
        if not grid.views and stood < EMPTY_S:
            return None
        return Survey(
            grid=grid,
            uploads={PROFILE: upload_on_profile(self._nav.app, sight.tree)},
            author=sight.seen.handle or "",
            at=self._nav.now(),
            tree=sight.tree,
        )


def find_proof(nav: Navigator, publication: Publication, before: Survey) -> Hierarchy:
    """The hierarchy that proves the post; raises ScriptFailed, `upload_failed` or `rejected` as `find_outcome` does."""
    wait_s = float(publication.config.upload_wait_time)
    end = nav.now() + wait_s
    made = Made(words=publication.caption.joined, author=before.author, tapped_at=nav.now(), surveyed_at=before.at)
    marks = _marks(nav, made)
    followed = follow_upload(nav, marks, wait_s)
    shown = _shown_at_once(nav, made, before, followed)
    if shown is not None:
        nav.ctx.step("the app shows the new post", 92)
        return shown
    nav.ctx.step("looking for the post on the own profile", 90)
    witness = _Witness(before, made, wait_s)
    return find_outcome(nav, witness, before, followed, marks, end=max(end, nav.now() + LOOKS_S))


def _shown_at_once(nav: Navigator, made: Made, before: Survey, followed: Followed) -> Hierarchy | None:
    """What the app showed when the upload was over, if it is the post, and no failure contradicts it."""
    contradicted = followed.failed and not before.failures
    if followed.sight is None or contradicted or not _shows(nav, made, followed.sight):
        return None
    return followed.sight.tree


def _shows(nav: Navigator, made: Made, sight: Sight, *, opened: bool = False) -> bool:
    since = made.since(nav.now())
    return fresh_post(nav.app, sight.tree, words=made.words, author=made.author, since=since, opened=opened)


def _marks(nav: Navigator, made: Made) -> Marks:
    """A form that spins is still busy with the tap; one without its button does not stand as it did."""
    return Marks(
        upload=lambda sight: upload(nav.app, sight.tree),
        forms=_FORMS,
        button="Post",
        quiet_s=QUIET_S,
        ignored_s=IGNORED_S,
        working=lambda sight: "loading" in sight.seen.details,
        standing=lambda sight: post_button(nav.app, sight.tree) is not None,
        proven=lambda sight: _shows(nav, made, sight),
    )


class _Witness:
    """Implements Witness: one post more on the own profile and no upload.

    Where the tiles cannot tell, because none has been viewed yet, the newest is opened: it says how old it is.
    """

    def __init__(self, before: Survey, made: Made, wait_s: float) -> None:
        self._before, self._made, self._wait_s = before, made, wait_s

    def profile(self, nav: Navigator) -> Survey:
        return _read_profile(nav, restart=False)

    def feed(self, nav: Navigator) -> Upload | None:
        return _read_feed(nav)

    def proof(self, nav: Navigator, now: Survey) -> Hierarchy | None:
        """The newest post in full, or the profile that has one more; not where the newest says that it is older."""
        if now.running or now.grid.newest is None:
            return None
        counted = one_more(self._before.grid, now.grid) and not fewer_failures(self._before, now)
        fresh, older = self._open_newest(nav, now.grid.newest)
        return fresh or (now.tree if counted and not older else None)

    def _open_newest(self, nav: Navigator, tile: Node) -> tuple[Hierarchy | None, bool]:
        """The newest post in full if it is ours and seconds old; whether it is one that was there before."""
        nav.tap(tile)
        try:
            shown = nav.reach(
                lambda sight: sight if _shows(nav, self._made, sight, opened=True) else None,
                what="the newest post in full",
                timeout_s=OPEN_S,
                patient=True,
            )
        except NotReachedError as error:
            if error.last.seen.screen is not Screen.OWN_PROFILE:
                nav.phone.back()
            return None, older_post(nav.app, error.last.tree, since=self._made.since(nav.now()))
        return shown.tree, False

    def again(self, nav: Navigator, now: Survey) -> None:
        own_profile(nav, restart=False)
        nav.phone.swipe_down(nav.look().tree)

    def unproven(self, nav: Navigator, now: Survey) -> NoReturn:
        if now.running:
            fail_still_uploading(nav, self._wait_s)
        raise ScriptFailed(
            Reason.TIMEOUT,
            f"{nav.app.name} on {nav.phone.serial} shows no new post on the own profile after {self._wait_s:.0f} s "
            "(upload_wait_time); allow more time for large files.",
        )
