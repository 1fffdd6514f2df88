"""The recogniser over the screens that only the simulated Instagram has, in both languages that it speaks."""

from collections.abc import Callable

import pytest

from drover.apps import App, Screen, composer, follow_button, load, opened_post, recognise
from drover.apps.composer import Destination
from drover.apps.view import View
from drover.phone.hierarchy import Hierarchy, Node, parse
from phonesim.apps.instagram.publish_flow import STORY
from phonesim.contract import SEND, STREAM, Intent
from tests.support.instagram_screens import INSTAGRAM, InstagramScreen
from tests.support.screens import BACK

APP: App = load("instagram")


class Shown(InstagramScreen):
    """A simulated phone, as the recogniser sees it."""

    @property
    def tree(self) -> Hierarchy:
        return parse(self.display.hierarchy_xml())

    def seen(self) -> Screen:
        return recognise(APP, self.tree).screen

    def tap_button(self) -> None:
        button = follow_button(APP, self.tree)
        assert button is not None
        self.display.tap(*button.target.bounds.center)


@pytest.fixture(params=["en", "fr"])
def shown(request: pytest.FixtureRequest) -> Shown:
    return Shown(str(request.param))


def test_feeds_and_pages(shown: Shown) -> None:
    shown.launch()
    pages = {
        "feed_tab": Screen.HOME_FEED,
        "clips_tab": Screen.REELS_VIEWER,
        "direct_tab": Screen.INBOX,
        "search_tab": Screen.EXPLORE,
        "profile_tab": Screen.OWN_PROFILE,
    }
    for tab, screen in pages.items():
        shown.touch(tab)
        assert shown.seen() is screen
        assert follow_button(APP, shown.tree) is None


def test_suggested_accounts_in_the_feed_are_no_profile(shown: Shown) -> None:
    shown.launch()
    shown.display.swipe(500, 1500, 500, 500)
    assert shown.by_id("suggested_user_card_follow_button")
    assert shown.seen() is Screen.HOME_FEED
    assert follow_button(APP, shown.tree) is None


def test_search(shown: Shown) -> None:
    shown.launch()
    shown.touch("search_tab")
    shown.touch("action_bar_search_edit_text")
    assert shown.seen() in (Screen.SEARCH_ENTRY, Screen.SEARCH_RESULTS)
    shown.display.type_text("anna.b")
    shown.clock.pass_s(0.3)
    assert shown.seen() is Screen.SEARCH_RESULTS
    shown.display.key(66)
    shown.clock.pass_s(0.3)
    assert shown.seen() is Screen.SEARCH_RESULTS
    assert follow_button(APP, shown.tree) is None


def test_limit_and_contacts_share_their_ids(shown: Shown) -> None:
    shown.display.inject("follow_limit", {})
    shown.profile("anna.b")
    shown.tap_button()
    assert shown.by_id("igds_alert_dialog_headline")
    assert shown.seen() is Screen.RESTRICTION
    shown.display.inject("popup", {"kind": "not_now"})
    shown.profile("anna.c")
    assert shown.by_id("igds_alert_dialog_headline")
    seen = recognise(APP, shown.tree)
    assert (seen.screen, seen.blocker) == (Screen.POPUP, None)


# Publishing


def at_picker(shown: Shown, placement: str) -> None:
    for name in ("one.jpg", "two.jpg", "clip.mp4"):
        shown.gallery.put(name)
    shown.launch()
    shown.display.tap(*shown.by_id("action_bar_buttons_container_left")[0].centre)
    shown.clock.pass_s(0.3)
    if placement != "feed":
        shown.touch({"reel": "cam_dest_clips", "story": "cam_dest_story"}[placement])


def at_form(shown: Shown) -> None:
    at_picker(shown, "reel")
    for id_ in ("gallery_grid_item_thumbnail", "clips_right_action_button"):
        shown.touch(id_)


@pytest.mark.parametrize(
    ("placement", "screens"),
    [
        ("feed", [Screen.GALLERY_PICKER, Screen.EDITOR, Screen.POST_FORM]),
        ("reel", [Screen.GALLERY_PICKER, Screen.EDITOR, Screen.POST_FORM]),
        ("story", [Screen.STORY_PICKER, Screen.STORY_EDITOR]),
    ],
)
def test_pages_of_publishing(shown: Shown, placement: str, screens: list[Screen]) -> None:
    at_picker(shown, placement)
    seen = [shown.seen()]
    shown.touch("gallery_grid_item_thumbnail", 1)
    if placement == "feed":
        shown.touch("next_button_textview")
    seen.append(shown.seen())
    if placement != "story":
        shown.touch("creation_next_button" if placement == "feed" else "clips_right_action_button")
        seen.append(shown.seen())
    assert seen == screens
    assert follow_button(APP, shown.tree) is None


