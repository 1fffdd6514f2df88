"""Each fault does what its line says, goes away when cleared, and never lets an effect through that it forbids."""

import pytest

from phonesim.apps.faults import POPUPS
from phonesim.contract import Intent, UnknownFaultError
from tests.support.screens import BACK, TIKTOK, VIEW, Screen


@pytest.mark.parametrize("kind", POPUPS)
def test_a_popup_shows_once_over_the_next_screen_and_back_closes_it(screen: Screen, kind: str) -> None:
    screen.display.inject("popup", {"kind": kind})
    screen.profile("demo_user")
    assert screen.name == f"tiktok.popup.{kind}"
    assert screen.state["faults"] == {}
    screen.display.key(BACK)
    assert screen.name == "tiktok.profile"
    screen.profile("other_user")
    assert screen.name == "tiktok.profile"


def test_a_popup_waits_and_repeats(screen: Screen) -> None:
    screen.display.inject("popup", {"kind": "rating", "after": 1, "repeat": 2})
    shown: list[str] = []
    for handle in ("a1", "a2", "a3", "a4"):
        screen.profile(handle)
        shown.append(screen.name.rpartition(".")[2])
    assert shown == ["profile", "rating", "rating", "profile"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [("not_now", "Not now"), ("notification", "Don’t allow"), ("save_login", "Not now"), ("rating", "Later")],
)
def test_a_popup_closes_by_its_own_button(screen: Screen, kind: str, words: str) -> None:
    screen.display.inject("popup", {"kind": kind})
    screen.profile("demo_user")
    screen.tap(words)
    assert screen.name == "tiktok.profile"


def test_the_notification_prompt_belongs_to_android(screen: Screen) -> None:
    screen.display.inject("popup", {"kind": "notification"})
    screen.launch()
    assert screen.one("Don’t allow")["package"] == "com.google.android.permissioncontroller"
    assert screen.display.focus().package == "com.google.android.permissioncontroller"
    assert screen.display.focus().activity.endswith("GrantPermissionsActivity")


def test_the_phone_number_sheet_lies_over_nodes_that_stay_in_the_tree(screen: Screen) -> None:
    screen.display.inject("popup", {"kind": "phone_number"})
    screen.profile("demo_user")
    assert screen.all("Follow"), "the page below stays listed"
    screen.tap("Follow")
    assert screen.effects() == []
    close = next(n for n in screen.nodes() if n["bounds"] == "[624,56][704,144]")
    screen.display.tap(*close.centre)
    assert screen.name == "tiktok.profile"


def test_the_unknown_popup_has_a_button_that_leads_nowhere(screen: Screen) -> None:
    screen.display.inject("unknown_popup", {})
    screen.launch()
    assert screen.name == "tiktok.popup.unknown"
    screen.tap("Pomura")
    assert screen.name == "tiktok.popup.unknown"
    screen.display.key(BACK)
    assert screen.name == "tiktok.feed"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("captcha", "Verify to continue:"),
        ("login_wall", "Log in to TikTok"),
        ("banned", "Your account was permanently banned"),
    ],
)
def test_a_blocker_stays_until_cleared(screen: Screen, fault: str, words: str) -> None:
    screen.profile("demo_user")
    screen.display.inject(fault, {})
    assert screen.all(words)
    assert not screen.all("Follow")
    screen.display.tap(170, 620)
    screen.profile("demo_user")
    assert screen.name == f"tiktok.{fault}"
    screen.display.inject(fault, {"clear": True})
    assert screen.all("Follow")
    assert screen.effects() == []


def test_the_limit_as_a_toast_is_seen_by_people_only(screen: Screen) -> None:
    screen.display.inject("follow_limit", {"as": "toast"})
    screen.profile("demo_user")
    before = screen.display.screenshot_png()
    screen.tap("Follow")
    assert not screen.all("You're following too fast")
    assert screen.state["toast"] == "You're following too fast"
    assert screen.display.screenshot_png() != before
    screen.clock.pass_s(4)
    assert screen.state["toast"] == ""


def test_moving_ends_by_itself_or_when_cleared(screen: Screen) -> None:
    assert not screen.display.is_moving()
    screen.display.inject("moving", {"seconds": 3})
    assert screen.display.is_moving()
    screen.clock.pass_s(3.1)
    assert not screen.display.is_moving()
    screen.display.inject("moving", {})
    screen.clock.pass_s(1e6)
    assert screen.display.is_moving()
    screen.display.inject("moving", {"clear": True})
    assert not screen.display.is_moving()


def test_mixed_language_leaves_buttons_and_changes_tabs() -> None:
    screen = Screen("fr")
    screen.display.inject("mixed_language", {})
    screen.launch()
    assert screen.all("For You")
    assert any(n["content-desc"].startswith("Suivre ") for n in screen.nodes())


@pytest.mark.parametrize(
    ("name", "params"),
    [("popups", {}), ("popup", {}), ("popup", {"kind": "nothing"}), ("captcha", {"when": "never"})],
)
def test_what_does_not_exist_is_refused_with_what_does(screen: Screen, name: str, params: dict[str, str]) -> None:
    with pytest.raises(UnknownFaultError, match=r"there are|happens"):
        screen.display.inject(name, params)


def test_every_fault_has_a_line(screen: Screen) -> None:
    for name, meaning in screen.display.faults().items():
        assert meaning, name
        params = {"kind": "rating"} if name == "popup" else {}
        screen.display.inject(name, params)
        assert name in screen.state["faults"]
        screen.display.inject(name, {"clear": True})
        assert name not in screen.state["faults"]


def test_faults_hold_across_a_stop(screen: Screen) -> None:
    screen.display.inject("login_wall", {})
    screen.display.force_stop(TIKTOK)
    screen.display.start_activity(Intent(action=VIEW, data="https://www.tiktok.com/@demo_user", package=TIKTOK))
    assert screen.name == "tiktok.login_wall"
