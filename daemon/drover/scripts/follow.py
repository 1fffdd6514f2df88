"""Follow one user. The commit tap is the button of their profile."""

from drover.apps import FollowState
from drover.scripts.context import Context
from drover.scripts.navigation import Navigator, NotReachedError
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

    def commit(self, ctx: Context) -> None:
        """Tap Follow, once, on the profile as it stands right now."""
        nav = Navigator(ctx)
        try:
            profile = self.fresh(nav)
        except NotReachedError as lost:
            nav.fail_unreached(lost)
        if self.wanted(profile.state):
            # Somebody followed between looking and tapping: a tap now would ask to unfollow.
            return
        ctx.step(f"following @{self.target}", 60)
        ctx.commit(f"follow @{self.target}", lambda: ctx.phone.tap_once(profile.button.target))
