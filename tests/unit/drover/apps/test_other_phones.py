"""Screens that no one recorded, written by hand: other languages, sizes, windows, lists, overlays, blockers."""

import re
from xml.etree import ElementTree

import pytest

from drover.apps import FollowState, Screen, Seen, follow_button, load, recognise, same_handle
from drover.phone.hierarchy import parse
from tests.support.mockups import (
    actions,
    as_instagram,
    cards,
    icon,
    ig_actions,
    ig_bar,
    ig_profile,
    ig_tabs,
    listing,
    moved,
    tt_bar,
    tt_profile,
    tt_tabs,
    user_list,
    user_row,
)
from tests.support.trees import Box, box, button, label, node, tree

# statistics, Message, Back, then what the button says in each state
WORDS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "tt en": ("Following|Followers|Likes", "Message", "Back", {"follow": "Follow", "requested": "Request sent"}),
    "tt fr": ("Suivis|Followers|J'aime", "Message", "Retour", {"follow": "Suivre", "following": "Suivi"}),
    "tt pt": ("Seguindo|Seguidores|Curtidas", "Mensagem", "Voltar", {"follow": "Seguir", "following": "Seguindo"}),
    "tt vi": ("Đã follow|Follower|Thích", "Nhắn tin", "Quay lại", {"follow": "Follow", "follow_back": "Follow lại"}),
    "tt zh": ("关注|粉丝|获赞", "消息", "返回", {"follow": "+关注", "friends": "好友", "requested": "已申请"}),
    "tt tw": ("關注中|粉絲|讚", "訊息", "返回", {"follow": "關注", "following": "關注中", "requested": "已要求"}),
    "tt es": ("Siguiendo|Seguidores|Me gusta", "Mensaje", "Volver", {"follow": "Seguir", "friends": "Amigos"}),
    "tt de": ("Folge ich|Follower|Likes", "Nachricht", "Zurück", {"follow": "Folgen", "following": "Folge ich"}),
    "tt id": ("Mengikuti|Pengikut|Suka", "Pesan", "Kembali", {"follow": "Ikuti", "following": "Mengikuti"}),
    "tt it": ("Seguiti|Follower|Mi piace", "Messaggio", "Indietro", {"follow": "Segui", "following": "Segui già"}),
    "tt ja": ("フォロー中|フォロワー|いいね", "メッセージ", "戻る", {"follow": "フォロー", "following": "フォロー中"}),
    "tt ar": ("أتابعهم|المتابعون|الإعجابات", "رسالة", "رجوع", {"follow": "متابعة", "following": "أتابعه"}),
    "ig fr": ("publications|followers|suivi(e)s", "Écrire", "Retour", {"follow": "Suivre", "requested": "Demandé(e)"}),
    "ig es": ("publicaciones|seguidores|seguidos", "Mensaje", "Atrás", {"follow_back": "Seguir también"}),
    "ig de": (
        "Beiträge|Follower|Gefolgt",
        "Nachricht senden",
        "Zurück",
        {"follow": "Abonnieren", "following": "Gefolgt"},
    ),
    "ig vi": ("bài viết|người theo dõi|đang theo dõi", "Nhắn tin", "Quay lại", {"following": "Đang theo dõi"}),
    "ig id": ("postingan|pengikut|mengikuti", "Kirim Pesan", "Kembali", {"follow": "Ikuti", "following": "Mengikuti"}),
    "ig zh": ("帖子|粉丝|关注", "发消息", "返回", {"follow": "关注", "following": "已关注"}),
    "ig tw": ("貼文|粉絲|追蹤中", "發送訊息", "返回", {"follow": "追蹤", "following": "追蹤中"}),
}
CASES = [(name, state) for name, words in WORDS.items() for state in words[3]]

PROFILE = tt_profile(actions("Follow", "Message"))
FOLLOWED = tt_profile(actions("Message", "Following"))
BADGE = node((921, 1231, 1080, 1320), desc="Follow lozaco", cls="android.widget.Button", clickable=True)
FEED = tree(
    node((0, 0, 1080, 2208), desc="Video"),
    *(button(word, (200 * i, 136, 200 * (i + 1), 288)) for i, word in enumerate(("Explore", "Following", "For You"))),
    BADGE,
    tt_tabs(),
)


