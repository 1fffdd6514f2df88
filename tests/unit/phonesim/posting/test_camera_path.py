"""Create, the camera, the picker and the editor: the long way to a post, with its traps."""

import pytest

from phonesim.contract import Intent
from tests.support.screens import BACK, TIKTOK, Node, Screen

RECORD = f"{TIKTOK}/com.ss.android.ugc.aweme.shortvideo.ui.VideoRecordPermissionActivity"


@pytest.fixture
def screen() -> Screen:
    it = Screen()
    for name in ("old.jpg", "film.mp4", "new.jpg"):
        it.gallery.put(name)
    return it


def by_id(screen: Screen, name: str) -> list[Node]:
    return [n for n in screen.nodes() if n["resource-id"].endswith(f"/{name}")]


def camera(screen: Screen) -> None:
    screen.launch()
    screen.tap("Create")
    screen.clock.pass_s(0.3)
    assert screen.name == "tiktok.camera"


def picker(screen: Screen) -> None:
    """The thumbnail has no words: it is found by where it stands."""
    camera(screen)
    (thumbnail,) = by_id(screen, "ymg")
    assert (thumbnail["text"], thumbnail["content-desc"], thumbnail["clickable"]) == ("", "", "true")
    screen.display.tap(*thumbnail.centre)
    screen.clock.pass_s(0.3)
    assert screen.name == "tiktok.picker"


def choose(screen: Screen, *numbers: int) -> None:
    for number in numbers:
        screen.display.tap(*by_id(screen, "jh7")[number].centre)


def editor(screen: Screen, *numbers: int) -> None:
    picker(screen)
    choose(screen, *numbers)
    screen.tap(f"Next ({len(numbers)})")
    screen.clock.pass_s(0.3)
    assert screen.name == "tiktok.editor"


def test_the_whole_way_publishes_what_was_chosen_in_that_order(screen: Screen) -> None:
    editor(screen, 2, 0)
    screen.tap("Next")
    screen.clock.pass_s(0.3)
    assert screen.name == "tiktok.post_form"
    screen.tap("Post")
    screen.clock.pass_s(2)
    (post,) = screen.state["posts"]
    assert [file["name"] for file in post["files"]] == ["old.jpg", "new.jpg"]
    assert (post["way"], screen.effects()) == ("add_button", [("post", "old.jpg", 1)])


def test_the_create_tab_is_a_trap_that_post_leads_out_of(screen: Screen) -> None:
    camera(screen)
    screen.tap("CREATE")
    assert screen.name == "tiktok.templates"
    assert by_id(screen, "ymg") == []
    assert [n["selected"] for n in screen.all("CREATE")] == ["true"]
    screen.tap("POST")
    assert screen.name == "tiktok.camera"
    screen.display.key(BACK)
    assert screen.name == "tiktok.feed"


def test_next_takes_no_touch_until_something_is_chosen(screen: Screen) -> None:
    picker(screen)
    (step,) = screen.all("Next")
    assert (step["class"], step["clickable"]) == ("android.widget.Button", "false")
    screen.display.tap(*step.centre)
    assert screen.name == "tiktok.picker"
    choose(screen, 1)
    (step,) = screen.all("Next (1)")
    assert step["clickable"] == "true"
    choose(screen, 1)
    assert [n["clickable"] for n in screen.all("Next")] == ["false"]


def test_the_camera_stays_in_the_tree_but_takes_no_touch(screen: Screen) -> None:
    picker(screen)
    assert {"POST", "CREATE", "Add sound"} <= set(screen.words())
    screen.display.tap(*screen.one("CREATE").centre)
    screen.display.tap(*screen.one("Flip").centre)
    assert screen.name == "tiktok.picker"


