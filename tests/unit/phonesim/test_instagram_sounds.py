"""Sounds on the simulated Instagram: found, played, taken, mixed, by their page; what the published post carries."""

import pytest

from phonesim.apps.posting import sounds
from phonesim.contract import UnknownFaultError
from tests.support.instagram_screens import InstagramScreen
from tests.support.screens import BACK, ENTER
from tests.unit.phonesim.test_instagram_publishing import plus, screen, sheet

__all__ = ["screen"]

LINK = "https://www.instagram.com/reels/audio/7001234567/"


def reel_editor(screen: InstagramScreen) -> None:
    sheet(screen, "Create new reel")
    screen.touch("gallery_grid_item_thumbnail")


def search(screen: InstagramScreen, words: str) -> None:
    screen.touch("row_search_edit_text")
    screen.display.type_text(words)
    screen.display.key(ENTER)


def titles(screen: InstagramScreen) -> list[str]:
    return [node["text"] for node in screen.by_id("song_title")]


def take(screen: InstagramScreen, words: str = "rain") -> None:
    """From the list to the screen that it was opened on."""
    search(screen, words)
    screen.touch("track_container")
    screen.touch("select_button_tap_target")
    done = [*screen.by_id("music_editor_done_button"), *screen.by_id("bottom_sheet_done_button")]
    screen.display.tap(*done[0].centre)
    screen.clock.pass_s(0.3)


def publish(screen: InstagramScreen, *steps: str) -> dict[str, object]:
    for step in steps:
        screen.touch(step)
    screen.clock.pass_s(3)
    (post,) = screen.state["posts"]
    return dict(post)


def test_a_reel_s_sound_is_searched_played_and_taken(screen: InstagramScreen) -> None:
    reel_editor(screen)
    screen.tap("Add audio")
    assert (screen.name, titles(screen)[0]) == ("instagram.sounds", "Morning Train")
    take(screen)
    assert screen.name == "instagram.reel_editor"
    post = publish(screen, "clips_right_action_button", "share_button")
    assert (post["sound"], post["original_volume"], post["added_volume"], post["way"]) == (
        "rain",
        100,
        100,
        "add_button",
    )


@pytest.mark.parametrize("touches", [("track_container",), ("track_container", "select_button_tap_target")])
def test_a_sound_that_only_plays_or_whose_part_is_not_chosen_is_not_taken(
    screen: InstagramScreen, touches: tuple[str, ...]
) -> None:
    reel_editor(screen)
    screen.tap("Add audio")
    for id_ in touches:
        screen.touch(id_)
    assert screen.by_id("audio_bar") or screen.name == "instagram.sound_clip"
    screen.display.key(BACK)
    assert publish(screen, "clips_right_action_button", "share_button")["sound"] == ""


def test_the_bookmark_of_a_row_takes_nothing(screen: InstagramScreen) -> None:
    reel_editor(screen)
    screen.tap("Add audio")
    screen.tap("Save Morning Train")
    assert screen.by_id("audio_bar") == []


