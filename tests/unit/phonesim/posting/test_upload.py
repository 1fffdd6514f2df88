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


def test_the_second_question_can_be_cancelled(screen: Screen) -> None:
    screen.display.inject("publish_confirm", {})
    post(screen)
    screen.tap("Cancel")
    screen.clock.pass_s(2)
    assert (screen.name, screen.effects()) == ("tiktok.post_form", [])


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
