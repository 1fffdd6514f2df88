"""The reels tab with its inline Follow button, and the pages that hold nothing."""

from phonesim.apps.instagram.pending_rows import snackbar
from phonesim.apps.instagram.scene import BAR, TAB_BAR, Box, Scene, group, main_shell, nest, notice
from phonesim.apps.instagram.suggestions import follow_word
from phonesim.apps.instagram.tab_bar import tab_bar
from phonesim.ui.chrome import STATUS
from phonesim.ui.controls import LIST, NOTHING, PAGER, WHITE, icon, text, text_button
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import User, creator

_PLACE = 500
"""The reels are other people's than those of the home feed."""


def reels(scene: Scene) -> View:
    """One reel over the whole page; the button beside its author's name is not a profile's."""
    bottom = scene.frame.bottom - TAB_BAR
    whole: Bounds = (0, STATUS, 1080, bottom)
    author = creator(_PLACE + scene.position)
    if scene.page.target == "own" and scene.uploads:
        words = scene.labels["reel_unavailable"]
        reel = view("FrameLayout", whole, text(whole, words, cls="ViewGroup", desc=words, align="center", color=WHITE))
    else:
        reel = view("FrameLayout", whole, group(whole, _video(scene, author, whole), _overlay(scene, author, whole)))
    page = reel_frames(whole, reel, _title_bar(scene))
    return main_shell(scene, page, tabs=tab_bar(scene, "reels"), floating=snackbar(scene))


def reel_frames(whole: Bounds, reel: View, bar: View) -> View:
    """The frames around a reel and the bar above it."""
    levels = (
        Box("FrameLayout", "root_clips_layout"),
        Box("LinearLayout", "clips_linear_layout_container"),
        Box("FrameLayout", "gesture_manager", "fF"),
    )
    pager = nest(
        whole,
        (
            Box("FrameLayout", "clips_viewer_container"),
            Box("FrameLayout", "clips_refreshable_container"),
            Box(PAGER, "clips_viewer_view_pager", "s"),
            Box(LIST, "", "fs"),
        ),
        reel,
    )
    return nest(whole, levels, pager, bar)


def _video(scene: Scene, author: User, whole: Bounds) -> View:
    labels = scene.labels
    style = Style(artwork=f"reel:{author.handle}:{scene.position}")
    playing = view(
        "FrameLayout", whole, id="clips_video_container", desc=labels.filled("reel_playing", author.handle), style=style
    )
    inner = nest(
        whole,
        (
            Box("ViewGroup", "clips_single_media_component"),
            Box("ViewGroup"),
            Box("FrameLayout"),
            Box("FrameLayout", "clips_viewer_video_layout"),
        ),
        playing,
    )
    return view(
        "ViewGroup", whole, inner, id="clips_media_component", desc=labels.filled("reel_by", author.handle), flags="f"
    )


def _overlay(scene: Scene, author: User, whole: Bounds) -> View:
    labels = scene.labels
    top = whole[3] - 240
    word, tap = follow_word(scene, author)
    to_author = Action("profile", author.handle)
    name = view(
        "ViewGroup",
        (128, top + 56, 380, top + 101),
        text_button(
            (128, top + 56, 380, top + 101),
            author.handle,
            id="clips_author_username",
            desc=author.handle,
            action=to_author,
            color=WHITE,
            bold=True,
        ),
        flags="Cf",
        action=to_author,
    )
    picture: Bounds = (39, top + 34, 128, top + 122)
    avatar = view(
        "ImageView",
        picture,
        id="clips_author_profile_pic",
        desc=labels.filled("picture_of", author.handle),
        flags="Cf",
        action=to_author,
        style=Style(avatar=author.handle),
    )
    box: Bounds = (39, top, 380, top + 131)
    who = view("ViewGroup", box, avatar, name, id="clips_author_info_component", flags="Cf", action=to_author)
    button = text_button(
        (400, top + 44, 640, top + 116),
        word,
        id="inline_follow_button",
        desc=f"{word} {author.name}",
        flags="CfS",
        action=tap,
        color=WHITE,
        align="center",
        size=38,
    )
    info: Bounds = (0, top, 953, whole[3])
    row = group((39, top, 953, top + 131), who, group((390, top, 650, top + 131), button, flags="Cf"))
    parts = group(info, group(info, row), id="clips_media_info_component")
    return group(whole, parts, rail(scene, author, whole[3]))