def seen(xml: str, platform: str = "tiktok") -> Seen:
    return recognise(load(platform), parse(xml))


def state(xml: str, platform: str = "tiktok") -> str | None:
    found = follow_button(load(platform), parse(xml))
    return found.state.value if found else None


def shown(name: str, row: tuple[str, ...], *more: str) -> tuple[str, str]:
    """A profile with this row of actions in the app and language of the name, and its platform."""
    stats, _, back, _ = WORDS[name]
    words = stats.split("|")
    if name.startswith("ig"):
        return ig_profile(
            ig_actions(*row), *map(as_instagram, more), words=words, back=back, grid=not more
        ), "instagram"
    return tt_profile(actions(*row), *more, words=words, back=back), "tiktok"


def inner(xml: str) -> str:
    return re.sub(r"</?hierarchy[^>]*>", "", xml)


def pages(*contents: str) -> str:
    return tree(*contents)


def sheet(*children: str, place: Box = (0, 900, 1080, 2400)) -> str:
    """A sheet or dialog in the app's own window: a dimmed, tappable layer and a box on it."""
    return box((0, 0, 1080, 2400), box(place, *children), clickable=True)


@pytest.mark.parametrize(("name", "wanted"), CASES)
@pytest.mark.parametrize("change", ["", "alone", "upper", "nbsp", "cards"])
def test_profiles_in_many_languages(name: str, wanted: str, change: str) -> None:
    message, word = WORDS[name][1], WORDS[name][3][wanted]
    row = {
        "alone": (word,),
        "upper": (word.upper(), message.upper()),
        "nbsp": (f"\xa0{word} \u200b", f"{message}\xa0"),
    }.get(change, (word, message))
    xml, platform = shown(name, row, *([cards(word, top=1120)] if change == "cards" else []))
    assert (seen(xml, platform).screen, seen(xml, platform).handle) == (Screen.OTHER_PROFILE, "anna.b")
    assert state(xml, platform) == wanted


@pytest.mark.parametrize(("name", "wanted"), CASES)
def test_suggestions_and_lists_in_many_languages(name: str, wanted: str) -> None:
    stats, message, back, words = WORDS[name]
    xml, platform = shown(name, (message, "Pomura"), cards(words[wanted], top=1120))
    assert state(xml, platform) is None
    xml, platform = shown(name, (message, "Pomura"), listing((0, 1310, 1080, 2400), user_row(1320, words[wanted])))
    assert state(xml, platform) is None
    listed = user_list("anna.b", words[wanted], message, words[wanted], tabs=stats.split("|")[:2], back=back)
    assert state(listed if platform == "tiktok" else as_instagram(listed), platform) is None


def test_a_suggestion_whose_button_shares_no_line_with_its_name_is_no_button() -> None:
    stacked = box(
        (0, 1320, 1080, 1580),
        label("Somebody", (216, 1330, 700, 1380)),
        button("Follow", (216, 1420, 620, 1500)),
        label("somebody", (216, 1520, 700, 1570)),
    )
    assert state(tt_profile(actions("Message", "Pomura"), stacked)) is None
    assert state(tt_profile(actions("Pomura", "Kabure"), listing((0, 1310, 1080, 2400), stacked))) is None
    biography = label("Follow", (60, 1030, 1020, 1110), clickable=True)
    assert state(tt_profile(actions("Message", "Pomura"), below=biography)) is None
    assert state(tt_profile(actions("Message", "Following"), below=biography)) == "following"


@pytest.mark.parametrize("size", [(480, 854), (720, 1280), (1600, 2560), (2400, 1080)])
def test_other_sizes_and_landscape(size: tuple[int, int]) -> None:
    right, down = size[0] / 1080, size[1] / 2400
    assert state(moved(PROFILE, right, down)) == "follow"
    assert state(moved(FOLLOWED, right, down)) == "following"
    assert state(moved(ig_profile(ig_actions("Follow", "Message")), right, down), "instagram") == "follow"


