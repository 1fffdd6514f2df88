"""What scripts ask of a screen once it is named: its button, accounts and rows. Pure."""

from drover.apps.accounts import AccountRow, account_rows, listed_rows, switch_targets
from drover.apps.profile import FollowButton, action_button
from drover.apps.recogniser import recognise
from drover.apps.screens import Screen
from drover.apps.tables import App
from drover.apps.view import view_of
from drover.phone.hierarchy import Hierarchy, Node


def follow_button(app: App, hierarchy: Hierarchy) -> FollowButton | None:
    """The button for following, on another user's profile only; None on every other screen, and where a tap on it

    would land on something drawn over it.
    """
    seen = recognise(app, hierarchy)
    if Screen.OTHER_PROFILE not in (seen.screen, seen.behind):
        return None
    view = view_of(app, hierarchy)
    button = action_button(view)
    return None if button is None or view.covered(button.target) else button


def accounts(app: App, hierarchy: Hierarchy) -> list[AccountRow]:
    """The accounts of the app's account switcher; empty elsewhere."""
    on_sheet = recognise(app, hierarchy).screen is Screen.ACCOUNT_SWITCHER
    return account_rows(view_of(app, hierarchy)) if on_sheet else []


def accounts_scrolled(app: App, hierarchy: Hierarchy) -> list[AccountRow]:
    """The same for a switcher that was scrolled after it was recognised: its own words may be out of sight."""
    return listed_rows(view_of(app, hierarchy))


def switcher_buttons(app: App, hierarchy: Hierarchy) -> list[Node]:
    """What may open the account switcher, likeliest first; empty on every screen but the own profile."""
    on_own = recognise(app, hierarchy).screen is Screen.OWN_PROFILE
    return switch_targets(view_of(app, hierarchy)) if on_own else []


def unfollow_row(app: App, hierarchy: Hierarchy) -> Node | None:
    """What to tap on the unfollow sheet, or on the question after it; None elsewhere, and while it is covered."""
    if recognise(app, hierarchy).screen is not Screen.UNFOLLOW_SHEET:
        return None
    view = view_of(app, hierarchy)
    known = next(iter(view.with_id("unfollow")), None)
    # The question's headline repeats the word and is no button; the answer stands lowest.
    pairs = [] if known is not None else view.buttons("unfollow", "cancel_request")
    lowest = max((target for _, target in pairs), key=lambda node: node.bounds.top, default=None)
    row = lowest if known is None else view.target(known) or known
    return None if row is None or view.covered(row) else row
