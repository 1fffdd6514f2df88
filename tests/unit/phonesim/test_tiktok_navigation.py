"""Ways into the model and through it: links, launcher, back stack, search and its text field, accounts."""

import pytest

from phonesim.contract import ActivityNotFoundError, Intent
from tests.support.screens import BACK, DEL, ENTER, TIKTOK, VIEW, Screen

MAIN = "android.intent.action.MAIN"


@pytest.mark.parametrize(
    "intent",
    [
        Intent(action=VIEW, data="https://example.org/", package=TIKTOK),
        Intent(action=VIEW, data="unknown://x"),
        Intent(action=MAIN, component="org.nobody/.Main"),
    ],
)
def test_what_nothing_opens_is_an_error(screen: Screen, intent: Intent) -> None:
    with pytest.raises(ActivityNotFoundError, match="unable to resolve Intent"):
        screen.display.start_activity(intent)


def test_a_profile_loads_for_a_moment(screen: Screen) -> None:
    screen.display.start_activity(Intent(action=VIEW, data="https://www.tiktok.com/@demo_user"))
    assert screen.name == "tiktok.profile_loading"
    assert not screen.all("Follow")
    screen.clock.pass_s(0.3)
    assert screen.all("Follow")


def test_the_system_s_own_back_button_works(screen: Screen) -> None:
    screen.profile("demo_user")
    screen.tap("Back")
    assert screen.name == "tiktok.feed"


def test_force_stop_forgets_the_stack_but_not_the_place_in_the_feed(screen: Screen) -> None:
    screen.launch()
    first = screen.one("Like")["bounds"], screen.words()
    screen.display.swipe(360, 1200, 360, 300)
    second = screen.words()
    assert second != first[1]
    screen.display.force_stop(TIKTOK)
    assert screen.name == "launcher"
    screen.launch()
    assert screen.words() == second


def test_a_swipe_down_goes_back_to_the_video_before(screen: Screen) -> None:
    screen.launch()
    first = screen.words()
    screen.display.swipe(360, 1200, 360, 300)
    screen.display.swipe(360, 300, 360, 1200)
    assert screen.words() == first


def test_the_badge_on_the_feed_follows_the_author(screen: Screen) -> None:
    screen.launch()
    badge = next(n for n in screen.nodes() if n["content-desc"].startswith("Follow ") and n["clickable"] == "true")
    screen.display.tap(*badge.centre)
    ((kind, target, count),) = screen.effects()
    assert (kind, count) == ("follow", 1)
    assert target
    assert not any(n["content-desc"].startswith("Follow ") for n in screen.nodes())


def open_search(screen: Screen) -> None:
    screen.launch()
    magnifier = next(n for n in screen.nodes() if n["resource-id"].endswith("/irz"))
    screen.display.tap(*magnifier.centre)


def test_search_by_typing_and_enter(screen: Screen) -> None:
    open_search(screen)
    assert screen.display.keyboard_shown()
    assert any(n["package"] == "com.android.inputmethod.latin" for n in screen.nodes())
    assert screen.display.type_text("annax")
    screen.display.key(DEL)
    assert screen.one("anna")["class"] == "android.widget.EditText"
    screen.display.key(ENTER)
    screen.clock.pass_s(0.3)
    assert (screen.name, screen.state["target"]) == ("tiktok.search_results", "anna")
    assert not screen.display.keyboard_shown()


def test_users_are_found_exactly_and_among_lookalikes(screen: Screen) -> None:
    screen.open("snssdk1233://search?keyword=anna.b")
    screen.tap("Users")
    screen.clock.pass_s(0.3)
    handles = [words for words in screen.words() if words.startswith("@")]
    assert "@anna.b" in handles
    assert len(handles) >= 4
    screen.tap("@anna.b")
    screen.clock.pass_s(0.3)
    assert (screen.name, screen.state["target"]) == ("tiktok.profile", "anna.b")
    assert screen.effects() == []


def test_who_does_not_exist_is_found_only_as_lookalikes(screen: Screen) -> None:
    screen.open("snssdk1233://search?keyword=missing_anna")
    screen.tap("Users")
    screen.clock.pass_s(0.3)
    assert "@missing_anna" not in screen.words()