def test_right_to_left() -> None:
    assert state(moved(PROFILE, mirrored=1080)) == "follow"
    assert state(moved(ig_profile(ig_actions("Follow", "Message")), mirrored=1080), "instagram") == "follow"


NEIGHBOURS = {
    "right of it": moved(inner(PROFILE), by=1080),
    "left of it": moved(inner(PROFILE), by=-1080),
    "without place": re.sub(r'bounds="[^"]*"', 'bounds="[0,0][0,0]"', inner(PROFILE)),
    "hidden": inner(PROFILE).replace("<node ", '<node visible-to-user="false" '),
    "in a hidden box": inner(PROFILE).replace("<node ", '<node visible-to-user="false" ', 1),
    "hidden as Appium says it": inner(PROFILE).replace("<node ", '<node displayed="false" '),
}


@pytest.mark.parametrize("where", NEIGHBOURS)
def test_neighbouring_and_hidden_pages_do_not_count(where: str) -> None:
    for xml in (pages(inner(FOLLOWED), NEIGHBOURS[where]), pages(NEIGHBOURS[where], inner(FOLLOWED))):
        assert state(xml) == "following"
    for xml in (pages(inner(FEED), NEIGHBOURS[where]), pages(NEIGHBOURS[where], inner(FEED))):
        assert (seen(xml).screen, state(xml)) == (Screen.HOME_FEED, None)


def test_tags_named_after_classes() -> None:
    root = ElementTree.fromstring(PROFILE)
    for element in root.iter("node"):
        element.tag = element.get("class", "")
    root.set("width", "1080")
    root.set("height", "2274")
    assert state(ElementTree.tostring(root, encoding="unicode")) == "follow"


def made(text: str = "", desc: str = "", place: Box = (42, 900, 500, 1005)) -> str:
    return node(place, text=text, desc=desc, cls="android.widget.Button", clickable=True)


MESSAGE = made("Message", place=(520, 900, 1038, 1005))
ROWS = {
    "label on the button": made("Follow") + MESSAGE,
    "descriptions only": made(desc="Follow") + made(desc="Message", place=(520, 900, 1038, 1005)),
    "description names the user": made("Follow", "Follow @anna.b") + MESSAGE,
    "description unresolved": made("Follow", "@2131888184") + MESSAGE,
    "box and text say it": node(
        (42, 900, 500, 1005), label("Follow", (200, 930, 300, 970)), desc="Follow", clickable=True
    )
    + MESSAGE,
    "small icons": made("Follow", place=(42, 900, 800, 1005))
    + icon("Message", (840, 922, 901, 983))
    + icon("Suggested accounts", (955, 922, 1016, 983)),
    "one small icon": made("Follow", place=(42, 900, 800, 1005)) + icon("Pomura", (955, 925, 1016, 980)),
}


@pytest.mark.parametrize("row", ROWS)
def test_ways_to_write_the_button(row: str) -> None:
    found = follow_button(load("tiktok"), parse(tt_profile(box((42, 900, 1038, 1005), ROWS[row]))))
    assert found is not None
    assert (found.state, found.target.bounds.left, found.target.clickable) == (FollowState.FOLLOW, 42, True)


def test_other_profiles_are_not_the_own_one() -> None:
    assert seen(tt_profile(actions("Unblock"))).screen is Screen.OTHER_PROFILE
    share = tt_profile(actions("Message", "Pomura"), icon("Share profile", (783, 101, 918, 236)))
    assert seen(share).screen is Screen.OTHER_PROFILE
    own = tt_profile(actions("Edit profile", "Share profile"), cards("Follow"))
    assert (seen(own).screen, state(own)) == (Screen.OWN_PROFILE, None)


MENU = sheet(
    *(
        label(word, (40, 1520 + 110 * i, 1000, 1620 + 110 * i), clickable=True)
        for i, word in enumerate(("Report", "Block", "Send message", "Remove this follower", "Cancel"))
    )
)


