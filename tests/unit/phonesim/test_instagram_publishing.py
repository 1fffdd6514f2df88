"""Every way to a reel, a post and a story on the simulated Instagram: what is counted and when, what is in the way."""

import io
from typing import Any

import pytest
from PIL import Image

from phonesim.contract import SEND, SEND_MULTIPLE, STREAM, ActivityNotFoundError, Intent, MediaItem
from tests.support.instagram_screens import INSTAGRAM, InstagramScreen
from tests.support.screens import BACK, ENTER

HANDLER = f"{INSTAGRAM}/com.instagram.share.handleractivity.ShareHandlerActivity"


@pytest.fixture
def screen() -> InstagramScreen:
    """A phone with two pictures and, newest, a video."""
    made = InstagramScreen()
    for name in ("one.jpg", "two.jpg", "clip.mp4"):
        made.gallery.put(name)
    return made


def plus(screen: InstagramScreen) -> None:
    """The plus in the corner of home, which has no label."""
    screen.launch()
    screen.display.tap(*screen.by_id("action_bar_buttons_container_left")[0].centre)
    screen.clock.pass_s(0.3)


def sheet(screen: InstagramScreen, words: str) -> None:
    screen.launch()
    screen.touch("profile_tab")
    screen.tap("Create New")
    screen.tap(words)


def reel_caption(screen: InstagramScreen) -> None:
    sheet(screen, "Create new reel")
    screen.touch("gallery_grid_item_thumbnail")
    screen.touch("clips_right_action_button")
    assert (screen.name, screen.state["target"]) == ("instagram.caption", "reel")


def posts(screen: InstagramScreen) -> list[tuple[str, str, str, list[str], str]]:
    return [
        (p["placement"], p["kind"], p["way"], [f["name"] for f in p["files"]], p["caption"])
        for p in screen.state["posts"]
        if p["app"] == "instagram"
    ]


def status(screen: InstagramScreen) -> list[str]:
    return [node["text"] for node in screen.by_id("row_pending_media_status_textview")]


def newest(screen: InstagramScreen) -> str:
    screen.touch("profile_tab")
    return screen.by_id("image_button")[0]["content-desc"]


# The ways to a post


def test_a_reel_from_the_sheet(screen: InstagramScreen) -> None:
    reel_caption(screen)
    screen.touch("caption_input_text_view")
    screen.display.type_text("Small films", replace=True)
    screen.display.key(ENTER)
    screen.display.type_text("big coffee")
    assert screen.by_id("caption_input_text_view")[0]["text"] == "Small films\nbig coffee"
    assert screen.display.screenshot_png()
    screen.touch("action_bar_button_text")
    assert not screen.display.keyboard_shown()
    screen.touch("share_button")
    assert (screen.name, screen.effects()) == ("instagram.feed", [])
    assert status(screen)[0].startswith("Posting")
    screen.clock.pass_s(3)
    assert status(screen) == []
    assert screen.effects() == [("post", "clip.mp4", 1)]
    assert posts(screen) == [("reel", "video", "add_button", ["clip.mp4"], "Small films\nbig coffee")]
    assert newest(screen).startswith("Reel by")
    assert screen.by_id("profile_header_familiar_post_count_value")[0]["text"] == "6"


def test_a_video_in_the_feed_s_picker_becomes_a_reel(screen: InstagramScreen) -> None:
    plus(screen)
    assert (screen.name, screen.state["target"]) == ("instagram.picker", "feed")
    assert screen.by_id("gallery_grid_item_thumbnail")[0]["content-desc"].startswith("Selected Video")
    assert screen.by_id("video_preview_view")
    screen.touch("next_button_textview")
    assert screen.name == "instagram.reel_editor"


def test_one_picture_for_the_feed(screen: InstagramScreen) -> None:
    plus(screen)
    screen.touch("gallery_grid_item_thumbnail", 2)
    assert screen.by_id("gallery_grid_item_thumbnail")[2]["content-desc"].startswith("Selected Photo")
    assert screen.by_id("crop_image_view")
    for step in ("next_button_textview", "creation_next_button", "share_footer_button"):
        screen.touch(step)
    screen.clock.pass_s(3)
    assert posts(screen) == [("feed", "images", "add_button", ["one.jpg"], "")]
    assert newest(screen) == "Photo by Bea Ekwen at row 1, column 1"


