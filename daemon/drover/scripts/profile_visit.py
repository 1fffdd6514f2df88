"""Opens a user's profile, directly or by search, and reads it: whose it is and what its button says.

A profile whose handle is not exactly the wanted one is never touched.
"""

from dataclasses import dataclass
from typing import Final, NoReturn

from drover.apps import FollowButton, FollowState, Screen, follow_button, same_handle
from drover.phone.engine import PhoneError
from drover.phone.hierarchy import Hierarchy
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.search import open_by_search
from drover.scripts.sights import describe, is_loading
from drover.wire.scripts import AccessMethod
from drover.wire.tasks import Reason

PROFILE_S: Final = 12.0
ELSEWHERE_S: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class ProfileSight:
    """The wanted user's profile as it was read once."""

    tree: Hierarchy
    button: FollowButton
    private: bool

    @property
    def state(self) -> FollowState:
        return self.button.state


def open_profile(nav: Navigator, target: str, method: AccessMethod) -> ProfileSight:
    """The profile of exactly this user; raises ScriptFailed, `user_not_found` among others."""
    if method == "direct" and not _links_work(nav):
        nav.ctx.step("a clone does not open links: searching instead", 20)
        method = "search"
    if method == "direct":
        try:
            return _directly(nav, target)
        except NotReachedError as error:
            if is_loading(error.last):
                raise
            nav.ctx.step(f"the link led to {describe(error.last)}: searching for @{target} instead", 20)
            nav.ctx.keep("link_went_elsewhere", error.last.tree)
        except PhoneError as error:
            if type(error) is not PhoneError:
                raise
            nav.ctx.step(f"the app does not open the link ({error}): searching for @{target} instead", 20)
    open_by_search(nav, target)
    return wait_for_profile(nav, target)


def wait_for_profile(nav: Navigator, target: str) -> ProfileSight:
    """Wait until the profile of exactly this user is shown with its button; raises NotReachedError.

    Another user's profile may be what was open before; it is given up on once it has stayed for a while.
    """
    others: list[float] = []

    def decide(sight: Sight) -> ProfileSight | None:
        profile = read_profile(nav, sight, target)
        if profile is None and _is_of_another(sight, target):
            others.append(nav.now())
            if others[-1] - others[0] > ELSEWHERE_S:
                raise NotReachedError(f"the profile of @{target}", sight)
        return profile

    return nav.bring(
        decide,
        page=lambda sight: _stands(sight, target),
        what=f"the profile of @{target}",
        timeout_s=PROFILE_S,
    )


def read_profile(nav: Navigator, sight: Sight, target: str) -> ProfileSight | None:
    """The profile if this is it; None for any other screen and any other user; raises if the user is not there."""
    seen = sight.seen
    if seen.screen is Screen.USER_NOT_FOUND:
        _not_found(nav, sight, target)
    if not same_handle(seen.handle, target):
        return None
    if seen.screen is Screen.OWN_PROFILE:
        raise ScriptFailed(
            Reason.REJECTED, f"@{target} is the account of {nav.phone.serial} itself; choose another target."
        )
    button = follow_button(nav.app, sight.tree)
    if button is None:
        return None
    return ProfileSight(tree=sight.tree, button=button, private="private" in seen.details)


def _stands(sight: Sight, target: str) -> bool:
    """Whether this is the user's profile, whose button may stand further down than the screen reaches.

    With its statistics out of sight, too, only its handle tells.
    """
    known = sight.seen.screen in (Screen.OTHER_PROFILE, Screen.PROFILE_LOADING, Screen.UNKNOWN)
    return known and same_handle(sight.seen.handle, target)


def _is_of_another(sight: Sight, target: str) -> bool:
    seen = sight.seen
    return seen.screen is Screen.OTHER_PROFILE and seen.handle is not None and not same_handle(seen.handle, target)


def _directly(nav: Navigator, target: str) -> ProfileSight:
    nav.ctx.step(f"opening the profile of @{target}", 20)
    nav.open_link(nav.app.links["profile"].format(user=target))
    return wait_for_profile(nav, target)


def _links_work(nav: Navigator) -> bool:
    return nav.app.clone_links or nav.ctx.package in nav.app.packages


def _not_found(nav: Navigator, sight: Sight, target: str) -> NoReturn:
    nav.ctx.keep("not_found", sight.tree)
    raise ScriptFailed(
        Reason.USER_NOT_FOUND,
        f"{nav.app.name} on {nav.phone.serial} says that @{target} does not exist; check the name.",
    )