def test_media_come_newest_first_by_kind_and_album(screen: Screen) -> None:
    screen.gallery.put("elsewhere.jpg", folder="/sdcard/Pictures")
    picker(screen)
    assert len(by_id(screen, "mub")) == 4
    assert [n["text"] for n in by_id(screen, "gi4")] == ["00:13"]
    screen.tap("Videos")
    assert len(by_id(screen, "mub")) == 1
    screen.tap("Photos")
    assert len(by_id(screen, "mub")) == 3
    screen.tap("Recents")
    screen.tap("Pictures")
    assert len(by_id(screen, "mub")) == 1
    assert screen.all("Pictures")


def test_more_files_than_fit_are_reached_by_scrolling(screen: Screen) -> None:
    for number in range(20):
        screen.gallery.put(f"{number}.jpg")
    picker(screen)
    shown = len(by_id(screen, "mub"))
    assert shown < 23
    screen.display.swipe(360, 1100, 360, 380)
    screen.display.swipe(360, 1100, 360, 380)
    screen.display.swipe(360, 1100, 360, 380)
    choose(screen, len(by_id(screen, "jh7")) - 1)
    screen.display.swipe(360, 380, 360, 1380)
    assert len(by_id(screen, "mub")) == shown
    choose(screen, 0)
    screen.tap("Next (2)")
    screen.clock.pass_s(0.3)
    screen.tap("Next")
    screen.clock.pass_s(0.3)
    screen.tap("Post")
    screen.clock.pass_s(2)
    assert [file["name"] for file in screen.state["posts"][0]["files"]] == ["old.jpg", "19.jpg"]


def test_a_file_appears_in_an_open_picker(screen: Screen) -> None:
    picker(screen)
    before = len(by_id(screen, "mub"))
    screen.gallery.put("late.jpg")
    screen.clock.pass_s(0.3)
    assert len(by_id(screen, "mub")) == before + 1


def test_a_single_choice_opens_the_editor_at_once(screen: Screen) -> None:
    picker(screen)
    screen.tap("Select multiple")
    assert by_id(screen, "jh7") == []
    screen.display.tap(*by_id(screen, "mub")[1].centre)
    screen.clock.pass_s(0.3)
    assert screen.name == "tiktok.editor"


def test_your_story_is_another_effect(screen: Screen) -> None:
    editor(screen, 0)
    screen.tap("Your Story")
    screen.clock.pass_s(2)
    assert screen.effects() == [("story", "new.jpg", 1)]
    assert screen.state["posts"][0]["placement"] == "story"
    screen.tap("Profile")
    assert "0" not in [n["text"] for n in by_id(screen, "view_count")]


def test_a_shared_file_lands_on_the_editor(screen: Screen) -> None:
    screen.share(screen.gallery.put("film2.mp4"))
    assert screen.name == "tiktok.editor"
    screen.display.key(BACK)
    assert screen.name == "tiktok.discard"
    screen.tap("Save draft")
    assert (screen.name, len(screen.state["drafts"])) == ("tiktok.feed", 1)


def test_back_goes_from_the_form_to_the_editor_and_asks_there(screen: Screen) -> None:
    editor(screen, 0)
    screen.tap("Next")
    screen.clock.pass_s(0.3)
    screen.display.key(BACK)
    assert screen.name == "tiktok.editor"
    screen.display.key(BACK)
    screen.tap("Discard")
    assert (screen.name, screen.effects()) == ("tiktok.feed", [])


def test_the_camera_opens_by_its_component(screen: Screen) -> None:
    screen.display.inject("no_create_button", {})
    screen.launch()
    assert screen.all("Create") == []
    screen.display.start_activity(Intent(component=RECORD))
    assert screen.name == "tiktok.camera"
    screen.display.start_activity(Intent(component=RECORD + "Wrong"))
    assert screen.name == "tiktok.feed"


def test_a_file_that_goes_while_it_is_chosen_is_not_taken(screen: Screen) -> None:
    picker(screen)
    choose(screen, 0)
    screen.gallery.remove(next(item for item in screen.gallery.media.items() if item.name == "new.jpg"))
    screen.tap("Next (1)")
    assert screen.name == "tiktok.picker"
