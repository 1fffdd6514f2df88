"""Ways into the model of Instagram and through it; what a follow and an unfollow count; clones; faults per app."""

import pytest

from phonesim.contract import ActivityNotFoundError, Intent, UnknownFaultError
from tests.support.instagram_screens import MAIN, InstagramScreen
from tests.support.screens import ENTER, TIKTOK, VIEW

CLONE = "com.instagram.androie"


@pytest.fixture
def screen() -> InstagramScreen:
    return InstagramScreen()


def test_search_from_the_tab_to_a_profile(screen: InstagramScreen) -> None:
    screen.launch()
    screen.touch("search_tab")
    screen.touch("action_bar_search_edit_text")
    assert screen.display.keyboard_shown()
    assert screen.display.type_text("anna.b")
    assert not screen.by_id("row_search_user_username"), "what is typed brings accounts a moment later"
    screen.clock.pass_s(0.3)
    assert "anna.b" in [n["text"] for n in screen.by_id("row_search_user_username")]
    screen.display.key(ENTER)
    screen.clock.pass_s(0.3)
    assert (screen.name, screen.state["target"]) == ("instagram.search_results", "anna.b")
    found = [n["text"] for n in screen.by_id("row_search_user_username")]
    screen.touch("row_search_user_username", found.index("anna.b"))
    assert (screen.name, screen.state["target"]) == ("instagram.profile", "anna.b")


def test_a_search_without_the_user_brings_lookalikes_only(screen: InstagramScreen) -> None:
    screen.launch()
    screen.touch("search_tab")
    screen.touch("action_bar_search_edit_text")
    screen.display.type_text("missing_anna")
    screen.clock.pass_s(0.3)
    assert "missing_anna" not in [n["text"] for n in screen.by_id("row_search_user_username")]


@pytest.mark.parametrize(
    ("handle", "before", "after"),
    [
        ("anna.b", "Follow", "Following"),
        ("private_anna", "Follow", "Requested"),
        ("followsme_anna", "Follow back", "Following"),
    ],
)
def test_a_follow_is_counted_once(screen: InstagramScreen, handle: str, before: str, after: str) -> None:
    screen.profile(handle)
    assert [n["text"] for n in screen.by_id("profile_header_follow_button")] == [before]
    screen.touch("profile_header_follow_button")
    assert [n["text"] for n in screen.by_id("profile_header_follow_button")] == [after]
    assert screen.by_id("suggested_user_card_follow_button"), "suggested accounts open under the buttons"
    screen.touch("profile_header_follow_button")
    assert screen.name == "instagram.follow_sheet"
    assert screen.effects() == [("follow", handle, 1)]
    assert [(tap["app"], tap["kind"], tap["count"]) for tap in screen.state["taps"]] == [("instagram", "follow", 1)]


def test_what_is_followed_on_one_app_is_not_on_the_other(screen: InstagramScreen) -> None:
    screen.profile("anna.b")
    screen.touch("profile_header_follow_button")
    screen.open("https://www.tiktok.com/@anna.b")
    assert screen.all("Follow")
    assert [row["app"] for row in screen.state["relations"]] == ["instagram"]


@pytest.mark.parametrize("handle", ["followed_anna", "friend_anna", "requested_anna"])
def test_an_unfollow_takes_the_sheet(screen: InstagramScreen, handle: str) -> None:
    screen.profile(handle)
    screen.touch("profile_header_follow_button")
    assert screen.name == "instagram.follow_sheet"
    screen.touch("follow_sheet_unfollow_row")
    assert (screen.name, screen.effects()) == ("instagram.profile", [("unfollow", handle, 1)])


def test_a_private_user_is_asked_about_twice(screen: InstagramScreen) -> None:
    screen.profile("followed_private_anna")
    screen.touch("profile_header_follow_button")
    screen.touch("follow_sheet_unfollow_row")
    assert (screen.name, screen.effects()) == ("instagram.unfollow_dialog", [])
    screen.tap("Cancel")
    assert screen.effects() == []
    screen.touch("profile_header_follow_button")
    screen.touch("follow_sheet_unfollow_row")
    screen.touch("primary_button")
    assert screen.effects() == [("unfollow", "followed_private_anna", 1)]


