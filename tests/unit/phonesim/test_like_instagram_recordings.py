"""Instagram's screens have the structure of the recordings they were modelled on.

Its ids are stable, so a screen is compared id by id: the first node with an id that the recording and the model share
has the same class, the same flags, a text and a description where the recorded one has them, stands as far below the
clickable node, and in the container of the same id. Screens without ids are compared label by label. What the model
leaves out is named in `LEFT_OUT`, what it does otherwise in `OTHERWISE`. Skipped where the recordings are missing.
"""

from collections.abc import Callable

import pytest

from tests.support.instagram_screens import InstagramScreen
from tests.support.screens import Node, nodes_of
from tests.support.uidumps import dump

FLAGS = ("clickable", "focusable", "long-clickable", "scrollable")


def last(node: Node) -> str:
    return node["resource-id"].rpartition("/")[2]


def first_of_each_id(nodes: list[Node]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for node in nodes:
        if last(node):
            found.setdefault(last(node), node)
    return found


def shape(node: Node, *, flat: bool) -> dict[str, object]:
    """What a selector can see of a node; of a flattened recording only what it kept."""
    seen: dict[str, object] = {"text": bool(node["text"]), "desc": bool(node["content-desc"])}
    if flat:
        return seen | {"clickable": node["clickable"]}
    seen |= {flag: node[flag] for flag in FLAGS}
    around = next((last(up) for up in reversed(node.parents) if last(up)), "")
    return seen | {"class": node["class"], "levels": node.levels_to_clickable, "in": around}


def home() -> InstagramScreen:
    screen = InstagramScreen()
    screen.launch()
    return screen


def after_a_swipe() -> InstagramScreen:
    screen = home()
    screen.display.swipe(500, 1500, 500, 500)
    return screen


def on_tab(name: str) -> Callable[[], InstagramScreen]:
    def make() -> InstagramScreen:
        screen = home()
        screen.touch(name)
        return screen

    return make


def profile(handle: str) -> Callable[[], InstagramScreen]:
    def make() -> InstagramScreen:
        screen = InstagramScreen()
        screen.profile(handle)
        return screen

    return make


def own(*touches: str) -> Callable[[], InstagramScreen]:
    def make() -> InstagramScreen:
        screen = on_tab("profile_tab")()
        for words in touches:
            screen.tap(words)
        return screen

    return make


def popup(kind: str) -> Callable[[], InstagramScreen]:
    def make() -> InstagramScreen:
        screen = InstagramScreen()
        screen.display.inject("popup", {"kind": kind})
        screen.launch()
        return screen

    return make


def gallery() -> InstagramScreen:
    """A phone with pictures, and a video as the newest file."""
    screen = InstagramScreen()
    for name in ("one.jpg", "two.jpg", "clip.mp4"):
        screen.gallery.put(name)
    screen.launch()
    return screen


def new_post(*touches: str) -> Callable[[], InstagramScreen]:
    def make() -> InstagramScreen:
        screen = gallery()
        screen.display.tap(*screen.by_id("action_bar_buttons_container_left")[0].centre)
        screen.clock.pass_s(0.3)
        for id_ in touches:
            screen.touch(id_)
        return screen

    return make


REEL = ("cam_dest_clips", "gallery_grid_item_thumbnail", "clips_right_action_button")


def typed(*, done: bool) -> Callable[[], InstagramScreen]:
    def make() -> InstagramScreen:
        screen = new_post(*REEL, "caption_input_text_view")()
        screen.display.type_text("Small films, big coffee", replace=True)
        if done:
            screen.touch("action_bar_button_text")
        return screen

    return make


def draft() -> InstagramScreen:
    screen = new_post(*REEL, "save_draft_button")()
    screen.display.tap(*screen.by_id("action_bar_buttons_container_left")[0].centre)
    screen.clock.pass_s(0.3)
    screen.touch("cam_dest_clips")
    return screen


def uploading() -> InstagramScreen:
    screen = new_post(*REEL)()
    screen.display.inject("upload_slow", {"seconds": 100})
    screen.display.inject("share_opens_reels", {})
    screen.touch("share_button")
    return screen


def failed() -> InstagramScreen:
    screen = new_post(*REEL)()
    screen.display.inject("upload_failure", {})
    screen.touch("share_button")
    screen.clock.pass_s(5)
    return screen


SCREENS: dict[str, Callable[[], InstagramScreen]] = {
    "ig_home_feed_en": failed,
    "ig_home_feed_suggested_en": after_a_swipe,
    "ig_other_profile_follow_en": profile("anna.b"),
    "ig_own_profile_en": own("Create New"),
    "ig_reels_viewer_en": on_tab("clips_tab"),
    "flat_ig_explore_search_en": on_tab("search_tab"),
    "ig_new_post_picker_en": new_post(),
    "ig_story_picker_en": new_post("cam_dest_story"),
    "ig_new_reel_picker_en": new_post("cam_dest_clips"),
    "ig_new_reel_picker_draft_en": draft,
    "ig_edit_video_en": new_post(*REEL[:2]),
    "ig_caption_empty_en": new_post(*REEL),
    "ig_caption_typed_en": typed(done=True),
    "flat_ig_caption_fullscreen_en": typed(done=False),
    "ig_reel_unavailable_uploading_en": uploading,
    "flat_ig_popup_sticker_en": popup("sticker"),
    "flat_ig_perm_camera_1080_en": popup("camera"),
}

# Frames of the camera that the editor needs when a sticker or a clip is put on it.
_CAMERA = {
    *("post_capture_preview_size_placeholder", "post_capture_button_root_container", "video_sticker_ltr_holder"),
    *("post_capture_media_overlay_footer_button_container", "pre_capture_interactive_drawable_container_holder"),
    *("post_capture_interactive_drawable_container_holder", "capture_interactive_drawable_container"),
}

LEFT_OUT: dict[str, set[str]] = {
    # The end of the video above, scrolled half out.
    "ig_home_feed_suggested_en": {
        *("slideout_iconview_icon", "info_container", "center_info_container", "bottom_button"),
        *("blurred_image_view_overlay", "row_feed_view_group_buttons", "row_feed_button_like"),
        *("row_feed_button_comment", "row_feed_button_share", "row_feed_button_save", "video_states"),
        "countdown_timer",
    },
    "ig_other_profile_follow_en": {"swipe_refresh_animated_progressbar_container"},
    # A note's bubble, a banner, and highlights that the account never made.
    "ig_own_profile_en": {
        *("pog_note_bubble_container", "pog_note_bubble_view", "pog_note_bubble_root_view"),
        *("pog_note_bubble_card_view", "pog_bubble_text_container", "pog_bubble_text", "banner_row"),
        *("banner_container", "profile_header_banner_item_layout", "profile_header_banner_item_icon"),
        *("profile_header_banner_item_title", "bloks_container", "outer_container", "avatar_view"),
        *("avatar_container", "seen_state", "avatar_image_view", "title_container", "username"),
        *("swipe_refresh_animated_progressbar_container", "pill_new_badge", "statusBarBackground"),
    },
    "ig_reels_viewer_en": {
        *("clips_item_overlay_component", "interactive_sticker_container", "clips_caption_component"),
        *("repost_count", "media_album_art_button", "clips_bottom_legibility_gradient_component", "icon"),
        *("modal_container", "igds_upload_snackbar", "upload_snackbar_container", "media_thumbnail_container"),
        *("media_thumbnail", "media_thumbnail_overlay", "upload_progress_bar_container", "status_text"),
        *("progress_bar", "statusBarBackground", "navigationBarBackground"),
    },
    "flat_ig_explore_search_en": {"layout_container", "image_preview"},
    "ig_new_reel_picker_en": _CAMERA,
    "ig_new_reel_picker_draft_en": _CAMERA,
    "ig_story_picker_en": {
        "post_capture_preview_size_placeholder",
        "post_capture_interactive_drawable_container_holder",
    },
    "ig_edit_video_en": {
        *("video_sticker_ltr_holder", "pre_capture_interactive_drawable_container_holder"),
        *("quick_capture_top_shadow_overlay", "quick_capture_bottom_shadow_overlay", "effect_footer_container"),
        *("gallery_grid_parent_container", "gallery_root_container", "gallery_background"),
    },
    "ig_caption_empty_en": {"suggested_locations_recyclerview", "map_content_education"},
    # What stands further down the page: labels, audience, other apps.
    "ig_caption_typed_en": {
        *("map_content_education", "title_inline_layout", "subtitle", "toggle", "profile_picture_container"),
        "profile_picture",
    },
    # Another version's name for the container that refreshes; the tabs' icons.
    "ig_reel_unavailable_uploading_en": {"clips_swipe_refresh_container", "icon"},
}

OTHERWISE: dict[str, set[str]] = {
    # A post of two authors, which leads to neither.
    "ig_home_feed_en": {"row_feed_photo_profile_name"},
    # The tab "Photos of you" has a badge there.
    "ig_own_profile_en": {"wrapper"},
    "ig_reel_unavailable_uploading_en": {"clips_viewer_view_pager"},
}


@pytest.mark.parametrize("name", SCREENS)
def test_every_id_of_the_recording_is_there_and_looks_the_same(name: str) -> None:
    recorded = first_of_each_id(nodes_of(dump(name)))
    model = first_of_each_id(SCREENS[name]().nodes())
    flat = name.startswith("flat_")
    assert {id_ for id_ in recorded if id_ not in model} == LEFT_OUT.get(name, set())
    shared = [id_ for id_ in recorded if id_ in model and id_ not in OTHERWISE.get(name, set())]
    assert len(shared) >= 5
    for id_ in shared:
        assert shape(model[id_], flat=flat) == shape(recorded[id_], flat=flat), id_


def test_the_words_of_publishing_are_the_recorded_ones() -> None:
    for name in ("ig_new_post_picker_en", "ig_new_reel_picker_draft_en", "ig_edit_video_en", "ig_caption_empty_en"):
        recorded = {n["text"] for n in nodes_of(dump(name)) if n["text"]}
        said = {n["text"] for n in SCREENS[name]().nodes()}
        # Durations, places and the account's own words differ.
        missing = {words for words in recorded - said if not words[:1].isdigit()}
        assert missing <= {
            "Las Vegas, Nevada",
            "North Las Vegas, Nevada",
            "People you share this content with can see the location you tag and view this content on the map.",
        }


def test_the_buttons_of_a_followed_profile_are_those_of_410() -> None:
    """The excerpt kept classes, texts and what is clickable; its first node is a statistic cut off from its pair."""
    recorded = first_of_each_id(nodes_of(dump("ex_ig410_profile_following_en")))
    model = first_of_each_id(profile("followed_anna")().nodes())
    for id_ in ("profile_header_user_action_follow_button", "profile_header_follow_button", "button_container"):
        for name in ("class", "clickable", "long-clickable"):
            assert model[id_][name] == (recorded[id_][name] or "false"), (id_, name)
    assert model["profile_header_follow_button"]["text"] == recorded["profile_header_follow_button"]["text"]
    row = [last(node) for node in profile("followed_anna")().nodes() if "actions_top_row" in str(node.parents)]
    assert "row_profile_header_button_chaining" not in row


def test_an_own_profile_without_its_sheet_keeps_none_of_it() -> None:
    assert not own()().by_id("background_dimmer")


def test_the_account_switcher_is_the_recorded_one() -> None:
    screen = own()()
    screen.touch("action_bar_title")

    def rows(nodes: list[Node]) -> list[tuple[str, str, str, str]]:
        found = [n for n in nodes if n["content-desc"] and n["package"] != "com.android.systemui"]
        return [(n["class"], n["clickable"], n["long-clickable"], n["selected"] or "false") for n in found]

    recorded, model = rows(nodes_of(dump("ex_ig410_account_switcher_en"))), rows(screen.nodes())
    # Cancel, the active account, [the others], add, Accounts Center, logo.
    assert [*model[:2], *model[-3:]] == [(c, k, x or "false", s) for c, k, x, s in recorded]
    assert not screen.by_id("action_bar_title"), "nothing of the page below is listed"


def labels(nodes: list[Node]) -> list[Node]:
    return [
        node
        for node in nodes
        if (node["text"].strip() or node["content-desc"].strip()) and node["package"] == "com.instagram.android"
    ]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("ig_login_wall_en", "login_wall"),
        ("ig_captcha_human_en", "captcha"),
        ("ig_verify_upload_id_en", "verification"),
        ("ig_account_disabled_en", "banned"),
    ],
)
def test_a_blocker_says_what_the_recorded_one_says_in_nodes_of_the_same_shape(name: str, fault: str) -> None:
    screen = home()
    screen.display.inject(fault, {})
    recorded = {(n["text"] or n["content-desc"], n["class"]): n for n in labels(nodes_of(dump(name)))}
    compared = 0
    for node in labels(screen.nodes()):
        other = recorded.get((node["text"] or node["content-desc"], node["class"]))
        if other is not None:
            compared += 1
            assert shape(node, flat=False) == shape(other, flat=False), node["text"]
    assert compared >= len(recorded) * 0.5


def test_a_profile_that_loads_has_a_title_and_nothing_below_it() -> None:
    screen = profile("slow_anna")()
    recorded = nodes_of(dump("ig2021_profile_loading_en"))
    for nodes in (screen.nodes(), recorded):
        words = {n["content-desc"] for n in labels(nodes)}
        assert {"Back", "Options", "Home", "Profile", "Reels"} <= words
        (empty,) = [n for n in nodes if last(n) == "coordinator_root_layout"]
        assert not [n for n in nodes if empty in n.parents]


def test_a_challenge_that_loads_shows_only_menu() -> None:
    screen = home()
    screen.display.inject("challenge_loading", {})
    assert [n["content-desc"] for n in labels(screen.nodes())] == ["Menu"]
