"""After Post: what is published, what fails, what gets in the way, and the tile that is left."""

import io

import pytest
from PIL import Image

from tests.support.gallery import jpeg
from tests.support.screens import TIKTOK, Screen


@pytest.fixture
def screen() -> Screen:
    it = Screen()
    it.display.inject("share_lands_on", {"page": "form"})
    return it


def post(screen: Screen, name: str = "a.mp4") -> None:
    screen.share(screen.gallery.put(name))
    screen.tap("Post")


def grid(screen: Screen) -> list[str]:
    return [n["text"] for n in screen.nodes() if n["resource-id"].endswith("view_count")]


def test_the_newest_tile_is_what_was_posted(screen: Screen) -> None:
    screen.launch()
    screen.tap("Profile")
    before = grid(screen)
    screen.share(screen.gallery.put("red.jpg", jpeg("red")))
    screen.tap("Post")
    screen.tap("Profile")
    assert grid(screen)[0] == "0%"
    screen.clock.pass_s(1.6)
    assert grid(screen) == ["0", *before[:-1]]
    tile = next(n for n in screen.nodes() if n["resource-id"].endswith("cover"))
    with Image.open(io.BytesIO(screen.display.screenshot_png())) as picture:
        red, green, blue = picture.convert("RGB").getpixel(tile.centre)  # type: ignore[misc]
    assert red > 240
    assert max(green, blue) < 15


def test_a_tile_opens_its_post(screen: Screen) -> None:
    screen.share(screen.gallery.put("red.jpg"))
    screen.tap("Add a catchy title")
    screen.display.type_text("Look")
    screen.tap("Post")
    screen.clock.pass_s(4.5)
    screen.tap("Profile")
    tile = next(n for n in screen.nodes() if n["resource-id"].endswith("cover"))
    screen.display.tap(*tile.centre)
    assert screen.name == "tiktok.own_post"
    assert {"Look", "· 3s ago", "demo_sim0001"} <= set(screen.words())
    assert not [n for n in screen.nodes() if n["content-desc"].startswith("Follow ")]


def test_after_post_our_own_post_is_on_the_friends_tab(screen: Screen) -> None:
    post(screen)
    assert screen.name == "tiktok.friends"
    screen.clock.pass_s(2)
    assert "· 0s ago" in screen.words()
    screen.clock.pass_s(130)
    assert "· 2m ago" in screen.words()


def test_a_failed_upload_publishes_nothing_until_it_is_retried(screen: Screen) -> None:
    screen.display.inject("upload_failure", {})
    post(screen)
    screen.clock.pass_s(30)
    assert "Couldn't post" in screen.words()
    screen.tap("Profile")
    assert "Couldn't post" in screen.words()
    assert screen.effects() == []
    screen.display.inject("upload_failure", {"clear": True})
    screen.tap("Retry")
    screen.clock.pass_s(2)
    assert screen.effects() == [("post", "a.mp4", 1)]
    assert "Couldn't post" not in screen.words()


def test_a_failed_upload_that_is_closed_is_a_draft(screen: Screen) -> None:
    screen.display.inject("upload_failure", {})
    post(screen)
    screen.clock.pass_s(2)
    screen.tap("Close")
    screen.tap("Profile")
    assert grid(screen)[0] == "Drafts: 1"
    assert screen.effects() == []


def test_a_stuck_upload_stays_where_it_is(screen: Screen) -> None:
    screen.display.inject("upload_stuck", {})
    post(screen)
    screen.clock.pass_s(1000)
    assert "73%" in screen.words()
    assert screen.effects() == []


def test_a_slow_upload_takes_as_long_as_told(screen: Screen) -> None:
    screen.display.inject("upload_slow", {"seconds": 40})
    post(screen)
    screen.clock.pass_s(20)
    assert "50%" in screen.words()
    screen.clock.pass_s(19)
    assert screen.effects() == []
    screen.clock.pass_s(2)
    assert screen.effects() == [("post", "a.mp4", 1)]


@pytest.mark.parametrize(("seconds", "effects", "drafts"), [(0.5, 0, 1), (1.6, 1, 0)])
def test_ending_the_app_cuts_off_what_has_not_arrived(
    screen: Screen, seconds: float, effects: int, drafts: int
) -> None:
    post(screen)
    screen.clock.pass_s(seconds)
    screen.display.force_stop(TIKTOK)
    screen.clock.pass_s(60)
    assert (len(screen.effects()), len(screen.state["drafts"])) == (effects, drafts)


@pytest.mark.parametrize(("needed", "effects"), [(True, []), (False, [("post", "a.mp4", 1)])])
def test_a_file_that_goes_on_the_way_fails_only_an_upload_that_needs_it(
    screen: Screen, needed: bool, effects: list[tuple[str, str, int]]
) -> None:
    if needed:
        screen.display.inject("upload_needs_files", {})
    film = screen.gallery.put("a.mp4")
    screen.share(film)
    screen.tap("Post")
    screen.clock.pass_s(0.5)
    screen.gallery.remove(film)
    screen.clock.pass_s(5)
    assert screen.effects() == effects
    assert ("Couldn't post" in screen.words()) == needed