def rail(scene: Scene, author: User, bottom: int) -> View:
    """Like, comment, share with their counts, and more."""
    labels = scene.labels
    cells: list[View] = []
    shown_there = (
        ("like_button", "like", "heart", "like_count", "like_number", author.likes),
        ("comment_button", "comment", "comment", "comment_count", "comment_number", author.likes // 80 + 1),
        ("direct_share_button", "share", "share", "ufi_text_component", "share_number", author.likes // 9 + 1),
    )
    for i, (id_, key, picture, count_id, count_key, number) in enumerate(shown_there):
        top = bottom - 900 + i * 220
        tap = Action("like", author.handle) if key == "like" else NOTHING
        flags = "Cf" if key == "comment" else "CLf"
        cells.append(
            icon((953, top, 1061, top + 108), picture, id=id_, desc=labels[key], flags=flags, action=tap, color=WHITE)
        )
        desc = labels.filled(count_key, number)
        shown = Style(text=labels.count(number), color=WHITE, size=32, align="center")
        area: Bounds = (953, top + 108, 1061, top + 166)
        cells.append(view("Button", area, id=count_id, text=desc, desc=desc, flags=flags, action=NOTHING, style=shown))
    box: Bounds = (953, bottom - 230, 1061, bottom - 122)
    more = icon(box, "dots", id="clips_ufi_more_button_component", desc=labels["more"], flags="Cf", color=WHITE)
    return group((953, bottom - 910, 1080, bottom), group((953, bottom - 910, 1061, bottom - 40), *cells, more))


def _title_bar(scene: Scene) -> View:
    bar: Bounds = (0, STATUS, 1080, STATUS + BAR)
    box: Bounds = (0, STATUS + 21, 116, STATUS + BAR)
    create = icon(
        box, "plus", desc=scene.labels["create_a_reel"], flags="Cf", action=Action("create", "reel"), color=WHITE
    )
    start = view("LinearLayout", (0, STATUS, 116, STATUS + BAR), create, id="clips_action_bar_start_action_buttons")
    tabs = [_tab(scene, i, key) for i, key in enumerate(("tab_reels", "friends"))]
    strip: Bounds = (288, STATUS + 38, 834, STATUS + 120)
    scroll = view(
        "HorizontalScrollView", strip, view("LinearLayout", strip, *tabs), id="action_bar_tab_layout", flags="f"
    )
    title = view("LinearLayout", (246, STATUS, 834, STATUS + BAR), scroll, id="clips_viewer_action_bar_title_container")
    return view("RelativeLayout", bar, start, title, id="clips_viewer_action_bar")


def _tab(scene: Scene, index: int, key: str) -> View:
    word = scene.labels[key]
    box: Bounds = (288 + 273 * index, STATUS + 38, 561 + 273 * index, STATUS + 120)
    state = "" if index else "S"
    label = text(box, word, id="android:id/text1", flags=state, size=48, bold=not index, color=WHITE)
    inner = view("LinearLayout", box, label, flags=state)
    return view("LinearLayout", box, inner, desc=word, flags="CLf" if index else "LfS")


def empty_page(scene: Scene, key: str) -> View:
    """Messages and notifications: a title and nothing below it."""
    bottom = scene.frame.bottom - TAB_BAR
    title = text((60, STATUS, 1000, STATUS + BAR), scene.labels[key], id="action_bar_title", size=52, bold=True)
    page = view("FrameLayout", (0, STATUS, 1080, bottom), title, notice(scene, 800, scene.labels[f"{key}_empty"], ""))
    return main_shell(scene, page, tabs=tab_bar(scene, key))
