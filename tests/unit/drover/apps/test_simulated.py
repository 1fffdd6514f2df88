"""The recogniser over the screens of the simulated app, in each language that it speaks."""

import pytest

from drover.apps import App, FollowState, Screen, accounts, follow_button, load, recognise, unfollow_row
from drover.phone.hierarchy import Hierarchy, parse
from tests.support.screens import TIKTOK
from tests.support.script_phone import DisplayPhone

LANGUAGES = ("en", "fr", "pt", "vi", "zh")
APP: App = load("tiktok")


class Shown:
    """A simulated phone in one language and what is on it."""

    def __init__(self, language: str) -> None:
        self.phone = DisplayPhone(language)

    def link(self, url: str) -> "Shown":
        self.phone.open_link(url, TIKTOK)
        self.phone.clock.pass_s(0.4)
        return self

    def profile(self, handle: str) -> "Shown":
        return self.link(f"https://www.tiktok.com/@{handle}")

    @property
    def tree(self) -> Hierarchy:
        return parse(self.phone.display.hierarchy_xml())

    def screen(self) -> Screen:
        return recognise(APP, self.tree).screen

    def tap_button(self) -> None:
        button = follow_button(APP, self.tree)
        assert button is not None
        self.phone.tap(button.target)


@pytest.fixture(params=LANGUAGES)
def shown(request: pytest.FixtureRequest) -> Shown:
    return Shown(str(request.param))


def test_feed_and_pages(shown: Shown) -> None:
    shown.phone.launch(TIKTOK)
    assert shown.screen() is Screen.HOME_FEED
    assert follow_button(APP, shown.tree) is None
    shown.link("snssdk1233://search?keyword=anna.b")
    assert shown.screen() is Screen.SEARCH_RESULTS
    assert follow_button(APP, shown.tree) is None
    shown.profile(shown.phone.active)
    assert shown.screen() is Screen.OWN_PROFILE
    assert follow_button(APP, shown.tree) is None


@pytest.mark.parametrize(
    ("handle", "state"),
    [
        ("anna.b", FollowState.FOLLOW),
        ("followsme_anna", FollowState.FOLLOW_BACK),
        ("followed_anna", FollowState.FOLLOWING),
        ("friend_anna", FollowState.FRIENDS),
        ("private_anna", FollowState.FOLLOW),
        ("requested_anna", FollowState.REQUESTED),
        ("suggests_anna", FollowState.FOLLOW),
        ("suggests_friend_anna", FollowState.FRIENDS),
    ],
)
def test_profiles(shown: Shown, handle: str, state: FollowState) -> None:
    shown.profile(handle)
    seen = recognise(APP, shown.tree)
    assert (seen.screen, seen.handle) == (Screen.OTHER_PROFILE, handle)
    button = follow_button(APP, shown.tree)
    assert button is not None
    assert (button.state, button.target.clickable) == (state, True)


def test_profile_while_it_loads(shown: Shown) -> None:
    shown.phone.open_link("https://www.tiktok.com/@slow_anna", TIKTOK)
    assert shown.screen() is Screen.PROFILE_LOADING


@pytest.mark.parametrize("handle", ["missing_anna", "banned_anna"])
def test_nobody_there(shown: Shown, handle: str) -> None:
    assert shown.profile(handle).screen() is Screen.USER_NOT_FOUND


@pytest.mark.parametrize("handle", ["followed_anna", "friend_anna", "requested_anna", "followed_private_anna"])
def test_unfollow_sheet(shown: Shown, handle: str) -> None:
    shown.profile(handle).tap_button()
    assert shown.screen() is Screen.UNFOLLOW_SHEET
    assert follow_button(APP, shown.tree) is None
    first = unfollow_row(APP, shown.tree)
    assert first is not None
    shown.phone.tap(first)
    if handle in ("friend_anna", "followed_private_anna"):
        second = unfollow_row(APP, shown.tree)
        assert second is not None
        assert second.bounds != first.bounds
        shown.phone.tap(second)
    assert shown.phone.effects() == [("unfollow", handle, 1)]


@pytest.mark.parametrize(
    ("fault", "screen"),
    [("captcha", Screen.CAPTCHA), ("login_wall", Screen.LOGIN_WALL), ("banned", Screen.DISABLED)],
)
def test_blockers(shown: Shown, fault: str, screen: Screen) -> None:
    shown.phone.fault(fault)
    assert shown.profile("anna.b").screen() is screen
    assert follow_button(APP, shown.tree) is None


def test_limit(shown: Shown) -> None:
    shown.phone.fault("follow_limit")
    shown.profile("anna.b").tap_button()
    assert shown.screen() is Screen.RESTRICTION


@pytest.mark.parametrize("kind", ["not_now", "notification", "save_login", "update", "phone_number", "rating"])
def test_popups_go_when_treated_as_told(shown: Shown, kind: str) -> None:
    shown.phone.fault("popup", kind=kind)
    popup = recognise(APP, shown.profile("anna.b").tree).popup
    assert popup is not None
    if popup.dismiss is None:
        shown.phone.back()
    else:
        shown.phone.tap(popup.dismiss)
    seen = recognise(APP, shown.tree)
    assert (seen.screen, seen.popup) == (Screen.OTHER_PROFILE, None)


def test_account_switcher(shown: Shown) -> None:
    shown.profile(shown.phone.active)
    title = next(node for node in shown.tree.nodes if node.text == shown.phone.active)
    shown.phone.tap(title)
    assert shown.screen() is Screen.ACCOUNT_SWITCHER
    rows = accounts(APP, shown.tree)
    assert [(row.username, row.active) for row in rows] == [
        (row["username"], row["active"]) for row in shown.phone.state["accounts"] if row["app"] == "tiktok"
    ]