def test_a_carousel_keeps_the_order_of_the_touches(screen: InstagramScreen) -> None:
    plus(screen)
    screen.touch("gallery_grid_item_thumbnail", 2)
    screen.touch("multi_select_slide_button_alt")
    screen.touch("gallery_grid_item_thumbnail", 1)
    assert [node["text"] for node in screen.by_id("gallery_grid_item_selection_circle")] == ["2", "1"]
    for step in ("next_button_textview", "creation_next_button", "share_footer_button"):
        screen.touch(step)
    screen.clock.pass_s(3)
    assert posts(screen) == [("feed", "images", "add_button", ["one.jpg", "two.jpg"], "")]
    assert newest(screen) == "2 photos by Bea Ekwen at row 1, column 1"


def test_next_does_nothing_before_something_is_selected(screen: InstagramScreen) -> None:
    plus(screen)
    screen.touch("multi_select_slide_button_alt")
    screen.touch("gallery_grid_item_thumbnail")
    screen.touch("next_button_textview")
    assert screen.name == "instagram.picker"


@pytest.mark.parametrize("way", ["tray", "sheet", "switch", "intent"])
def test_a_story(screen: InstagramScreen, way: str) -> None:
    if way == "tray":
        screen.launch()
        screen.tap("Your story")
    elif way == "sheet":
        sheet(screen, "Create new story")
    elif way == "switch":
        plus(screen)
        screen.touch("cam_dest_story")
    else:
        (item,) = [item for item in screen.gallery.media.items() if item.name == "clip.mp4"]
        screen.display.start_activity(
            Intent(
                action="com.instagram.share.ADD_TO_STORY", package=INSTAGRAM, uris={STREAM: item.uri}, grants_read=True
            )
        )
        screen.clock.pass_s(0.3)
    if way != "intent":
        assert screen.by_id("gallery_title_text")[0]["text"] == "Add to story"
        screen.touch("gallery_grid_item_thumbnail")
    assert screen.name == "instagram.story_editor"
    screen.tap("Your story")
    assert screen.by_id("username")[0]["text"] == "Uploading…"
    assert (status(screen), screen.effects()) == ([], [])
    screen.clock.pass_s(3)
    assert screen.effects() == [("story", "clip.mp4", 1)]
    assert posts(screen) == [("story", "video", "share" if way == "intent" else "add_button", ["clip.mp4"], "")]
    assert [(t["kind"], t["count"]) for t in screen.state["taps"]] == [("story", 1)]
    assert newest(screen) == "Reel by Bea Ekwen at row 1, column 1", "a story is not in the grid"
    assert screen.by_id("profile_header_familiar_post_count_value")[0]["text"] == "5"


def test_the_switch_leads_to_the_other_pickers(screen: InstagramScreen) -> None:
    plus(screen)
    screen.touch("cam_dest_clips")
    assert screen.by_id("gallery_title_text")[0]["text"] == "New reel"
    assert not screen.by_id("cam_dest_feed")
    screen.display.key(BACK)
    assert screen.name == "instagram.feed"


def test_several_clips_for_a_reel_have_a_next_of_their_own(screen: InstagramScreen) -> None:
    sheet(screen, "Create new reel")
    screen.touch("gallery_menu_multi_select_button")
    assert not screen.by_id("media_thumbnail_tray_button")
    screen.touch("gallery_grid_item_thumbnail", 0)
    screen.touch("gallery_grid_item_thumbnail", 1)
    screen.touch("media_thumbnail_tray_button")
    assert screen.name == "instagram.reel_editor"


def test_the_plus_among_the_tabs_of_older_versions(screen: InstagramScreen) -> None:
    screen.display.inject("creation_tab", {})
    screen.launch()
    screen.touch("creation_tab")
    assert (screen.name, screen.state["target"]) == ("instagram.picker", "feed")


def test_there_may_be_no_plus(screen: InstagramScreen) -> None:
    screen.display.inject("no_create_button", {})
    plus(screen)
    assert screen.name == "instagram.feed"
    screen.touch("profile_tab")
    assert not screen.all("Create New")


# Shares


