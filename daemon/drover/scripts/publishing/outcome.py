"""Finds out what became of a post: the app is surveyed until a survey proves one outcome. One loop for every app.

A proof that it was published ends it at once. That it was not needs a proof as well, which has to stand for a while;
without either the outcome stays unknown.
"""

from typing import Final, NoReturn, Protocol

from drover.apps.upload import Upload
from drover.phone.hierarchy import Hierarchy
from drover.scripts.navigation import Navigator
from drover.scripts.publishing.failures import fail_ignored, fail_kept, fail_upload
from drover.scripts.publishing.survey import Survey
from drover.scripts.publishing.upload_watch import Followed, Marks
from drover.scripts.publishing.verdict import kept_as_draft, newly_failed, untouched

STANDS_S: Final = 6.0
"""How long the proof of a failure must stand: an app may try again by itself."""


class Witness(Protocol):
    """How one app is read after the tap, and what proves a post there. Made for one attempt."""

    def profile(self, nav: Navigator) -> Survey:
        """The own profile; the app is not ended, because that would end an upload."""
        ...

    def feed(self, nav: Navigator) -> Upload | None:
        """What the home feed says of uploads."""
        ...

    def proof(self, nav: Navigator, now: Survey) -> Hierarchy | None:
        """What proves the post. Called while the profile is shown; may open what it shows."""
        ...

    def again(self, nav: Navigator, now: Survey) -> None:
        """Have the app load the profile again, or wait until looking again can tell more."""
        ...

    def unproven(self, nav: Navigator, now: Survey) -> NoReturn:
        """End without a proof in either direction."""
        ...


def find_outcome(
    nav: Navigator, witness: Witness, before: Survey, followed: Followed, marks: Marks, *, end: float
) -> Hierarchy:
    """The hierarchy that proves the post; `end` is when looking stops, in monotonic seconds.

    Raises ScriptFailed: `upload_failed` and `rejected` only where it is proven that nothing was published.
    """
    failing, ignored = _Standing(nav), _Standing(nav)
    feed_first = followed.failed or followed.discarded or before.failures > 0
    while True:
        feed = witness.feed(nav) if feed_first else None
        now = witness.profile(nav).with_feed(feed)
        # Where the app says that it failed, a post that looks new may be an earlier one's.
        proof = None if newly_failed(before, now) else witness.proof(nav, now)
        if proof is not None:
            return proof
        now = now if feed_first else now.with_feed(witness.feed(nav))
        says = newly_failed(before, now)
        if failing.long_enough(bool(says)):
            fail_upload(nav, says)
        if ignored.long_enough(followed.discarded and untouched(before, now)):
            fail_ignored(nav, marks.button)
        if nav.now() > end and not failing.begun and not ignored.begun:
            _give_up(nav, witness, before, now)
        feed_first = feed_first or bool(says)
        witness.again(nav, now)


def _give_up(nav: Navigator, witness: Witness, before: Survey, now: Survey) -> NoReturn:
    nav.ctx.keep("unproven")
    if kept_as_draft(before, now):
        fail_kept(nav)
    witness.unproven(nav, now)


class _Standing:
    """Since when something was true at every look."""

    def __init__(self, nav: Navigator) -> None:
        self._nav = nav
        self._since: float | None = None

    @property
    def begun(self) -> bool:
        return self._since is not None

    def long_enough(self, true: bool) -> bool:
        """Whether it is true and has been for STANDS_S."""
        if not true:
            self._since = None
            return False
        if self._since is None:
            self._since = self._nav.now()
        return self._nav.now() - self._since >= STANDS_S