def test_the_screens_of_sounds(shown: Shown) -> None:
    """From the page of a sound through camera, picker and list to the volumes; none of them is a popup."""
    shown.gallery.put("clip.mp4")
    shown.open("https://www.instagram.com/reels/audio/7001234567/")
    shown.clock.pass_s(0.3)
    seen = [shown.seen()]
    steps = ("use_in_camera_button", "gallery_preview_button", "gallery_grid_item_thumbnail")
    more = ("clips_action_bar_volume_controls_button", "track_container", "select_button_tap_target")
    for id_ in (*steps, *more, "music_editor_done_button"):
        shown.touch(id_)
        seen.append(shown.seen())
        assert recognise(APP, shown.tree).popup is None
    shown.touch("clips_action_bar_volume_controls_button", 1)
    assert [*seen, shown.seen()] == [
        *(Screen.SOUND_PAGE, Screen.CAMERA, Screen.GALLERY_PICKER, Screen.EDITOR),
        *(Screen.SOUND_LIST, Screen.SOUND_LIST, Screen.SOUND_CLIP, Screen.EDITOR, Screen.VOLUMES),
    ]


@pytest.mark.parametrize("words", ["", "Small films", "Hello #fun"])
def test_the_caption_while_it_is_typed(shown: Shown, words: str) -> None:
    at_form(shown)
    shown.touch("caption_input_text_view")
    shown.display.type_text(words, replace=True)
    assert shown.seen() is Screen.POST_FORM
    shown.touch("action_bar_button_text")
    assert shown.seen() is Screen.POST_FORM


@pytest.mark.parametrize("fault", ["upload_slow", "upload_failure"])
def test_home_with_an_upload(shown: Shown, fault: str) -> None:
    at_form(shown)
    shown.display.inject(fault, {"seconds": 60})
    shown.touch("share_button")
    shown.clock.pass_s(5)
    assert shown.by_id("row_pending_media_status_textview")
    assert shown.seen() is Screen.HOME_FEED
    shown.touch("clips_tab")
    assert shown.seen() is Screen.REELS_VIEWER
    shown.touch("profile_tab")
    assert shown.seen() is Screen.OWN_PROFILE


def test_a_reel_that_is_not_there_yet(shown: Shown) -> None:
    at_form(shown)
    shown.display.inject("upload_slow", {"seconds": 60})
    shown.display.inject("share_opens_reels", {})
    shown.touch("share_button")
    assert shown.seen() is Screen.REELS_VIEWER


def test_the_limit_on_publishing(shown: Shown) -> None:
    at_form(shown)
    shown.display.inject("post_limit", {})
    shown.touch("share_button")
    assert shown.seen() is Screen.RESTRICTION


def touch_on(shown: Shown, read: Callable[[View], Node | None]) -> None:
    """Tap what this finds on the screen."""
    node = read(View(APP, shown.tree))
    assert node is not None
    shown.display.tap(*node.bounds.center)
    shown.clock.pass_s(0.3)


def share(shown: Shown, name: str, action: str) -> None:
    item = shown.gallery.put(name)
    shown.display.start_activity(
        Intent(
            action=action,
            component=""
            if action == STORY
            else f"{INSTAGRAM}/com.instagram.share.handleractivity.ShareHandlerActivity",
            package=INSTAGRAM,
            mime_type="image/jpeg",
            uris={STREAM: item.uri},
            grants_read=True,
        )
    )
    shown.clock.pass_s(0.3)


def test_own_stories_one_after_another(shown: Shown) -> None:
    shown.launch()
    for name in ("a.jpg", "b.jpg"):
        share(shown, name, STORY)
        touch_on(shown, composer.story_button)
        shown.clock.pass_s(200)
    shown.touch("profile_tab")
    touch_on(shown, composer.story_opener)
    ages: list[int] = []
    for _ in range(2):
        assert shown.seen() is Screen.STORY_VIEWER
        story = opened_post.story(View(APP, shown.tree))
        assert story is not None
        assert story.author == shown.active
        ages.append(story.ages[0].below_s)
        shown.display.tap(900, 1200)
    assert shown.seen() is Screen.OWN_PROFILE
    assert ages == [420, 240]


def test_a_picture_from_its_tile(shown: Shown) -> None:
    shown.launch()
    share(shown, "a.jpg", SEND)
    touch_on(shown, lambda view: composer.chooser_row(view, Destination.FEED))
    touch_on(shown, composer.next_button)
    touch_on(shown, composer.share_button)
    shown.clock.pass_s(8)
    shown.touch("profile_tab")
    shown.touch("image_button")
    assert shown.seen() is Screen.POSTS
    post = opened_post.post(View(APP, shown.tree))
    assert post is not None
    assert (post.author, post.words, {age.below_s for age in post.ages}) == (shown.active, None, {8})


def test_an_older_reel_from_its_tile(shown: Shown) -> None:
    shown.launch()
    shown.touch("profile_tab")
    shown.touch("image_button", 1)
    assert shown.seen() is Screen.REELS_VIEWER
    assert opened_post.post(View(APP, shown.tree)) == opened_post.Opened(author=shown.active, words="old film 1")
    shown.display.key(BACK)
    assert shown.seen() is Screen.OWN_PROFILE
