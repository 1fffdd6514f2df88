"""Follow one user. The commit tap is the button of their profile."""

from drover.apps import FollowState
from drover.scripts.navigation import Navigator
from drover.scripts.relation import RelationScript


class Follow(RelationScript):
    """Done when the button says Following, Friends or, for private accounts, Requested."""

    effect = "follow"

    def wanted(self, state: FollowState) -> bool:
        return state.follows

    def already_remark(self, state: FollowState) -> str:
        if state is FollowState.REQUESTED:
            return f"Had already asked to follow @{self.target}, whose account is private; nothing was tapped."
        return f"Already followed @{self.target}; nothing was tapped."

    def done_remark(self, state: FollowState) -> str:
        if state is FollowState.REQUESTED:
            return f"Asked to follow @{self.target}: the account is private and has to accept the request."
        return ""

    def act(self, nav: Navigator) -> None:
        """Tap Follow."""
        if self.wanted(self.fresh(nav).state):
            # Someone followed between looking and tapping: a tap now would ask to unfollow.
            return
        nav.ctx.step(f"following @{self.target}", 60)
        nav.ctx.commit(f"follow @{self.target}", lambda: self._tap(nav))

    def _tap(self, nav: Navigator) -> None:
        """Recording the intent takes up to seconds, in which the screen may move: the tap is aimed after it."""
        profile = self.fresh(nav)
        if not self.wanted(profile.state):
            nav.ctx.phone.tap_once(profile.button.target)