def test_a_second_question_publishes_only_when_answered(screen: Screen) -> None:
    screen.display.inject("publish_confirm", {})
    post(screen)
    screen.tap("Cancel")
    assert screen.name == "tiktok.post_form"
    screen.tap("Post")
    screen.tap("Publish now")
    screen.clock.pass_s(2)
    assert screen.effects() == [("post", "a.mp4", 1)]
    assert [(t["kind"], t["count"]) for t in screen.state["taps"]] == [("post", 2), ("publish_now", 1)]


def test_an_ignored_post_is_a_touch_and_no_post(screen: Screen) -> None:
    screen.display.inject("post_ignored", {})
    post(screen)
    screen.clock.pass_s(5)
    assert (screen.name, screen.effects()) == ("tiktok.post_form", [])
    assert [(t["kind"], t["count"]) for t in screen.state["taps"]] == [("post", 1)]


def test_the_limit_of_posts_says_so(screen: Screen) -> None:
    screen.display.inject("post_limit", {})
    post(screen)
    assert screen.name == "tiktok.post_limit"
    assert "Try again later" in screen.words()
    screen.tap("OK")
    assert (screen.name, screen.effects()) == ("tiktok.post_form", [])


def test_a_captcha_may_come_instead_of_the_post(screen: Screen) -> None:
    screen.display.inject("captcha", {"when": "post"})
    post(screen)
    screen.clock.pass_s(5)
    assert (screen.name, screen.effects()) == ("tiktok.captcha", [])


def test_prompts_after_post_are_other_apps_windows(screen: Screen) -> None:
    screen.display.inject("post_prompts", {})
    post(screen)
    assert screen.display.focus().package == "com.android.launcher3"
    screen.tap("Cancel")
    assert screen.display.focus().package == "com.google.android.permissioncontroller"
    screen.tap("Don’t allow")
    screen.clock.pass_s(2)
    assert (screen.name, screen.effects()) == ("tiktok.friends", [("post", "a.mp4", 1)])


def test_popups_come_over_the_pages_of_a_post(screen: Screen) -> None:
    screen.display.inject("popup", {"kind": "rating"})
    screen.share(screen.gallery.put("a.mp4"))
    assert screen.name == "tiktok.popup.rating"
    screen.tap("Later")
    assert screen.name == "tiktok.post_form"


def test_each_account_keeps_its_posts(screen: Screen) -> None:
    post(screen)
    screen.clock.pass_s(2)
    screen.tap("Profile")
    screen.tap("demo_sim0001")
    screen.tap(next(row["username"] for row in screen.state["accounts"] if not row["active"]))
    screen.tap("Not now")
    screen.tap("Friends")
    assert "· 2s ago" not in screen.words()
    assert [row["account"] for row in screen.state["posts"]] == ["demo_sim0001"]


def test_what_failed_stays_through_later_posts_and_ends_of_the_app(screen: Screen) -> None:
    screen.display.inject("upload_failure", {})
    post(screen)
    screen.clock.pass_s(2)
    screen.display.inject("upload_failure", {"clear": True})
    post(screen)
    assert "Couldn't post" not in screen.words(), "hidden while another runs"
    screen.clock.pass_s(2)
    assert "Couldn't post" in screen.words()
    screen.display.force_stop(TIKTOK)
    screen.launch()
    assert "Couldn't post" in screen.words()
    screen.tap("Profile")
    assert "Couldn't post" in screen.words()
    assert len(screen.effects()) == 1


def test_an_upload_that_waits_for_the_network_begins_once_it_is_there(screen: Screen) -> None:
    screen.display.inject("upload_waits", {})
    post(screen)
    screen.clock.pass_s(60)
    assert "0%" in screen.words()
    screen.display.inject("upload_waits", {"clear": True})
    assert screen.effects() == []
    screen.clock.pass_s(1)
    assert screen.effects() == []
    screen.clock.pass_s(2)
    assert screen.effects() == [("post", "a.mp4", 1)]


def test_an_upload_that_recovers_fails_and_goes_on_by_itself(screen: Screen) -> None:
    screen.display.inject("upload_recovers", {"seconds": 5})
    post(screen)
    screen.clock.pass_s(2)
    assert "Couldn't post" in screen.words()
    screen.clock.pass_s(5)
    assert "Couldn't post" not in screen.words()
    screen.clock.pass_s(2)
    assert screen.effects() == [("post", "a.mp4", 1)]


@pytest.mark.parametrize("survives", [False, True])
def test_an_upload_may_survive_the_end_of_the_app(screen: Screen, survives: bool) -> None:
    if survives:
        screen.display.inject("uploads_survive", {})
    screen.display.inject("uploads_shown_late", {"seconds": 1})
    screen.display.inject("upload_slow", {"seconds": 20})
    post(screen)
    screen.display.force_stop(TIKTOK)
    screen.launch()
    assert not [word for word in screen.words() if word.endswith("%")]
    screen.clock.pass_s(2)
    assert bool([word for word in screen.words() if word.endswith("%")]) is survives
    screen.clock.pass_s(20)
    assert len(screen.state["posts"]) == int(survives)
