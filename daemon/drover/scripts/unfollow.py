"""Unfollow one user. The commit tap is "Unfollow" on the sheet that the profile's button opens."""

from dataclasses import dataclass
from typing import Final

from drover.apps import FollowState, unfollow_row
from drover.phone.hierarchy import Node
from drover.scripts.navigation import Navigator, Sight
from drover.scripts.profile_visit import read_profile
from drover.scripts.relation import RelationScript

_SHEET_S: Final = 8.0
_QUESTION_S: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """What a tap opened: a row or button that unfollows, or nothing because it is done."""

    row: Node | None


class Unfollow(RelationScript):
    """Done when the button says Follow or Follow back."""

    effect = "unfollow"

    def wanted(self, state: FollowState) -> bool:
        return not state.follows

    def already_remark(self, state: FollowState) -> str:
        return f"Did not follow @{self.target}; nothing was tapped."

    def act(self, nav: Navigator) -> None:
        """Open the sheet and tap its row; friends and private accounts are asked a second time."""
        ctx = nav.ctx
        profile = self.fresh(nav)
        if self.wanted(profile.state):
            return
        ctx.step(f"opening the sheet to unfollow @{self.target}", 60)
        nav.tap(profile.button.target)
        opened = nav.reach(
            lambda sight: self._opened(nav, sight), what="the unfollow sheet", timeout_s=_SHEET_S, patient=True
        )
        row = opened.row
        if row is None:
            # This version asks nothing: the tap on the button was the effect itself.
            ctx.commit(f"unfollow @{self.target}, which the button did at once", lambda: None)
            return
        ctx.step(f"unfollowing @{self.target}", 70)
        tapped: list[Node] = []
        ctx.commit(f"unfollow @{self.target}", lambda: self._tap_row(nav, tapped))
        self._answer(nav, tapped[0])

    def _tap_row(self, nav: Navigator, tapped: list[Node]) -> None:
        """Aimed after the intent was recorded, which takes up to seconds: the sheet may have moved, or gone.

        The row goes to `tapped` before it is touched: a tap that may not have arrived counts too.
        """
        row = nav.reach(
            lambda sight: unfollow_row(nav.app, sight.tree), what="the unfollow sheet", timeout_s=_SHEET_S, patient=True
        )
        tapped.append(row)
        nav.ctx.phone.tap_once(row)

    def _opened(self, nav: Navigator, sight: Sight) -> _Opened | None:
        row = unfollow_row(nav.app, sight.tree)
        if row is not None:
            return _Opened(row=row)
        profile = read_profile(nav, sight, self.target)
        return _Opened(row=None) if profile and self.wanted(profile.state) else None

    def _answer(self, nav: Navigator, first: Node) -> None:
        """Answer the second question where one comes: another window with another button, never the same tap again."""

        def answer(sight: Sight) -> _Opened | None:
            opened = self._opened(nav, sight)
            return None if opened and opened.row and _same_row(opened.row, first) else opened

        opened = nav.find(answer, what="a second question", timeout_s=_QUESTION_S)
        if opened is not None and opened.row is not None:
            nav.ctx.step(f"confirming to unfollow @{self.target}", 75)
            nav.tap(opened.row)


def _same_row(one: Node, other: Node) -> bool:
    """A sheet that slides away moves its row and does not resize it."""
    size = (one.bounds.width, one.bounds.height)
    return one.label == other.label and size == (other.bounds.width, other.bounds.height)
