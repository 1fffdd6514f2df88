"""The recogniser over every recorded hierarchy, and over each of them changed in ways that must not matter.

`BUTTON` holds the state, the label's and the target's bounds of the one button for following where there is one;
on every other recording none may be found.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drover.apps import App, FollowState, Screen, accounts, follow_button, recognise
from drover.phone.hierarchy import Bounds, parse
from drover.wire.tasks import Reason
from tests.support.uidumps import app_of, dump, flatten, folder, mirror, pad_labels, rename_ids, scale, translate

SCREENS: dict[str, Screen] = {
    "ex_ig410_account_switcher_en": Screen.ACCOUNT_SWITCHER,
    "ex_ig410_profile_following_en": Screen.OTHER_PROFILE,
    "ex_trill_popup_phone_number_vi": Screen.POPUP,
    "ex_tt4314_account_switcher_en": Screen.ACCOUNT_SWITCHER,
    "ex_tt4314_own_profile_stats_fr": Screen.OWN_PROFILE,
    "ex_tt4314_update_prompt_opaque_fr": Screen.POPUP,
    "ex_tt4643_caption_en": Screen.POST_FORM,
    "ex_tt4643_editor_en": Screen.EDITOR,
    "ex_tt4643_gallery_one_selected_en": Screen.GALLERY_PICKER,
    "ex_tt4643_own_profile_en": Screen.OWN_PROFILE,
    "ex_tt4673_popup_save_login_en": Screen.POPUP,
    "ex_tt4703_profile_following_fr": Screen.OTHER_PROFILE,
    "flat_ig_caption_fullscreen_en": Screen.POST_FORM,
    "flat_ig_explore_search_en": Screen.EXPLORE,
    "flat_ig_perm_camera_1080_en": Screen.PERMISSION_DIALOG,
    "flat_ig_popup_sticker_en": Screen.POPUP,
    "flat_tt_post_s10_posted_en": Screen.AFTER_POST,
    "flat_tt_post_s1_home_feed_en": Screen.HOME_FEED,
    "flat_tt_post_s3_editor_music_en": Screen.EDITOR,
    "flat_tt_post_s5_caption_empty_en": Screen.POST_FORM,
    "flat_tt_post_s6_caption_keyboard_en": Screen.POST_FORM,
    "flat_tt_post_s7_launcher_widget_en": Screen.SYSTEM_DIALOG,
    "ig2021_other_profile_follow_en": Screen.OTHER_PROFILE,
    "ig2021_profile_loading_en": Screen.PROFILE_LOADING,
    "ig2023_new_post_picker_en": Screen.GALLERY_PICKER,
    "ig_account_disabled_en": Screen.DISABLED,
    "ig_blank": Screen.BLANK,
    "ig_captcha_human_en": Screen.CAPTCHA,
    "ig_caption_empty_en": Screen.POST_FORM,
    "ig_caption_typed_en": Screen.POST_FORM,
    "ig_edit_video_en": Screen.EDITOR,
    "ig_home_feed_en": Screen.HOME_FEED,
    "ig_home_feed_suggested_en": Screen.HOME_FEED,
    "ig_login_wall_en": Screen.LOGIN_WALL,
    "ig_new_post_picker_en": Screen.GALLERY_PICKER,
    "ig_new_reel_picker_draft_en": Screen.GALLERY_PICKER,
    "ig_new_reel_picker_en": Screen.GALLERY_PICKER,
    "ig_other_profile_follow_en": Screen.OTHER_PROFILE,
    "ig_own_profile_en": Screen.CREATE_SHEET,
    "ig_reel_unavailable_uploading_en": Screen.REELS_VIEWER,
    "ig_reels_viewer_en": Screen.REELS_VIEWER,
    "ig_story_picker_en": Screen.STORY_PICKER,
    "ig_verify_upload_id_en": Screen.VERIFICATION,
    "tt_blank_launch": Screen.BLANK,
    "tt_camera_en": Screen.CAMERA,
    "tt_comments_over_feed_en": Screen.COMMENTS,
    "tt_create_tab_templates_en": Screen.CREATE_TAB,
    "tt_editor_en": Screen.EDITOR,
    "tt_feed_find_related_en": Screen.VIDEO,
    "tt_feed_from_search_en": Screen.VIDEO,
    "tt_feed_repost_en": Screen.VIDEO,
    "tt_gallery_picker_en": Screen.GALLERY_PICKER,
    "tt_home_feed_en": Screen.HOME_FEED,
    "tt_home_feed_mixed_fr_en": Screen.HOME_FEED,
    "tt_other_profile_follow_en": Screen.OTHER_PROFILE,
    "tt_search_results_top_en": Screen.SEARCH_RESULTS,
}

BUTTON: dict[str, tuple[FollowState, Bounds, Bounds]] = {
    "ex_ig410_profile_following_en": (
        FollowState.FOLLOWING,
        Bounds(33, 966, 532, 1054),
        Bounds(33, 966, 532, 1054),
    ),
    "ex_tt4703_profile_following_fr": (
        FollowState.FOLLOWING,
        Bounds(723, 584, 870, 689),
        Bounds(670, 584, 912, 689),
    ),
    "ig2021_other_profile_follow_en": (FollowState.FOLLOW, Bounds(33, 830, 323, 924), Bounds(33, 830, 323, 924)),
    "ig_other_profile_follow_en": (FollowState.FOLLOW, Bounds(20, 362, 324, 414), Bounds(20, 362, 324, 414)),
    "tt_other_profile_follow_en": (FollowState.FOLLOW, Bounds(27, 394, 201, 460), Bounds(27, 394, 201, 460)),
}

POPUPS = {
    "ex_trill_popup_phone_number_vi": ("phone_number", Bounds(936, 84, 1056, 216)),
    "ex_tt4314_update_prompt_opaque_fr": ("opaque", None),
    "ex_tt4673_popup_save_login_en": ("save_login", Bounds(115, 928, 359, 1011)),
    "flat_ig_perm_camera_1080_en": ("permission", Bounds(133, 1508, 947, 1613)),
    "flat_ig_popup_sticker_en": ("promotion", Bounds(181, 965, 539, 1043)),
    "flat_tt_post_s7_launcher_widget_en": ("widget", Bounds(382, 2190, 613, 2316)),
}

BLOCKERS = {
    "ig_account_disabled_en": Reason.BLOCKED_BY_APP,
    "ig_captcha_human_en": Reason.NEEDS_HUMAN,
    "ig_login_wall_en": Reason.NOT_LOGGED_IN,
    "ig_verify_upload_id_en": Reason.NEEDS_HUMAN,
}

HANDLES = {
    "tt_other_profile_follow_en": "satifus2020",
    "ex_tt4643_own_profile_en": "cuhereg.picarim",
    "ig_other_profile_follow_en": "sitekizaga",
    "ig2021_other_profile_follow_en": "razo_vizug_fev",
    "ig2021_profile_loading_en": "nanite.vitas",
    "ig_own_profile_en": "pogufatekozager",
}

Change = Callable[[bytes, App], bytes]


def _in(language: str, *, renamed: bool = False) -> Change:
    def change(xml: bytes, app: App) -> bytes:
        return translate(rename_ids(xml, app, stable=True) if renamed else xml, app, language)

    return change


CHANGES: dict[str, Change] = {
    "obfuscated ids renamed": lambda xml, app: rename_ids(xml, app, stable=False),
    "all ids renamed": lambda xml, app: rename_ids(xml, app, stable=True),
    "half the density": lambda xml, _: scale(xml, 0.5),
    "larger by half": lambda xml, _: scale(xml, 1.5),
    "labels padded": lambda xml, _: pad_labels(xml),
    **{f"in {code}": _in(code) for code in ("fr", "pt", "vi", "zh", "es", "de", "id")},
    "in ar, mirrored": lambda xml, app: mirror(translate(xml, app, "ar")),
    **{f"in {code}, all ids renamed": _in(code, renamed=True) for code in ("fr", "zh")},
}

NAMES = sorted(SCREENS)

ACCOUNTS = {
    "ex_tt4314_account_switcher_en": [("mitipepotavepagi", True), ("goga6913", False), ("kipeve7405", False)],
    "ex_ig410_account_switcher_en": [("gonu_1", True)],
}


@dataclass(frozen=True)
class Verdict:
    """What must not depend on ids, sizes, languages or spaces: the screen, and which node is the button."""

    screen: Screen
    state: FollowState | None
    target: int | None


def verdict(app: App, xml: bytes) -> Verdict:
    tree = parse(xml)
    button = follow_button(app, tree)
    nodes = [node for root in tree.roots for node in root.walk()]
    return Verdict(
        recognise(app, tree).screen, button.state if button else None, nodes.index(button.target) if button else None
    )


def test_the_table_names_every_recording() -> None:
    path = folder()
    if path is None:
        pytest.skip("the recorded hierarchies (../shared/uidumps) are not on this machine")
    assert {file.stem for file in path.glob("*.xml")} == set(SCREENS)


@pytest.mark.parametrize("name", NAMES)
def test_recording_is_recognised(name: str) -> None:
    seen = recognise(app_of(name), parse(dump(name)))
    assert seen.screen is SCREENS[name]
    assert seen.handle == HANDLES.get(name)
    assert (seen.blocker.reason if seen.blocker else None) == BLOCKERS.get(name)


@pytest.mark.parametrize("name", NAMES)
def test_popup_and_what_puts_it_away(name: str) -> None:
    popup = recognise(app_of(name), parse(dump(name))).popup
    found = (popup.name, popup.dismiss.bounds if popup.dismiss else None) if popup else None
    assert found == POPUPS.get(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_button_and_no_false_one(name: str) -> None:
    button = follow_button(app_of(name), parse(dump(name)))
    found = (button.state, button.label.bounds, button.target.bounds) if button else None
    assert found == BUTTON.get(name)
    if button:
        assert button.target.clickable


@pytest.mark.parametrize("name", NAMES)
def test_accounts_of_the_switcher_and_nowhere_else(name: str) -> None:
    rows = accounts(app_of(name), parse(dump(name)))
    assert [(row.username, row.active) for row in rows] == ACCOUNTS.get(name, [])


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", NAMES)
def test_changed_recording_gives_the_same_verdict(name: str, change: str) -> None:
    app, xml = app_of(name), dump(name)
    assert verdict(app, CHANGES[change](xml, app)) == verdict(app, xml)


@pytest.mark.parametrize("name", NAMES)
def test_flattened_recording_gives_the_same_screen_and_state(name: str) -> None:
    app, xml = app_of(name), dump(name)
    before, after = verdict(app, xml), verdict(app, flatten(xml))
    assert (after.screen, after.state) == (before.screen, before.state)