def test_the_volumes_are_what_the_sliders_show(screen: InstagramScreen) -> None:
    reel_editor(screen)
    screen.tap("Add audio")
    take(screen)
    screen.tap("Volume")
    bars = [node for node in screen.nodes() if node["class"].endswith("SeekBar")]
    for bar, share in zip(bars, (0.0, 0.5), strict=True):
        left, top, right, bottom = bar.bounds
        screen.display.tap(round(left + (right - left) * share), (top + bottom) // 2)
    assert [n["text"] for n in screen.nodes() if n["class"].endswith("SeekBar")] == ["0.0", "50.0"]
    assert {"Camera audio", "rain"} <= set(screen.words())
    screen.tap("Done")
    post = publish(screen, "clips_right_action_button", "share_button")
    assert (post["original_volume"], post["added_volume"]) == (0, 50)


def test_pictures_get_a_sound_in_the_editor_or_on_the_form(screen: InstagramScreen) -> None:
    plus(screen)
    screen.touch("gallery_grid_item_thumbnail", 1)
    screen.touch("next_button_textview")
    screen.tap("Add audio")
    take(screen)
    screen.touch("creation_next_button")
    assert [node["text"] for node in screen.by_id("music_track_title")] == ["rain"]
    screen.touch("music_track_cross")
    screen.touch("music_row_title")
    take(screen, "snow")
    assert publish(screen, "share_footer_button")["sound"] == "snow"


def test_a_story_s_sound_and_its_own_muted(screen: InstagramScreen) -> None:
    plus(screen)
    screen.touch("cam_dest_story")
    screen.touch("gallery_grid_item_thumbnail")
    screen.touch("music_button")
    take(screen)
    screen.tap("Mute")
    assert screen.name == "instagram.story_editor"
    screen.tap("Your story")
    screen.clock.pass_s(3)
    (post,) = screen.state["posts"]
    assert (post["placement"], post["sound"], post["original_volume"]) == ("story", "rain", 0)


def test_a_sound_by_its_link(screen: InstagramScreen) -> None:
    screen.open(LINK)
    screen.clock.pass_s(0.3)
    assert (screen.name, screen.state["target"]) == ("instagram.sound", "7001234567")
    screen.tap("Use audio")
    assert screen.name == "instagram.reel_camera"
    for step in ("gallery_preview_button", "gallery_grid_item_thumbnail"):
        screen.touch(step)
    post = publish(screen, "clips_right_action_button", "share_button")
    assert (post["sound"], post["way"]) == (sounds.by_id("7001234567").name, "use_sound")


def test_a_sound_that_is_gone(screen: InstagramScreen) -> None:
    screen.display.inject("sound_gone", {})
    screen.open(LINK)
    screen.clock.pass_s(0.3)
    assert "This audio is no longer available." in screen.words()
    assert screen.by_id("use_in_camera_button") == []


@pytest.mark.parametrize("link", ["https://www.instagram.com/reels/audio/", "https://www.instagram.com/reels/abc/"])
def test_other_links_open_home(screen: InstagramScreen, link: str) -> None:
    screen.open(link)
    assert screen.name == "instagram.feed"


def test_recommended_sounds_stand_until_the_answer_is_there(screen: InstagramScreen) -> None:
    screen.display.inject("sounds_late", {"seconds": 5})
    reel_editor(screen)
    screen.tap("Add audio")
    search(screen, "rain")
    assert titles(screen)[0] == "Morning Train"
    screen.clock.pass_s(5)
    assert titles(screen)[0] == "rain"


@pytest.mark.parametrize(
    ("show", "first", "count"),
    [
        ("similar_first", "rain (sped up)", 5),
        ("similar", "rain (sped up)", 4),
        ("others", "Soft Tide", 4),
        ("none", "", 0),
    ],
)
def test_what_a_search_lists_instead(screen: InstagramScreen, show: str, first: str, count: int) -> None:
    screen.display.inject("sound_results", {"show": show})
    reel_editor(screen)
    screen.tap("Add audio")
    search(screen, "rain")
    assert (titles(screen) or [""])[0] == first
    assert len(titles(screen)) == count


def test_a_list_that_does_not_exist_is_refused(screen: InstagramScreen) -> None:
    with pytest.raises(UnknownFaultError, match="similar"):
        screen.display.inject("sound_results", {"show": "nonsense"})


def test_every_page_of_sounds_is_drawn(screen: InstagramScreen) -> None:
    seen: set[bytes] = set()
    screen.open(LINK)
    screen.clock.pass_s(0.3)
    for touch in ("use_in_camera_button", "gallery_preview_button", "gallery_grid_item_thumbnail", ""):
        seen.add(screen.display.screenshot_png())
        if touch:
            screen.touch(touch)
    for words in ("Add audio", "Morning Train"):
        screen.tap(words)
        seen.add(screen.display.screenshot_png())
    screen.touch("select_button_tap_target")
    seen.add(screen.display.screenshot_png())
    screen.touch("music_editor_done_button")
    screen.tap("Volume")
    seen.add(screen.display.screenshot_png())
    assert len(seen) == 8
