"""What follow and unfollow share: get to the profile, know when there is nothing to do, find proof or its absence."""

from typing import Any, Final

import msgspec

from drover.apps import FollowState
from drover.scripts.context import Context, ScriptFailed
from drover.scripts.identity import become
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.profile_visit import ProfileSight, open_profile, read_profile
from drover.wire.scripts import FollowConfig
from drover.wire.tasks import Reason

CHANGE_S: Final = 8.0
LATE_LABEL_S: Final = 4.0
RELOADED_S: Final = 2.0

RECONCILED_REMARK: Final = (
    "The tap of an earlier attempt to {effect} @{target} had gone through; nothing more was tapped."
)


class RelationScript:
    """Implements Script for a button that must come to say something else; how it is tapped is `act`'s."""

    effect: str
    reconciles = True

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = msgspec.convert(config, FollowConfig)
        self.target = self.config.target_user
        self.profile: ProfileSight | None = None

    def wanted(self, state: FollowState) -> bool:
        """Whether the button already says what this script is for."""
        raise NotImplementedError

    def prepare(self, ctx: Context) -> bool:
        """Open the profile; False, with proof kept, if the wanted state stands already."""
        nav = Navigator(ctx)
        try:
            return self._prepare(nav)
        except NotReachedError as error:
            nav.fail_unreached(error)

    def _prepare(self, nav: Navigator) -> bool:
        ctx = nav.ctx
        if ctx.username:
            become(nav, ctx.username)
        profile = open_profile(nav, self.target, self.config.access_method)
        if ctx.reconcile and not self.wanted(profile.state):
            profile = self._look_again(nav, profile)
        ctx.step(f"the profile of @{self.target} says “{profile.button.label.label}”", 50)
        self.profile = profile
        if not self.wanted(profile.state):
            return True
        self._already(ctx, profile)
        return False

    def _look_again(self, nav: Navigator, profile: ProfileSight) -> ProfileSight:
        """An earlier attempt may have had its effect, and its label may be late: give it time, then reload."""
        nav.ctx.step("an earlier attempt may have done it: looking again", 45)
        if self._changed(nav, LATE_LABEL_S) is None:
            nav.phone.back()
        return open_profile(nav, self.target, self.config.access_method)

    def _already(self, ctx: Context, profile: ProfileSight) -> None:
        if ctx.reconcile:
            ctx.confirm(profile.tree)
        else:
            ctx.keep("already", profile.tree)
        ctx.remark = (
            RECONCILED_REMARK.format(effect=self.effect, target=self.target)
            if ctx.reconcile
            else (self.already_remark(profile.state))
        )
        ctx.step(ctx.remark, 95)

    def already_remark(self, state: FollowState) -> str:
        """One sentence for a task that found nothing to do."""
        raise NotImplementedError

    def commit(self, ctx: Context) -> None:
        """Cause the effect, once, from the profile as it stands right now."""
        nav = Navigator(ctx)
        try:
            self.act(nav)
        except NotReachedError as error:
            nav.fail_unreached(error)

    def act(self, nav: Navigator) -> None:
        """The taps of the effect, the visible one through `ctx.commit`; may raise NotReachedError."""
        raise NotImplementedError

    def verify(self, ctx: Context) -> None:
        """Wait for the button to change, reload once if it does not, and keep the proof."""
        nav = Navigator(ctx)
        ctx.step("waiting for the button to change", 80)
        try:
            proof = self._changed(nav, CHANGE_S) or self._reloaded(nav)
        except NotReachedError as error:
            nav.fail_unreached(error)
        ctx.step(f"@{self.target} says “{proof.button.label.label}” now", 95)
        ctx.remark = self.done_remark(proof.state)
        ctx.confirm(proof.tree)

    def done_remark(self, state: FollowState) -> str:
        """One sentence for a task that did it, empty where "completed" says it all."""
        return ""

    def _changed(self, nav: Navigator, timeout_s: float) -> ProfileSight | None:
        def decide(sight: Sight) -> ProfileSight | None:
            profile = read_profile(nav, sight, self.target)
            return profile if profile and self.wanted(profile.state) else None

        return nav.find(decide, what=f"the button of @{self.target} to change", timeout_s=timeout_s)

    def _reloaded(self, nav: Navigator) -> ProfileSight:
        """The profile loaded again; raises `rejected` if it still says what it said before the tap.

        That is no proof that nothing was done, since the label may be late: the effect stays unknown, and a retry looks
        first (policy/retry.py).
        """
        nav.ctx.step("the button did not change: loading the profile again", 85)
        profile = open_profile(nav, self.target, self.config.access_method)
        changed = profile if self.wanted(profile.state) else self._changed(nav, RELOADED_S)
        if changed is not None:
            return changed
        nav.ctx.keep("unchanged", profile.tree)
        private = profile.private and self.effect == "follow"
        raise ScriptFailed(
            Reason.PRIVATE if private else Reason.REJECTED,
            f"The tap to {self.effect} @{self.target} on {nav.phone.serial} shows no effect: the "
            f"{'private ' if private else ''}profile still says “{profile.button.label.label}” after loading it again; "
            "the app may be holding this account back, so wait some hours before retrying, which looks first.",
        )

    def fresh(self, nav: Navigator) -> ProfileSight:
        """The profile read again right before a tap: same user, same state, nothing in front."""
        return nav.reach(
            lambda sight: read_profile(nav, sight, self.target), what=f"the profile of @{self.target}", patient=True
        )