def test_text_goes_nowhere_without_a_field(screen: Screen) -> None:
    screen.profile("demo_user")
    assert not screen.display.type_text("anna")
    assert not screen.display.set_text_at(360, 600, "anna")


def test_set_text_replaces_what_is_there(screen: Screen) -> None:
    open_search(screen)
    screen.display.type_text("old")
    field = next(n for n in screen.nodes() if n["class"].endswith("EditText"))
    assert screen.display.set_text_at(*field.centre, "né à Zürich 😀")
    assert screen.one("né à Zürich ..")["class"].endswith("EditText")


def test_back_hides_the_keyboard_first(screen: Screen) -> None:
    open_search(screen)
    screen.display.key(BACK)
    assert (screen.name, screen.display.keyboard_shown()) == ("tiktok.search", False)
    field = next(n for n in screen.nodes() if n["class"].endswith("EditText"))
    screen.display.tap(*field.centre)
    assert screen.display.keyboard_shown()
    assert next(n for n in screen.nodes() if n["class"].endswith("EditText"))["focused"] == "true"


def test_the_keyboard_itself_can_be_touched(screen: Screen) -> None:
    open_search(screen)
    area = next(n for n in screen.nodes() if n["resource-id"] == "android:id/inputArea").bounds
    screen.display.tap(60, area[1] + 60)
    assert screen.one("1")["class"].endswith("EditText")


def test_the_account_switcher_switches_and_asks_to_save_the_login(screen: Screen) -> None:
    screen.open("https://www.tiktok.com/@demo_sim0001")
    screen.tap("demo_sim0001")
    rows = [n for n in screen.nodes() if n["class"].endswith("Button") and n["content-desc"].endswith("_sim0001")]
    assert rows[0]["selected"] == "true"
    other = rows[1]["content-desc"]
    screen.tap(other)
    assert screen.name == "tiktok.popup.save_login"
    assert {"app": "tiktok", "username": other, "active": True} in screen.state["accounts"]
    screen.tap("Not now")
    screen.profile("demo_user")
    screen.tap("Follow")
    assert [e["account"] for e in screen.state["effects"]] == [other]


def test_relations_belong_to_an_account(screen: Screen) -> None:
    screen.profile("demo_user")
    screen.tap("Follow")
    screen.open("https://www.tiktok.com/@demo_sim0001")
    screen.tap("demo_sim0001")
    screen.tap("shop_sim0001")
    screen.display.key(BACK)
    screen.profile("demo_user")
    assert screen.row("Message") == ["Follow", "Message"]


@pytest.mark.parametrize("language", ["fr", "pt", "vi", "zh", "xx"])
def test_other_languages_follow_and_unfollow_by_their_own_words(language: str) -> None:
    screen = Screen(language)
    screen.profile("demo_user")
    follow = next(n for n in screen.nodes() if n["resource-id"].endswith("/fmp"))
    screen.display.tap(*follow.centre)
    assert screen.effects() == [("follow", "demo_user", 1)]


def test_the_french_phone_speaks_french() -> None:
    screen = Screen("fr-FR")
    screen.profile("demo_user")
    assert screen.row("Suivre") == ["Suivre", "Message"]
    screen.tap("Suivre")
    assert screen.row("Suivis") == ["Message", "Suivis "]
    screen.tap("Suivis", 1)
    screen.tap("Ne plus suivre")
    assert screen.effects() == [("follow", "demo_user", 1), ("unfollow", "demo_user", 1)]


def test_installed_packages_have_versions(screen: Screen) -> None:
    assert TIKTOK in screen.display.packages()
    assert screen.display.package_version(TIKTOK) == "43.1.4"
    assert screen.display.package_version("org.nobody") == ""


@pytest.mark.parametrize("tab", ["Friends", "Inbox", "Profile", "Home"])
def test_every_tab_opens_and_home_leads_back(screen: Screen, tab: str) -> None:
    screen.launch()
    screen.tap(tab)
    assert screen.words()
    screen.tap("Home")
    assert screen.name == "tiktok.feed"