@pytest.mark.parametrize("over", [tt_profile(actions("Follow", "Message"), MENU), tree(MENU)])
def test_a_menu_that_blocks_the_user_is_left_by_its_cancel(over: str) -> None:
    popup = seen(over).popup
    assert popup is not None
    assert popup.dismiss is not None
    assert popup.dismiss.text == "Cancel"
    assert state(over) is None


def test_a_button_under_a_dialog_nobody_knows_is_not_offered() -> None:
    dialog = sheet(label("Zelotima", (180, 960, 900, 1040)), button("Pomura", (180, 1300, 900, 1400)))
    xml = tt_profile(actions("Follow", "Message"), dialog)
    popup = seen(xml).popup
    assert popup is not None
    assert popup.dismiss is None
    assert state(xml) is None


def test_clickable_words_in_a_list_are_no_popup() -> None:
    xml = tt_profile(
        actions("Follow", "Message"),
        listing((0, 1410, 1080, 2400), label("Later", (0, 1500, 300, 1560), clickable=True)),
    )
    assert seen(xml).popup is None


LOGIN = (
    label("Log in to TikTok", (200, 960, 900, 1060)),
    button("Use phone / email / username", (60, 1200, 1020, 1300)),
    button("Continue with Google", (60, 1350, 1020, 1450)),
    icon("Close", (950, 930, 1040, 1010)),
)
PUZZLE = (label("Drag the puzzle piece into place", (140, 740, 900, 800)), node((140, 820, 940, 1400)))
ALERT = (
    label("Try Again Later", (180, 960, 900, 1040), id="igds_alert_dialog_headline"),
    button("OK", (140, 1260, 940, 1350)),
    button("Tell us", (140, 1360, 940, 1450)),
)


@pytest.mark.parametrize(
    ("xml", "platform", "screen"),
    [
        (tree(*LOGIN), "tiktok", Screen.LOGIN_WALL),
        (tt_profile(actions("Follow", "Message"), sheet(*LOGIN)), "tiktok", Screen.LOGIN_WALL),
        (tree(*PUZZLE), "tiktok", Screen.CAPTCHA),
        (
            tt_profile(actions("Follow", "Message"), box((0, 0, 1080, 2400), *PUZZLE, cls="android.webkit.WebView")),
            "tiktok",
            Screen.CAPTCHA,
        ),
        (as_instagram(tree(sheet(*ALERT))), "instagram", Screen.RESTRICTION),
        (ig_profile(ig_actions("Follow", "Message"), as_instagram(sheet(*ALERT))), "instagram", Screen.RESTRICTION),
    ],
)
def test_blockers_alone_and_over_a_profile(xml: str, platform: str, screen: Screen) -> None:
    found = seen(xml, platform)
    assert found.screen is screen
    assert found.blocker is not None


@pytest.mark.parametrize(
    ("xml", "platform", "screen"),
    [
        (
            tree(tt_bar(title=""), label("Couldn't find this account", (200, 900, 880, 970))),
            "tiktok",
            Screen.USER_NOT_FOUND,
        ),
        (tt_profile("", label("Account banned", (200, 1600, 880, 1670))), "tiktok", Screen.USER_NOT_FOUND),
        (
            ig_profile("", as_instagram(label("User not found", (200, 1000, 800, 1080))), grid=False),
            "instagram",
            Screen.USER_NOT_FOUND,
        ),
        (
            tree(tt_bar(title=""), node((480, 1100, 600, 1220), cls="android.widget.ProgressBar")),
            "tiktok",
            Screen.PROFILE_LOADING,
        ),
        (
            as_instagram(
                tree(ig_bar("anna.b"), node((480, 1100, 600, 1220), cls="android.widget.ProgressBar"), ig_tabs())
            ),
            "instagram",
            Screen.PROFILE_LOADING,
        ),
        (
            tree(label("Inbox", (400, 100, 680, 240)), user_row(300, "Follow back"), tt_tabs(chosen=3)),
            "tiktok",
            Screen.INBOX,
        ),
        (
            tree(listing((0, 260, 1080, 2200), user_row(300, "Follow")), tt_tabs(chosen=1)),
            "tiktok",
            Screen.FRIENDS_FEED,
        ),
    ],
)
def test_pages_without_the_button(xml: str, platform: str, screen: Screen) -> None:
    assert (seen(xml, platform).screen, state(xml, platform)) == (screen, None)