def share(screen: InstagramScreen, *items: MediaItem, **changes: Any) -> None:
    uris = tuple(item.uri for item in items)
    one: dict[str, Any] = {"action": SEND, "uris": {STREAM: uris[0]}}
    several: dict[str, Any] = {"action": SEND_MULTIPLE, "lists": {STREAM: uris}}
    values: dict[str, Any] = {"component": HANDLER, "grants_read": True}
    values |= (several if len(uris) > 1 else one) | changes
    screen.display.start_activity(Intent(**values))
    screen.clock.pass_s(0.3)


@pytest.mark.parametrize(
    ("word", "name", "placement", "steps"),
    [
        ("Reels", "reel_editor", "reel", ("clips_right_action_button", "share_button")),
        ("Feed", "reel_editor", "reel", ("clips_right_action_button", "share_button")),
        ("Story", "story_editor", "story", ()),
    ],
)
def test_a_share_asks_where_to(
    screen: InstagramScreen, word: str, name: str, placement: str, steps: tuple[str, ...]
) -> None:
    share(screen, screen.gallery.put("shared.mp4"))
    assert screen.name == "instagram.share_chooser"
    screen.tap(word)
    assert screen.name == f"instagram.{name}"
    for step in steps:
        screen.touch(step)
    if not steps:
        screen.tap("Your story")
    screen.clock.pass_s(3)
    assert posts(screen) == [(placement, "video", "share", ["shared.mp4"], "")]


def test_several_pictures_are_shared_to_the_feed(screen: InstagramScreen) -> None:
    two, one = [item for item in screen.gallery.media.items() if item.kind == "images"]
    share(screen, one, two)
    screen.tap("Feed")
    for step in ("creation_next_button", "share_footer_button"):
        screen.touch(step)
    screen.clock.pass_s(3)
    assert posts(screen) == [("feed", "images", "share", ["one.jpg", "two.jpg"], "")]


@pytest.mark.parametrize(
    "changes", [{"grants_read": False}, {"uris": {STREAM: "content://media/external/video/media/9"}}]
)
def test_what_cannot_be_read_opens_nothing(screen: InstagramScreen, changes: dict[str, Any]) -> None:
    share(screen, screen.gallery.put("shared.mp4"), **changes)
    assert screen.name == "instagram.feed"
    assert screen.state["toast"]


def test_another_component_takes_no_share(screen: InstagramScreen) -> None:
    with pytest.raises(ActivityNotFoundError):
        share(screen, screen.gallery.put("shared.mp4"), component=f"{INSTAGRAM}/com.instagram.other.Activity")


def test_direct_is_none_of_ours(screen: InstagramScreen) -> None:
    share(screen, screen.gallery.put("shared.mp4"))
    screen.tap("Direct")
    assert (screen.name, screen.effects()) == ("instagram.feed", [])


# The caption


def test_while_it_is_typed_the_cover_goes_and_ok_appears(screen: InstagramScreen) -> None:
    reel_caption(screen)
    assert screen.by_id("clip_thumbnail_image")
    assert not screen.by_id("action_bar_button_text")
    screen.touch("caption_input_text_view")
    assert not screen.by_id("clip_thumbnail_image")
    assert screen.by_id("action_bar_button_text")[0]["text"] == "OK"
    assert screen.by_id("caption_input_text_view")[0]["text"] == "Write a caption and add hashtags…"
    screen.touch("share_button")
    assert (screen.name, screen.effects()) == ("instagram.caption", []), "the keyboard lies over Share"
    screen.display.key(BACK)
    assert not screen.display.keyboard_shown()
    assert screen.name == "instagram.caption"


def test_a_tag_brings_a_list_that_completes_it(screen: InstagramScreen) -> None:
    reel_caption(screen)
    screen.touch("caption_input_text_view")
    screen.display.type_text("Hello #fun")
    found = [node["text"] for node in screen.by_id("row_hashtag_textview_tag_name")]
    assert found[0] == "#fun"
    screen.touch("row_hashtag_textview_tag_name", 1)
    assert screen.by_id("caption_input_text_view")[0]["text"] == f"Hello {found[1]} "


