"""The recogniser over the screens of both simulated apps, in each language that they speak."""

from collections.abc import Mapping
from typing import Final

import pytest

from drover.apps import FollowState, Screen, accounts, follow_button, load, recognise, unfollow_row
from drover.phone.hierarchy import Hierarchy, parse
from tests.support.script_phone import DisplayPhone

LANGUAGES: Final = {"tiktok": ("en", "fr", "pt", "vi", "zh"), "instagram": ("en", "fr")}
PROFILES: Final[Mapping[str, Mapping[str, FollowState]]] = {
    "tiktok": {
        "anna.b": FollowState.FOLLOW,
        "followsme_anna": FollowState.FOLLOW_BACK,
        "followed_anna": FollowState.FOLLOWING,
        "friend_anna": FollowState.FRIENDS,
        "private_anna": FollowState.FOLLOW,
        "requested_anna": FollowState.REQUESTED,
        "suggests_anna": FollowState.FOLLOW,
        "suggests_friend_anna": FollowState.FRIENDS,
    },
    "instagram": {
        "anna.b": FollowState.FOLLOW,
        "followsme_anna": FollowState.FOLLOW_BACK,
        "followed_anna": FollowState.FOLLOWING,
        "friend_anna": FollowState.FOLLOWING,
        "private_anna": FollowState.FOLLOW,
        "requested_anna": FollowState.REQUESTED,
        "suggests_anna": FollowState.FOLLOW,
        "verified_anna": FollowState.FOLLOW,
        "followed_private_suggests_anna": FollowState.FOLLOWING,
    },
}
BLOCKERS: Final = {"captcha": Screen.CAPTCHA, "login_wall": Screen.LOGIN_WALL, "banned": Screen.DISABLED}
OWN_BLOCKERS: Final = {"verification": Screen.VERIFICATION, "challenge_loading": Screen.BLANK}
"""Those that only Instagram has."""
POPUPS: Final = ("not_now", "notification", "save_login", "update", "phone_number", "rating")
OWN_POPUPS: Final = ("sticker", "camera", "sharing_posts")
ASKS_TWICE: Final = {"tiktok": ("friend_anna", "followed_private_anna"), "instagram": ("followed_private_anna",)}


class Shown:
    """A simulated phone in one language and what is on it."""

    def __init__(self, platform: str, language: str) -> None:
        self.phone = DisplayPhone(language, platform=platform)
        self.app = load(platform)

    def link(self, url: str) -> "Shown":
        self.phone.open_link(url, self.phone.app_package)
        self.phone.clock.pass_s(0.4)
        return self

    def profile(self, handle: str) -> "Shown":
        return self.link(self.app.links["profile"].format(user=handle))

    @property
    def tree(self) -> Hierarchy:
        return parse(self.phone.display.hierarchy_xml())

    def screen(self) -> Screen:
        return recognise(self.app, self.tree).screen

    def followable(self) -> bool:
        return follow_button(self.app, self.tree) is not None

    def tap_button(self) -> None:
        button = follow_button(self.app, self.tree)
        assert button is not None
        self.phone.tap(button.target)

    def tap_unfollow(self) -> tuple[int, int, int, int]:
        """Where the row was that it tapped."""
        row = unfollow_row(self.app, self.tree)
        assert row is not None
        self.phone.tap(row)
        box = row.bounds
        return box.left, box.top, box.right, box.bottom


@pytest.fixture(params=[(app, language) for app, languages in LANGUAGES.items() for language in languages])
def shown(request: pytest.FixtureRequest) -> Shown:
    return Shown(*request.param)


def spoken(*apps: str) -> list[tuple[str, str]]:
    return [(app, language) for app in apps for language in LANGUAGES[app]]


@pytest.mark.parametrize("shown", spoken("tiktok"), indirect=True)
def test_feed_and_pages(shown: Shown) -> None:
    shown.phone.launch(shown.phone.app_package)
    assert (shown.screen(), shown.followable()) == (Screen.HOME_FEED, False)
    shown.link("snssdk1233://search?keyword=anna.b")
    assert (shown.screen(), shown.followable()) == (Screen.SEARCH_RESULTS, False)


