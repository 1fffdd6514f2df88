"""Sounds: added in the editor, taken from their page, mixed with the original one."""

import pytest

from phonesim.apps.posting import sounds
from tests.support.screens import BACK, Node, Screen


@pytest.fixture
def screen() -> Screen:
    it = Screen()
    it.share(it.gallery.put("film.mp4"))
    return it


def publish(screen: Screen) -> dict[str, object]:
    screen.tap("Next")
    screen.clock.pass_s(0.3)
    screen.tap("Post")
    screen.clock.pass_s(2)
    return dict(screen.state["posts"][0])


def field(screen: Screen) -> Node:
    (found,) = [n for n in screen.nodes() if n["class"].endswith("EditText")]
    return found


def add_rain(screen: Screen) -> None:
    screen.tap("Add sound")
    screen.clock.pass_s(0.3)
    screen.display.tap(*field(screen).centre)
    screen.display.type_text("rain")
    screen.display.key(BACK)
    screen.tap("rain", 1)
    screen.tap("Use")
    assert screen.name == "tiktok.editor"


def slide(screen: Screen, which: int, share: float) -> None:
    bar = [n for n in screen.nodes() if n["class"].endswith("SeekBar")][which]
    left, top, right, bottom = bar.bounds
    screen.display.tap(round(left + (right - left) * share), (top + bottom) // 2)


def test_a_sound_that_is_searched_played_and_taken(screen: Screen) -> None:
    add_rain(screen)
    assert screen.all(sounds.search("rain")[0].label)
    assert publish(screen)["sound"] == "rain"


def test_a_sound_that_is_only_played_is_not_taken(screen: Screen) -> None:
    screen.tap("Add sound")
    screen.clock.pass_s(0.3)
    screen.tap("Paper Boats")
    screen.display.key(BACK)
    assert publish(screen)["sound"] == ""


def test_the_x_removes_the_sound(screen: Screen) -> None:
    add_rain(screen)
    screen.tap("@2131888108")
    assert publish(screen)["sound"] == ""


def test_the_volumes_are_what_the_sliders_show(screen: Screen) -> None:
    add_rain(screen)
    screen.tap(sounds.search("rain")[0].label)
    screen.clock.pass_s(0.3)
    screen.tap("Volume")
    slide(screen, 0, 0.5)
    bar = [n for n in screen.nodes() if n["class"].endswith("SeekBar")][1]
    left, top, right, bottom = bar.bounds
    screen.display.swipe(right - 30, (top + bottom) // 2, left, (top + bottom) // 2)
    assert [n["text"] for n in screen.nodes() if n["class"].endswith("SeekBar")] == ["50.0", "0.0"]
    assert {"50", "0"} <= set(screen.words())
    screen.tap("Done")
    screen.display.key(BACK)
    post = publish(screen)
    assert (post["original_volume"], post["added_volume"]) == (50, 0)


def test_the_ends_of_a_slider_are_reached_before_its_bounds(screen: Screen) -> None:
    screen.tap("Add sound")
    screen.clock.pass_s(0.3)
    screen.tap("Volume")
    for share, value in ((0.02, "0.0"), (0.98, "100.0"), (0.25, "22.0")):
        slide(screen, 0, share)
        assert [n["text"] for n in screen.nodes() if n["class"].endswith("SeekBar")] == [value]


def test_the_original_sound_can_be_turned_off(screen: Screen) -> None:
    screen.tap("Add sound")
    screen.clock.pass_s(0.3)
    screen.tap("Original sound")
    screen.display.key(BACK)
    post = publish(screen)
    assert (post["original_volume"], post["added_volume"]) == (0, None)


def use_this_sound(screen: Screen) -> dict[str, object]:
    screen.tap("Use this sound")
    screen.clock.pass_s(0.3)
    assert screen.name == "tiktok.camera"
    screen.display.tap(*next(n for n in screen.nodes() if n["resource-id"].endswith("/ymg")).centre)
    screen.clock.pass_s(0.3)
    screen.display.tap(*next(n for n in screen.nodes() if n["resource-id"].endswith("/h9t")).centre)
    screen.tap("Next (1)")
    screen.clock.pass_s(0.3)
    return publish(screen)


def test_a_sound_by_its_link() -> None:
    screen = Screen()
    screen.gallery.put("film.mp4")
    screen.open("https://www.tiktok.com/music/Quiet-Harbour-7123456789012345678")
    assert (screen.name, screen.state["target"]) == ("tiktok.sound", "7123456789012345678")
    assert "Quiet Harbour" in screen.words()
    post = use_this_sound(screen)
    assert (post["sound"], post["way"]) == ("Quiet Harbour", "use_sound")


def test_a_sound_by_the_search_and_its_link_are_the_same() -> None:
    screen = Screen()
    screen.gallery.put("film.mp4")
    screen.open("snssdk1233://search?keyword=rain")
    screen.tap("Sounds")
    screen.clock.pass_s(0.3)
    screen.tap("rain", 1)
    screen.clock.pass_s(0.3)
    found = sounds.search("rain")[0]
    assert screen.state["target"] == found.id
    assert sounds.by_link(sounds.link_of(found)) == found
    assert use_this_sound(screen)["sound"] == "rain"


@pytest.mark.parametrize("link", ["https://www.tiktok.com/@anna", "https://www.tiktok.com/music/", "", "x"])
def test_other_links_are_no_sounds(link: str) -> None:
    assert sounds.by_link(link) is None
