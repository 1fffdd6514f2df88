"""What looks like the button for following and is not, and the button in places the recordings do not show."""

import pytest

from drover.apps import FollowState, Screen, follow_button, load, recognise
from drover.phone.hierarchy import Bounds, parse
from tests.support.trees import Box, box, button, label, node, tree

APP = load("tiktok")
STATS_TOP = 700


def stats(words: tuple[str, str, str] = ("Following", "Followers", "Likes")) -> str:
    """Counts above their names, in clickable cells."""
    cells = [
        box(
            (74 + 312 * i, STATS_TOP, 382 + 312 * i, STATS_TOP + 137),
            label(count, (74 + 312 * i, STATS_TOP, 382 + 312 * i, STATS_TOP + 74)),
            label(word, (74 + 312 * i, STATS_TOP + 83, 382 + 312 * i, STATS_TOP + 137)),
            clickable=True,
        )
        for i, (count, word) in enumerate(zip(("1386", "48", "70,1K"), words, strict=True))
    ]
    return box((54, STATS_TOP, 1026, STATS_TOP + 137), *cells)


def profile(*rows: str, words: tuple[str, str, str] = ("Following", "Followers", "Likes")) -> str:
    back = node((20, 100, 160, 240), desc="Back to previous screen", cls="android.widget.Button", clickable=True)
    return tree(back, label("@anna.b", (350, 590, 730, 660), clickable=True), stats(words), *rows)


def found(xml: str, platform: str = "tiktok") -> tuple[FollowState, Bounds] | None:
    shown = follow_button(load(platform), parse(xml))
    return (shown.state, shown.target.bounds) if shown else None


def row(*words: str, top: int = 890) -> str:
    """A profile's actions side by side."""
    width = 1000 // len(words)
    boxes: list[Box] = [(40 + i * width, top, 20 + (i + 1) * width, top + 105) for i in range(len(words))]
    return box((40, top, 1040, top + 105), *(button(word, place) for word, place in zip(words, boxes, strict=True)))


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (("Follow", "Message"), FollowState.FOLLOW),
        (("Follow",), FollowState.FOLLOW),
        (("Follow back ", "Message"), FollowState.FOLLOW_BACK),
        (("Message", "Following "), FollowState.FOLLOWING),
        (("Message", "Friends"), FollowState.FRIENDS),
        (("Message", "Requested"), FollowState.REQUESTED),
        (("Suivre", "Message"), FollowState.FOLLOW),
        (("Suivre en retour", "Message"), FollowState.FOLLOW_BACK),
        (("Message", "Suivis "), FollowState.FOLLOWING),
        (("Message", "Ami(e)s"), FollowState.FRIENDS),
        (("Message", "Demande envoyée"), FollowState.REQUESTED),
        (("Seguir", "Mensagem"), FollowState.FOLLOW),
        (("Seguir de volta", "Mensagem"), FollowState.FOLLOW_BACK),
        (("Mensagem", "Seguindo"), FollowState.FOLLOWING),
        (("Follow", "Nhắn tin"), FollowState.FOLLOW),
        (("Nhắn tin", "Đang follow"), FollowState.FOLLOWING),
        (("关注", "私信"), FollowState.FOLLOW),
        (("回关", "私信"), FollowState.FOLLOW_BACK),
        (("私信", "已关注"), FollowState.FOLLOWING),
        (("私信", "互相关注"), FollowState.FRIENDS),
        (("FOLLOW", "Message"), FollowState.FOLLOW),
        (("Follow", "Unheard-of word"), FollowState.FOLLOW),
    ],
)
def test_states_in_the_row_of_actions(words: tuple[str, ...], state: FollowState) -> None:
    seen = found(profile(row(*words)))
    assert seen is not None
    assert seen[0] is state


def test_statistics_in_chinese_use_the_very_word_of_the_button() -> None:
    xml = profile(row("关注", "私信"), words=("关注", "粉丝", "获赞"))
    seen = found(xml)
    assert seen is not None
    assert seen[1].top == 890
    assert found(profile(words=("关注", "粉丝", "获赞"))) is None


def test_statistics_alone_are_no_button() -> None:
    assert found(profile()) is None
    assert found(profile(row("Message"))) is None


def test_cards_of_suggested_accounts_are_not_the_button() -> None:
    cards = [
        box(
            (40 + i * 345, 1190, 365 + i * 345, 1490),
            label("Somebody", (50 + i * 345, 1342, 355 + i * 345, 1394)),
            button("Follow", (60 + i * 345, 1406, 345 + i * 345, 1476)),
            clickable=True,
        )
        for i in range(3)
    ]
    seen = found(profile(row("Message", "Following"), *cards))
    assert seen is not None
    assert seen[0] is FollowState.FOLLOWING
    assert found(profile(row("Message", "Unheard-of"), *cards)) is None
    assert found(profile(row("Message", "Unheard-of"), cards[0])) is None