def test_the_own_profile_is_read(shown: Shown) -> None:
    seen = recognise(shown.app, shown.profile(shown.phone.active).tree)
    assert (seen.screen, seen.handle, shown.followable()) == (Screen.OWN_PROFILE, shown.phone.active, False)


@pytest.mark.parametrize(
    ("shown", "handle", "state"),
    [
        pytest.param((app, language), *profile, id=f"{app}-{language}-{profile[0]}")
        for app, language in spoken(*LANGUAGES)
        for profile in PROFILES[app].items()
    ],
    indirect=["shown"],
)
def test_profiles(shown: Shown, handle: str, state: FollowState) -> None:
    shown.profile(handle)
    seen = recognise(shown.app, shown.tree)
    assert (seen.screen, seen.handle) == (Screen.OTHER_PROFILE, handle)
    button = follow_button(shown.app, shown.tree)
    assert button is not None
    assert (button.state, button.target.clickable) == (state, True)
    if shown.app.platform == "instagram":
        assert button.target.id.rpartition("/")[2] == "profile_header_follow_button"


def test_profile_while_it_loads(shown: Shown) -> None:
    shown.phone.open_link(shown.app.links["profile"].format(user="slow_anna"), shown.phone.app_package)
    assert shown.screen() is Screen.PROFILE_LOADING


@pytest.mark.parametrize("handle", ["missing_anna", "banned_anna"])
def test_no_such_user(shown: Shown, handle: str) -> None:
    assert shown.profile(handle).screen() is Screen.USER_NOT_FOUND
    assert not shown.followable()


@pytest.mark.parametrize("handle", ["followed_anna", "friend_anna", "requested_anna", "followed_private_anna"])
def test_unfollow_sheet(shown: Shown, handle: str) -> None:
    shown.profile(handle).tap_button()
    assert (shown.screen(), shown.followable()) == (Screen.UNFOLLOW_SHEET, False)
    first = shown.tap_unfollow()
    if handle in ASKS_TWICE[shown.app.platform]:
        assert shown.screen() is Screen.UNFOLLOW_SHEET
        assert shown.tap_unfollow() != first
    assert shown.phone.effects() == [("unfollow", handle, 1)]


@pytest.mark.parametrize(
    ("shown", "fault", "screen"),
    [
        *((key, *row) for key in spoken("tiktok", "instagram") for row in BLOCKERS.items()),
        *((key, *row) for key in spoken("instagram") for row in OWN_BLOCKERS.items()),
    ],
    indirect=["shown"],
)
def test_blockers(shown: Shown, fault: str, screen: Screen) -> None:
    shown.phone.fault(fault)
    assert (shown.profile("anna.b").screen(), shown.followable()) == (screen, False)


def test_limit(shown: Shown) -> None:
    shown.phone.fault("follow_limit")
    shown.profile("anna.b").tap_button()
    assert shown.screen() is Screen.RESTRICTION


@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        *((key, kind) for key in spoken("tiktok", "instagram") for kind in POPUPS),
        *((key, kind) for key in spoken("instagram") for kind in OWN_POPUPS),
    ],
    indirect=["shown"],
)
def test_popups_go_when_treated_as_told(shown: Shown, kind: str) -> None:
    shown.phone.fault("popup", kind=kind)
    popup = recognise(shown.app, shown.profile("anna.b").tree).popup
    assert popup is not None
    if popup.dismiss is None:
        shown.phone.back()
    else:
        shown.phone.tap(popup.dismiss)
    seen = recognise(shown.app, shown.tree)
    assert (seen.screen, seen.popup) == (Screen.OTHER_PROFILE, None)


def test_account_switcher(shown: Shown) -> None:
    shown.profile(shown.phone.active)
    title = next(node for node in shown.tree.nodes if node.text == shown.phone.active)
    shown.phone.tap(title)
    assert shown.screen() is Screen.ACCOUNT_SWITCHER
    rows = accounts(shown.app, shown.tree)
    assert [(row.username, row.active) for row in rows] == [
        (row["username"], row["active"]) for row in shown.phone.accounts
    ]
