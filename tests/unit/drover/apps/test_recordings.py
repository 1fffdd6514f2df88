"""The recogniser over every recorded hierarchy, and over each of them changed in ways that must not matter.

`BUTTON` holds the state, the label's and the target's bounds of the one button for following where there is one;
on every other recording none may be found.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drover.apps import App, FollowState, Screen, accounts, follow_button, load, recognise
from drover.apps.lexicon import normal
from drover.phone.hierarchy import Bounds, parse
from drover.wire.tasks import Reason
from tests.support.uidumps import (
    app_of,
    dump,
    flatten,
    known_labels,
    mirror,
    pad_labels,
    recordings,
    rename_classes,
    rename_ids,
    reword,
    stretch,
    surround,
    translate,
)

SCREENS: dict[str, Screen] = {
    "ex_ig410_account_switcher_en": Screen.ACCOUNT_SWITCHER,
    "ex_ig410_profile_following_en": Screen.OTHER_PROFILE,
    "ex_trill_popup_phone_number_vi": Screen.POPUP,
    "ex_trill_sheet_mutual_follow_vi": Screen.POPUP,
    "ex_tt4314_account_switcher_en": Screen.ACCOUNT_SWITCHER,
    "ex_tt4314_own_profile_stats_fr": Screen.OWN_PROFILE,
    "ex_tt4314_update_prompt_opaque_fr": Screen.POPUP,
    "ex_tt4643_caption_en": Screen.POST_FORM,
    "ex_tt4643_editor_en": Screen.EDITOR,
    "ex_tt4643_gallery_one_selected_en": Screen.GALLERY_PICKER,
    "ex_tt4643_own_profile_en": Screen.OWN_PROFILE,
    "ex_tt4643_sound_sheet_for_you_en": Screen.SOUND_LIST,
    "ex_tt4643_sound_sheet_selected_en": Screen.SOUND_LIST,
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
    "ig410_story_share_info_en": Screen.POPUP,
    "ig_account_disabled_en": Screen.DISABLED,
    "ig_blank": Screen.BLANK,
    "ig_captcha_human_en": Screen.CAPTCHA,
    "ig_caption_empty_en": Screen.POST_FORM,
    "ig_caption_typed_en": Screen.POST_FORM,
    "ig_comments_sheet_typed_en": Screen.COMMENTS,
    "ig_discard_question_save_draft_en": Screen.DISCARD_QUESTION,
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
    "ig_sheet_after_post_add_links_en": Screen.REELS_VIEWER,
    "ig_story_picker_en": Screen.STORY_PICKER,
    "ig_verify_selfie_en": Screen.VERIFICATION,
    "ig_verify_upload_id_en": Screen.VERIFICATION,
    "sys_honor_chooser_zh": Screen.CHOOSER,
    "sys_honor_permission_media_zh": Screen.PERMISSION_DIALOG,
    "sys_xiaomi_launcher_google_widget_es": Screen.LAUNCHER,
    "trill_comments_typed_over_feed_en": Screen.COMMENTS,
    "trill_shop_tab_en": Screen.SHOP,
    "tt4314_sound_page_fr": Screen.SOUND_PAGE,
    "tt4703_uploading_fr": Screen.AFTER_POST,
    "tt47_profile_follow_back_private_fr": Screen.OTHER_PROFILE,
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
    "tt47_profile_follow_back_private_fr": (
        FollowState.FOLLOW_BACK,
        Bounds(42, 584, 912, 689),
        Bounds(42, 584, 912, 689),
    ),
    "tt_other_profile_follow_en": (FollowState.FOLLOW, Bounds(27, 394, 201, 460), Bounds(27, 394, 201, 460)),
}

POPUPS: dict[str, tuple[str, Bounds | None]] = {
    "ex_trill_sheet_mutual_follow_vi": ("sheet", Bounds(936, 1278, 1056, 1410)),
    "ig410_story_share_info_en": ("alert", Bounds(133, 1725, 947, 1846)),
    "ig_comments_sheet_typed_en": ("sheet", None),
    "ig_sheet_after_post_add_links_en": ("sheet", None),
    "sys_honor_permission_media_zh": ("permission", Bounds(1187, 584, 1299, 668)),
    "trill_comments_typed_over_feed_en": ("comments", None),
    "tt_comments_over_feed_en": ("comments", Bounds(995, 877, 1048, 930)),
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
    "ig_verify_selfie_en": Reason.NEEDS_HUMAN,
    "ig_verify_upload_id_en": Reason.NEEDS_HUMAN,
}

HANDLES = {
    "tt_other_profile_follow_en": "satifus2020",
    "ex_tt4643_own_profile_en": "cuhereg.picarim",
    "ig_other_profile_follow_en": "sitekizaga",
    "ig2021_other_profile_follow_en": "razo_vizug_fev",
    "ig2021_profile_loading_en": "nanite.vitas",
    "ig_own_profile_en": "pogufatekozager",
    "tt47_profile_follow_back_private_fr": "peco_letofiga",
}

Change = Callable[[bytes, App], bytes]


def _in(language: str, *, renamed: bool = False) -> Change:
    def change(xml: bytes, app: App) -> bytes:
        return translate(rename_ids(xml, app, stable=True) if renamed else xml, app, language)

    return change


CHANGES: dict[str, Change] = {
    "obfuscated ids renamed": lambda xml, app: rename_ids(xml, app, stable=False),
    "all ids renamed": lambda xml, app: rename_ids(xml, app, stable=True),
    "small and short": lambda xml, _: stretch(xml, 480, 800),
    "large and long": lambda xml, _: stretch(xml, 1440, 3200),
    "other classes": lambda xml, _: rename_classes(xml),
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


AGREES = ("publish_now", "continue", "post_comment", "post", "share", "follow_back", "add_to_home", "permission_answer")
AWAY = ("not_now", "dont_allow", "permission_deny", "skip", "cancel", "close", "got_it", "wait", "close_app")
ONE_LABEL_DECIDES = 18
"""On so many of all labels of all recordings, their ids renamed too, the name of the screen hangs on that one word."""


def test_the_table_names_every_recording() -> None:
    found = recordings()
    if not found:
        pytest.skip("the recorded hierarchies (../shared/uidumps) are not on this machine")
    assert set(found) == set(SCREENS)


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
def test_mirrored_turned_or_surrounded_recording_gives_the_same_screen(name: str) -> None:
    app, xml = app_of(name), dump(name)
    for changed in (mirror(xml), stretch(xml, 2400, 1080), surround(xml)):
        assert recognise(app, parse(changed)).screen is SCREENS[name]


@pytest.mark.parametrize("name", sorted(POPUPS))
def test_what_puts_a_popup_away_agrees_to_nothing(name: str) -> None:
    """A word that refuses or closes, an X without words, or BACK; OK where a window only informs."""
    app, xml = app_of(name), dump(name)
    for changed in (xml, *(change(xml, app) for change in CHANGES.values()), flatten(xml)):
        popup = recognise(app, parse(changed)).popup
        if popup is None or popup.dismiss is None:
            continue
        words = [word for part in popup.dismiss.walk() for word in (part.text, part.desc) if normal(word)]
        lexicons = (app.lexicon, load("android").lexicon)
        meant = {meaning for word in words for one in lexicons for meaning, _ in one.meanings(word)}
        assert not meant & set(AGREES)
        informs = popup.name == "alert" and "ok" in meant
        assert not words or meant & set(AWAY) or informs, words


def test_hardly_any_screen_hangs_on_one_word() -> None:
    """Other versions and languages reword labels: each known one is made unknown, after all ids were renamed."""
    lost: list[tuple[str, str]] = []
    for name, file in recordings().items():
        app = app_of(name)
        xml = rename_ids(file.read_bytes(), app, stable=True)
        for label in known_labels(xml, app):
            if recognise(app, parse(reword(xml, label))).screen is not SCREENS[name]:
                lost.append((name, label))
    assert len(lost) <= ONE_LABEL_DECIDES, lost


@pytest.mark.parametrize("name", NAMES)
def test_flattened_recording_gives_the_same_screen_and_state(name: str) -> None:
    app, xml = app_of(name), dump(name)
    before, after = verdict(app, xml), verdict(app, flatten(xml))
    assert (after.screen, after.state) == (before.screen, before.state)