def test_the_list_can_stay_over_share(screen: InstagramScreen) -> None:
    screen.display.inject("suggestions_cover_post", {})
    reel_caption(screen)
    screen.touch("caption_input_text_view")
    screen.display.type_text("Hello #fun")
    screen.display.key(BACK)
    assert not screen.display.keyboard_shown()
    screen.touch("share_button")
    assert (screen.name, screen.state["taps"]) == ("instagram.caption", []), "the list took the touch"
    assert screen.by_id("caption_input_text_view")[0]["text"].startswith("Hello #fun")
    screen.touch("share_button")
    assert screen.name == "instagram.feed"


def test_a_touch_between_save_draft_and_share_does_nothing(screen: InstagramScreen) -> None:
    reel_caption(screen)
    screen.touch("share_button_container")
    assert screen.name == "instagram.caption"
    assert screen.state["taps"] == []


def test_a_draft_is_no_effect_and_the_reel_s_picker_counts_it(screen: InstagramScreen) -> None:
    reel_caption(screen)
    screen.touch("save_draft_button")
    assert screen.effects() == []
    sheet(screen, "Create new reel")
    assert screen.all("Drafts · 1")


# Leaving


def test_back_asks_before_an_editor_is_left(screen: InstagramScreen) -> None:
    reel_caption(screen)
    screen.display.key(BACK)
    assert screen.name == "instagram.reel_editor"
    screen.display.key(BACK)
    assert screen.name == "instagram.discard"
    screen.tap("Keep editing")
    assert screen.name == "instagram.reel_editor"
    screen.touch("cancel_button")
    screen.tap("Discard")
    assert (screen.name, screen.effects()) == ("instagram.own_profile", [])


# The upload


def test_a_slow_upload_tells_how_far_it_is(screen: InstagramScreen) -> None:
    reel_caption(screen)
    screen.display.inject("upload_slow", {"seconds": 10})
    screen.touch("share_button")
    screen.clock.pass_s(4.7)
    assert status(screen) == ["Posting… 50%"]
    screen.clock.pass_s(4.3)
    assert status(screen) == ["Finishing up…"]
    assert screen.effects() == []
    screen.clock.pass_s(1)
    assert (status(screen), screen.effects()) == ([], [("post", "clip.mp4", 1)])


def test_over_the_other_tabs_a_snackbar_tells_it(screen: InstagramScreen) -> None:
    reel_caption(screen)
    screen.display.inject("upload_slow", {"seconds": 100})
    screen.touch("share_button")
    screen.touch("clips_tab")
    assert screen.by_id("status_text")[0]["text"] == "Sharing to Reels…"
    assert 0 <= float(screen.by_id("progress_bar")[0]["text"]) < 100


def test_a_reel_may_show_as_unavailable_until_it_is_there(screen: InstagramScreen) -> None:
    reel_caption(screen)
    screen.display.inject("share_opens_reels", {})
    screen.touch("share_button")
    assert screen.all("This reel is unavailable.")
    screen.clock.pass_s(3)
    assert not screen.all("This reel is unavailable.")
    assert screen.effects() == [("post", "clip.mp4", 1)]


# Faults in the way of the touch


def test_prompts_may_follow(screen: InstagramScreen) -> None:
    reel_caption(screen)
    screen.display.inject("post_prompts", {})
    screen.touch("share_button")
    assert screen.name == "instagram.popup.notification"


def test_a_row_that_appears_late_is_seen_when_it_is_there(screen: InstagramScreen) -> None:
    plus(screen)
    before = len(screen.by_id("gallery_grid_item_thumbnail"))
    screen.gallery.put("late.mp4")
    screen.clock.pass_s(1)
    assert len(screen.by_id("gallery_grid_item_thumbnail")) == before + 1


def test_posts_belong_to_the_account_and_the_app(screen: InstagramScreen) -> None:
    reel_caption(screen)
    screen.touch("share_button")
    screen.clock.pass_s(3)
    (post,) = screen.state["posts"]
    assert (post["app"], post["account"]) == ("instagram", screen.active)
    screen.touch("profile_tab")
    screen.touch("action_bar_title")
    other = next(r["username"] for r in screen.state["accounts"] if r["app"] == "instagram" and not r["active"])
    screen.tap(other)
    screen.touch("profile_tab")
    assert screen.by_id("profile_header_familiar_post_count_value")[0]["text"] == "5"