def user_row(top: int, word: str) -> str:
    return box(
        (0, top, 1080, top + 190),
        label("Somebody Else", (216, top + 14, 780, top + 68)),
        label("@somebody", (216, top + 70, 780, top + 116)),
        button(word, (800, top + 55, 1040, top + 130)),
        clickable=True,
    )


@pytest.mark.parametrize("word", ["Follow", "Follow back", "Following", "Friends", "Suivre", "关注"])
def test_lists_of_users_have_no_button(word: str) -> None:
    title = node((20, 100, 160, 240), desc="Back", clickable=True)
    listed = tree(title, label("Followers", (300, 100, 700, 200)), user_row(300, word), user_row(490, word))
    assert found(listed) is None
    field = node((170, 100, 890, 230), text="somebody", cls="android.widget.EditText", clickable=True)
    tabs = [
        button(tab, (216 * i, 256, 216 * (i + 1), 392)) for i, tab in enumerate(("Top", "Videos", "Users", "Sounds"))
    ]
    results = tree(field, *tabs, user_row(420, word), user_row(610, word))
    assert recognise(APP, parse(results)).screen is Screen.SEARCH_RESULTS
    assert found(results) is None


@pytest.mark.parametrize(
    "words",
    [
        ("Home", "Friends", "Create", "Inbox", "Profile"),
        ("首页", "朋友", "创建", "消息", "我"),
        ("Accueil", "Ami(e)s", "Créer", "Messages", "Profil"),
        ("Trang chủ", "Bạn bè", "Tạo", "Hộp thư", "Hồ sơ"),
        ("Início", "Amigos", "Criar", "Entrada", "Perfil"),
    ],
)
def test_navigation_bar_and_feed_tabs_are_no_button(words: tuple[str, ...]) -> None:
    bar = [button(word, (216 * i, 2208, 216 * (i + 1), 2337)) for i, word in enumerate(words)]
    tabs = [
        button(word, (200 * i, 136, 200 * (i + 1), 288)) for i, word in enumerate(("Explore", "Following", "For You"))
    ]
    badge = node((921, 1231, 1080, 1320), desc="Follow lozaco", cls="android.widget.Button", clickable=True)
    feed = tree(node((0, 0, 1080, 2208), desc="Video"), badge, *tabs, *bar)
    assert found(feed) is None
    assert recognise(APP, parse(feed)).screen is Screen.HOME_FEED


def test_two_feed_tabs_alone_are_no_button() -> None:
    tabs = [button("Following", (300, 136, 540, 288)), button("Friends", (540, 136, 780, 288))]
    assert found(tree(*tabs, node((0, 0, 1080, 2208), desc="Video"))) is None


def test_inline_follow_beside_an_author_is_no_button() -> None:
    author = label("dinavu", (85, 1147, 186, 1177), clickable=True)
    assert found(tree(author, button("Follow", (196, 1139, 308, 1187)), stats())) is None


def test_tabs_of_a_list_of_followers_are_no_button() -> None:
    xml = tree(button("Following", (0, 250, 360, 380)), button("Followers", (360, 250, 720, 380)), stats())
    assert found(xml) is None


def test_own_profile_with_suggestions_has_no_button() -> None:
    own = profile(row("Edit profile", "Share profile"), row("Follow", top=1300))
    assert recognise(APP, parse(own)).screen is Screen.OWN_PROFILE
    assert found(own) is None


@pytest.mark.parametrize("title", ["You're following too fast", "Tu suis des comptes trop rapidement", "关注太快了"])
def test_a_limit_over_the_profile_is_seen_and_its_words_in_a_biography_are_not(title: str) -> None:
    dialog = box((172, 900, 908, 1600), label(title, (222, 960, 858, 1110)), button("OK", (172, 1460, 908, 1600)))
    seen = recognise(APP, parse(profile(row("Follow", "Message"), dialog)))
    assert seen.screen is Screen.RESTRICTION
    assert seen.behind is Screen.OTHER_PROFILE
    bio = label(title, (60, 1014, 1020, 1090))
    assert recognise(APP, parse(profile(row("Follow", "Message"), bio))).screen is Screen.OTHER_PROFILE


