"""Per app: its words, ids and links as data, and the recogniser that names what a hierarchy shows."""

from drover.apps.accounts import AccountRow
from drover.apps.handles import same_handle
from drover.apps.profile import FollowButton, FollowState
from drover.apps.recogniser import recognise
from drover.apps.screen_controls import (
    accounts,
    accounts_scrolled,
    follow_button,
    switcher_buttons,
    unfollow_row,
)
from drover.apps.screens import Blocker, Popup, Screen, Seen
from drover.apps.tables import PLATFORMS, App, for_package, load

__all__ = [
    "PLATFORMS",
    "AccountRow",
    "App",
    "Blocker",
    "FollowButton",
    "FollowState",
    "Popup",
    "Screen",
    "Seen",
    "accounts",
    "accounts_scrolled",
    "follow_button",
    "for_package",
    "load",
    "recognise",
    "same_handle",
    "switcher_buttons",
    "unfollow_row",
]