def test_every_page_of_publishing_is_drawn(screen: InstagramScreen) -> None:
    seen: set[bytes] = set()
    plus(screen)
    screen.touch("gallery_grid_item_thumbnail", 1)
    for step in ("next_button_textview", "creation_next_button", "share_footer_button"):
        png = screen.display.screenshot_png()
        with Image.open(io.BytesIO(png)) as image:
            assert image.size == (1080, 2400)
        seen.add(png)
        screen.touch(step)
    assert len(seen) == 3


# What was published, looked at


def publish_story(screen: InstagramScreen, name: str) -> None:
    """A story that is published at once."""
    item = screen.gallery.put(name)
    screen.display.start_activity(
        Intent(
            action="com.instagram.share.ADD_TO_STORY",
            package=INSTAGRAM,
            mime_type="image/jpeg",
            uris={STREAM: item.uri},
            grants_read=True,
        )
    )
    screen.clock.pass_s(0.3)
    screen.tap("Your story")
    screen.clock.pass_s(2)


def timestamp(screen: InstagramScreen) -> str:
    return screen.by_id("reel_viewer_timestamp")[0]["text"]


@pytest.fixture
def viewer(screen: InstagramScreen) -> InstagramScreen:
    """The viewer of our own stories, of which there are two."""
    screen.launch()
    publish_story(screen, "one.jpg")
    screen.clock.pass_s(100)
    publish_story(screen, "two.jpg")
    screen.touch("profile_tab")
    screen.touch("row_profile_header_imageview")
    assert screen.name == "instagram.own_story"
    return screen


def test_stories_come_the_oldest_first_and_say_their_age(viewer: InstagramScreen) -> None:
    assert timestamp(viewer) == "1m"
    assert viewer.by_id("reel_viewer_text_container")[0]["content-desc"] == f"{viewer.active}'s story, 1 minute ago"
    viewer.display.tap(900, 1200)
    assert timestamp(viewer) == "1s"
    viewer.display.tap(100, 1200)
    assert timestamp(viewer) == "1m"


def test_a_story_makes_way_by_itself_and_the_last_one_leads_back(viewer: InstagramScreen) -> None:
    viewer.clock.pass_s(5)
    assert timestamp(viewer) == "6s"
    viewer.clock.pass_s(5)
    assert viewer.name == "instagram.own_profile"


def test_back_leaves_the_stories(viewer: InstagramScreen) -> None:
    viewer.display.key(BACK)
    assert viewer.name == "instagram.own_profile"


def test_a_story_may_only_say_that_it_is_new(viewer: InstagramScreen) -> None:
    viewer.display.inject("vague_ages", {})
    viewer.display.tap(900, 1200)
    assert timestamp(viewer) == "Now"


def test_without_a_story_the_picture_opens_nothing(screen: InstagramScreen) -> None:
    screen.launch()
    screen.touch("profile_tab")
    screen.touch("row_profile_header_imageview")
    assert screen.name == "instagram.own_profile"


def test_thousands_of_posts_are_written_short(screen: InstagramScreen) -> None:
    screen.display.inject("many_posts", {})
    screen.launch()
    screen.touch("profile_tab")
    assert screen.by_id("profile_header_familiar_post_count_value")[0]["text"] == "12.3K"
    assert len(screen.by_id("image_button")) == 9
    screen.touch("image_button")
    assert (screen.name, screen.state["target"]) == ("instagram.own_post", "0")
    assert "old film 0" in [node["content-desc"] for node in screen.nodes()]


def test_what_failed_has_a_row_each_at_the_top_of_the_feed(screen: InstagramScreen) -> None:
    """They stay when the app ends, and are out of sight where the feed is scrolled down."""
    for _ in range(2):
        reel_caption(screen)
        screen.display.inject("upload_failure", {})
        screen.touch("share_button")
        screen.clock.pass_s(3)
    screen.display.inject("upload_failure", {"clear": True})
    screen.display.force_stop("com.instagram.android")
    screen.launch()
    assert status(screen) == ["Video can't be posted"] * 2
    screen.display.swipe(300, 1200, 300, 400)
    assert status(screen) == []
    screen.touch("feed_tab")
    assert len(status(screen)) == 2