@pytest.mark.parametrize("words", ["Verify to continue", "Try again later", "Log in to TikTok", "Find contacts"])
def test_a_comment_that_says_what_a_blocker_says_is_a_comment(words: str) -> None:
    sheet = box(
        (0, 841, 1080, 2337),
        label("3 comments", (431, 841, 649, 957)),
        node((995, 877, 1048, 930), desc="Close", clickable=True),
        box(
            (0, 957, 1080, 2000),
            label("nurozo", (155, 978, 324, 1020), clickable=True),
            label(words, (155, 1025, 1048, 1086)),
            label("Reply", (242, 1094, 324, 1136), clickable=True),
            cls="androidx.recyclerview.widget.RecyclerView",
        ),
        node((189, 2200, 721, 2282), text="Add comment...", cls="android.widget.EditText", clickable=True),
    )
    seen = recognise(APP, parse(tree(sheet)))
    assert seen.screen is Screen.COMMENTS
    assert seen.blocker is None
    assert seen.popup is not None
    assert seen.popup.name == "comments"


def test_an_unknown_window_is_unknown() -> None:
    seen = recognise(
        APP, parse(tree(label("Zelotima kabure", (170, 900, 910, 980)), button("Pomura", (220, 1100, 860, 1200))))
    )
    assert (seen.screen, seen.popup, seen.blocker) == (Screen.UNKNOWN, None, None)


def test_a_popup_nobody_listed_is_put_away_by_the_word_that_refuses() -> None:
    xml = tree(
        label("Try our new thing", (170, 900, 910, 980)),
        button("Sure", (220, 1100, 500, 1200)),
        button("Maybe later", (520, 1100, 860, 1200)),
    )
    popup = recognise(APP, parse(xml)).popup
    assert popup is not None
    assert popup.dismiss is not None
    assert popup.dismiss.bounds == Bounds(520, 1100, 860, 1200)


def test_other_windows() -> None:
    home = tree(node((0, 0, 1080, 2300), desc="Home screen", package="com.google.android.apps.nexuslauncher"))
    home = home.replace("com.zhiliaoapp.musically", "com.google.android.apps.nexuslauncher")
    assert recognise(APP, parse(home)).screen is Screen.LAUNCHER
    store = tree(label("Play Store", (0, 0, 500, 100))).replace("com.zhiliaoapp.musically", "com.android.vending")
    assert recognise(APP, parse(store)).screen is Screen.OTHER_APP
    clone = tree(label("x", (0, 0, 500, 100))).replace("com.zhiliaoapp.musically", "org.clone.two")
    assert recognise(APP, parse(clone), "org.clone.two").screen is Screen.UNKNOWN
    assert recognise(APP, parse(clone), "com.zhiliaoapp.musically").screen is Screen.OTHER_APP


@pytest.mark.parametrize("platform", ["tiktok", "instagram"])
@pytest.mark.parametrize(
    "title", ["TikTok isn't responding", "TikTok ne répond pas", "TikTok không phản hồi", "TikTok没有响应"]
)
def test_not_responding_waits(platform: str, title: str) -> None:
    words = {"i": ("Wait", "Close app"), "n": ("Attendre", "Fermer l'application")}
    wait, close = words["n"] if "ne répond" in title else words["i"]
    xml = tree(
        label(title, (100, 1000, 900, 1100)),
        button(close, (100, 1150, 900, 1250)),
        button(wait, (100, 1300, 900, 1400)),
    )
    seen = recognise(load(platform), parse(xml))
    assert seen.screen is Screen.SYSTEM_DIALOG
    assert seen.popup is not None
    assert seen.popup.dismiss is not None
    assert seen.popup.dismiss.bounds.top == 1300


@pytest.mark.parametrize("handle", ["769869", "anna.b", "_", "a.b_c.1"])
def test_any_handle_is_read_and_an_unresolved_description_is_none(handle: str) -> None:
    xml = profile(row("Follow", "Message")).replace("@anna.b", f"@{handle}")
    assert recognise(APP, parse(xml)).handle == handle
    assert recognise(APP, parse(profile().replace("@anna.b", "@2131888184"))).handle is None


def test_an_excerpt_without_statistics_is_known_by_its_handle() -> None:
    xml = tree(label("@anna.b", (350, 590, 730, 660), clickable=True), button("Follow", (42, 720, 467, 825)))
    assert found(xml) == (FollowState.FOLLOW, Bounds(42, 720, 467, 825))
    assert recognise(APP, parse(xml)).screen is Screen.OTHER_PROFILE


def test_windows_around_the_app_are_not_read() -> None:
    keyboard = [
        label(key, (100 * i, 2000, 100 * i + 90, 2100)).replace("com.zhiliaoapp.musically", "com.x.inputmethod.latin")
        for i, key in enumerate(("1", "2", "Follow"))
    ]
    seen = found(profile(row("Message", "Following"), *keyboard))
    assert seen is not None
    assert seen[0] is FollowState.FOLLOWING
    shade = tree(label("Notifications", (0, 0, 500, 100))).replace("com.zhiliaoapp.musically", "com.android.systemui")
    assert recognise(APP, parse(shade)).screen is Screen.OTHER_APP