HOST = box((20, 100, 600, 220), label("anna", (140, 110, 300, 150)), button("Follow", (420, 120, 580, 200)))
SHOP = (
    *(label("12K", (200, 340, 280, 390)), label("Sold", (200, 392, 300, 440))),
    *(button("Follow", (42, 500, 500, 600)), button("Message", (520, 500, 1000, 600))),
)
HASHTAG = (
    *(label("1,234", (400, 260, 700, 310)), label("posts", (400, 312, 700, 360))),
    button("Follow", (400, 380, 1038, 470)),
)
CHAT = (
    label("Anna", (400, 500, 700, 550)),
    *(button("Follow", (200, 640, 500, 730)), button("View profile", (540, 640, 880, 730))),
    node((150, 2250, 900, 2350), text="Message…", cls="android.widget.EditText", clickable=True),
)


@pytest.mark.parametrize("platform", ["tiktok", "instagram"])
@pytest.mark.parametrize(
    "content",
    [
        (node((0, 0, 1080, 2400), cls="android.view.SurfaceView"), HOST, label("345", (800, 120, 900, 200))),
        (label("#zelo", (300, 100, 700, 240)), *HASHTAG),
        (label("anna.b", (300, 100, 700, 240)), *CHAT),
        (label("Friends", (300, 100, 700, 240)), listing((0, 300, 1080, 2300), *SHOP)),
    ],
)
def test_live_rooms_hashtags_chats_and_lists_have_no_button(platform: str, content: tuple[str, ...]) -> None:
    assert state(tree(icon("Back", (20, 100, 160, 240)), *content), platform) is None


@pytest.mark.parametrize(
    "package",
    ["com.android.permissioncontroller", "com.google.android.permissioncontroller", "com.miui.securitycenter"],
)
@pytest.mark.parametrize(
    "words", ["Only this time|Don’t allow", "ALLOW|DENY", "使用时允许|不允许", "هذه المرة فقط|عدم السماح"]
)
def test_permissions_are_refused_in_any_language(package: str, words: str) -> None:
    allow, deny = words.split("|")
    dialog = box(
        (100, 1500, 980, 2200),
        label("TikTok?", (140, 1540, 940, 1640), id="permission_message"),
        label(allow, (140, 1700, 940, 1800), clickable=True, id="permission_allow_one_time_button"),
        label(deny, (140, 1820, 940, 1920), clickable=True, id="permission_deny_button"),
    )
    found = seen(tree(dialog).replace("com.zhiliaoapp.musically", package))
    assert found.screen is Screen.PERMISSION_DIALOG
    assert found.popup is not None
    assert found.popup.dismiss is not None
    assert found.popup.dismiss.text == deny


def test_a_system_dialog_in_a_dump_of_all_windows() -> None:
    dialog = box(
        (100, 950, 980, 1450),
        label("TikTok isn't responding", (100, 1000, 900, 1100)),
        button("Close app", (100, 1150, 900, 1250)),
        button("Wait", (100, 1300, 900, 1400)),
    ).replace("com.zhiliaoapp.musically", "android")
    xml = PROFILE.replace("</hierarchy>", f"{dialog}</hierarchy>")
    found = seen(xml)
    assert found.screen is Screen.SYSTEM_DIALOG
    assert found.popup is not None
    assert state(xml) is None


@pytest.mark.parametrize("other", ["anna", "anna.b1", "anna.", "ａnna.b", "anna.b…", "аnna.b", None])
def test_lookalikes_are_somebody_else(other: str | None) -> None:
    assert not same_handle(other, "anna.b")
    assert same_handle("@Anna.B\u2069", "anna.b")