def test_a_touch_beside_a_sheet_closes_it(screen: InstagramScreen) -> None:
    screen.profile("followed_anna")
    screen.touch("profile_header_follow_button")
    screen.display.tap(500, 200)
    assert (screen.name, screen.effects()) == ("instagram.profile", [])


def test_the_inline_button_of_a_reel_follows_its_author(screen: InstagramScreen) -> None:
    screen.launch()
    screen.touch("clips_tab")
    author = screen.by_id("clips_author_username")[0]["text"]
    screen.touch("inline_follow_button")
    assert screen.effects() == [("follow", author, 1)]


def test_accounts_are_switched_in_their_sheet(screen: InstagramScreen) -> None:
    screen.launch()
    screen.touch("profile_tab")
    screen.touch("action_bar_title")
    other = next(r["username"] for r in screen.state["accounts"] if r["app"] == "instagram" and not r["active"])
    screen.tap(other)
    assert (screen.name, screen.active) == ("instagram.feed", other)
    screen.touch("profile_tab")
    assert screen.by_id("action_bar_title")[0]["text"] == other
    assert next(r["active"] for r in screen.state["accounts"] if r["app"] == "tiktok"), "TikTok's is not touched"


def test_a_clone_has_accounts_of_its_own_and_opens_no_links(screen: InstagramScreen) -> None:
    assert CLONE not in screen.display.packages()
    screen.display.inject("clone", {"package": CLONE})
    assert CLONE in screen.display.packages()
    with pytest.raises(ActivityNotFoundError):
        screen.display.start_activity(Intent(action=VIEW, data="https://www.instagram.com/anna.b/", package=CLONE))
    screen.display.start_activity(Intent(action=MAIN, package=CLONE))
    assert screen.display.focus().package == CLONE
    screen.touch("search_tab")
    screen.touch("action_bar_search_edit_text")
    screen.display.type_text("anna.b")
    screen.clock.pass_s(0.3)
    found = [n["text"] for n in screen.by_id("row_search_user_username")]
    screen.touch("row_search_user_username", found.index("anna.b"))
    screen.touch("profile_header_follow_button")
    assert [(e["app"], e["kind"], e["target"]) for e in screen.state["effects"]] == [(CLONE, "follow", "anna.b")]
    screen.display.inject("clone", {"clear": True})
    assert CLONE not in screen.display.packages()
    assert screen.display.focus().package != CLONE


# Faults


@pytest.mark.parametrize(("app", "seen"), [("instagram", "instagram.captcha"), ("tiktok", "instagram.profile")])
def test_a_fault_can_be_meant_for_one_app(screen: InstagramScreen, app: str, seen: str) -> None:
    screen.display.inject("captcha", {"app": app})
    screen.profile("anna.b")
    assert screen.name == seen
    screen.display.start_activity(Intent(action=MAIN, package=TIKTOK))
    assert screen.name == ("tiktok.captcha" if app == "tiktok" else "tiktok.feed")


def test_a_fault_for_an_unknown_app_is_refused(screen: InstagramScreen) -> None:
    with pytest.raises(UnknownFaultError, match="tiktok, instagram"):
        screen.display.inject("captcha", {"app": "snap"})


def test_a_popup_of_instagram_waits_for_it(screen: InstagramScreen) -> None:
    screen.display.inject("popup", {"kind": "sticker"})
    screen.display.start_activity(Intent(action=MAIN, package=TIKTOK))
    assert screen.name == "tiktok.feed"
    screen.launch()
    assert screen.name == "instagram.popup.sticker"
    screen.tap("Not now")
    assert screen.name == "instagram.feed"


def test_a_challenge_loads_before_it_is_there(screen: InstagramScreen) -> None:
    screen.display.inject("captcha", {})
    screen.display.inject("challenge_loading", {"seconds": 5})
    screen.launch()
    assert screen.name == "instagram.challenge_loading"
    screen.clock.pass_s(5)
    assert screen.name == "instagram.captcha"


def test_older_versions_have_a_plus_among_the_tabs(screen: InstagramScreen) -> None:
    screen.launch()
    assert not screen.by_id("creation_tab")
    screen.display.inject("creation_tab", {})
    assert screen.by_id("creation_tab")
    assert not screen.by_id("direct_tab")