def test_statistics_in_a_language_nobody_knows_are_no_button() -> None:
    assert found(profile(words=("Following", "Zelotima", "Kabure"))) is None


@pytest.mark.parametrize("words", [("Following", "Followers"), ("Friends", "Shop"), ("Following", "For You")])
def test_tabs_under_the_statistics_are_no_button(words: tuple[str, ...]) -> None:
    assert found(profile(row(*words))) is None


IG = "com.instagram.android"


def instagram(*nodes: str) -> str:
    back = node((0, 39, 79, 130), desc="Back", cls="android.widget.ImageView", clickable=True)
    title = label("anna.b", (105, 39, 267, 130), id="action_bar_title")
    names = ("Home", "Reels", "Message", "Search and explore", "Profile")
    bar = [
        node((144 * i, 1284, 144 * (i + 1), 1362), desc=name, clickable=True, cls="android.widget.FrameLayout")
        for i, name in enumerate(names)
    ]
    xml = tree(back, title, *nodes, *bar, width=720, height=1440)
    return xml.replace("com.zhiliaoapp.musically", IG)


def ig_user(top: int, word: str) -> str:
    return box(
        (0, top, 720, top + 100),
        label("bea.c", (120, top + 20, 300, top + 50), id="follow_list_username"),
        label("Bea", (120, top + 52, 300, top + 80)),
        node((480, top + 25, 640, top + 75), text=word, cls="android.widget.Button", clickable=True),
        clickable=True,
    )


def test_instagram_lists_of_followers_have_no_button() -> None:
    tabs = [button("91 followers", (0, 130, 360, 200)), button("31 following", (360, 130, 720, 200))]
    xml = instagram(*tabs, ig_user(220, "Follow"), ig_user(330, "Following"), ig_user(440, "Follow back"))
    assert found(xml, "instagram") is None
    assert recognise(load("instagram"), parse(xml)).screen is not Screen.OTHER_PROFILE


def ig_stats() -> str:
    cells = [
        box(
            (208 + 160 * i, 185, 360 + 160 * i, 273),
            label(count, (208 + 160 * i, 198, 360 + 160 * i, 231)),
            label(word, (208 + 160 * i, 231, 360 + 160 * i, 260)),
        )
        for i, (count, word) in enumerate((("9", "posts"), ("91", "followers"), ("31", "following")))
    ]
    return box((208, 185, 700, 273), *cells)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (("Follow", "Message"), FollowState.FOLLOW),
        (("Follow back", "Message", "Email"), FollowState.FOLLOW_BACK),
        (("Requested", "Message"), FollowState.REQUESTED),
        (("Following", "Message"), FollowState.FOLLOWING),
        (("Abonné(e)", "Contacter"), FollowState.FOLLOWING),
        (("Seguindo", "Mensagem"), FollowState.FOLLOWING),
        (("已关注", "发消息"), FollowState.FOLLOWING),
    ],
)
def test_instagram_states_without_a_known_id(words: tuple[str, ...], state: FollowState) -> None:
    width = 680 // len(words)
    row_ = [
        node((20 + width * i, 362, 10 + width * (i + 1), 414), text=word, cls="android.widget.Button", clickable=True)
        for i, word in enumerate(words)
    ]
    card = box(
        (20, 500, 240, 760), label("Bea", (60, 640, 200, 670)), button("Follow", (40, 690, 220, 740)), clickable=True
    )
    seen = found(instagram(ig_stats(), box((20, 362, 700, 414), *row_), card), "instagram")
    assert seen is not None
    assert (seen[0], seen[1].top) == (state, 362)


def test_instagram_alert_is_read_by_its_headline() -> None:
    def alert(headline: str, *buttons: str) -> str:
        shown = [button(word, (100, 800 + 90 * i, 620, 880 + 90 * i)) for i, word in enumerate(buttons)]
        head = label(headline, (100, 600, 620, 650), id="igds_alert_dialog_headline")
        return tree(box((80, 560, 640, 1100), head, *shown), width=720, height=1440).replace(
            "com.zhiliaoapp.musically", IG
        )

    limited = recognise(load("instagram"), parse(alert("Try Again Later", "Tell us", "OK")))
    assert limited.screen is Screen.RESTRICTION
    asked = recognise(load("instagram"), parse(alert("Find contacts", "Allow", "Not now")))
    assert asked.screen is Screen.POPUP
    assert asked.popup is not None
    assert asked.popup.dismiss is not None
    assert asked.popup.dismiss.bounds.top == 890
