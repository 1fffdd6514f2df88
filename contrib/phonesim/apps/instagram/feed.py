"""The home feed: title bar, stories, what is being uploaded, posts, and a carousel of suggested accounts."""

from phonesim.apps.instagram.pending_rows import pending_rows
from phonesim.apps.instagram.scene import BAR, BLUE, INK, TAB_BAR, Scene, group, main_shell
from phonesim.apps.instagram.suggestions import carousel
from phonesim.apps.instagram.tab_bar import tab_bar
from phonesim.ui.chrome import STATUS
from phonesim.ui.controls import LIST, NOTHING, WHITE, icon, icon_button, text, text_button
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import User, creator

_TRAY = 322
HEADER = 128
_TOP = STATUS + BAR
SUGGESTED_EVERY = 3
"""Every third swipe brings the carousel of suggested accounts."""


def feed(scene: Scene) -> View:
    """The feed at its place: the top with the stories, posts further down, suggestions in between."""
    bottom = scene.frame.bottom - TAB_BAR
    whole: Bounds = (0, STATUS, 1080, bottom)
    rows = [view("View", (0, STATUS, 1080, _TOP), id="gap_binder_group")]
    top = _TOP
    if scene.position == 0:
        rows.append(_tray(scene, top))
        top += _TRAY
        rows += pending_rows(scene, top)
        top = rows[-1].bounds[3]
    if scene.position % SUGGESTED_EVERY == 1:
        rows.append(carousel(scene, top, bottom))
        top = min(bottom, rows[-1].bounds[3])
    rows += _post(scene, creator(scene.position), top, bottom)
    listed = view(LIST, whole, *rows, id="android:id/list", flags="fs")
    sticky = view(
        "FrameLayout", whole, view("FrameLayout", whole, listed, id="refreshable_container"), id="sticky_header_list"
    )
    return main_shell(scene, view("FrameLayout", whole, sticky, _title_bar(scene)), tabs=tab_bar(scene, "feed"))


def _title_bar(scene: Scene) -> View:
    """The plus in the corner has neither a text nor a description, as recorded."""
    bar: Bounds = (0, STATUS, 1080, _TOP)
    if scene.position % SUGGESTED_EVERY == 1:
        return view("LinearLayout", bar, id="action_bar_LinearLayout")
    no_plus = scene.phone.faults.active("no_create_button")
    plus = icon((0, STATUS, 118, _TOP), "plus", flags="CLf", action=Action("create", "feed"), size=62)
    logo: Bounds = (408, STATUS + 30, 672, STATUS + 107)
    style = Style(text="Instagram", size=58, bold=True, align="center", color=INK)
    title = view(
        "ViewAnimator",
        (118, STATUS + 30, 962, STATUS + 107),
        view(
            "LinearLayout",
            logo,
            view("ImageView", logo, id="title_logo", desc=scene.labels["home_logo"], style=style),
            id="title_logo_chevron_container",
        ),
        id="action_bar_title_view",
        flags="Cf",
    )
    box: Bounds = (0, STATUS, 118, _TOP)
    held = view("LinearLayout", box, *(() if no_plus else (plus,)), id="action_bar_buttons_container_left")
    body = view("LinearLayout", (962, STATUS, 1080, _TOP), _bell(), id="action_bar_buttons_container_right")
    buttons = view("LinearLayout", bar, held, title, body, id="action_bar_action_buttons")
    inner = view("FrameLayout", bar, buttons, id="main_feed_action_bar", style=Style(fill=WHITE))
    return view("LinearLayout", bar, inner, id="action_bar_LinearLayout")


def _bell() -> View:
    small: Bounds = (991, STATUS + 39, 1050, STATUS + 98)
    picture = view("FrameLayout", small, icon(small, "heart", id="tab_icon", size=58), id="container")
    wrapper = group(small, picture, view("View", (1026, small[1], 1050, small[1] + 27), id="led_badge"), id="wrapper")
    return view(
        "FrameLayout", (962, STATUS, 1080, _TOP), wrapper, id="notification", flags="Cf", action=Action("tab", "news")
    )


def _tray(scene: Scene, top: int) -> View:
    box: Bounds = (0, top, 1080, top + _TRAY)
    names = (scene.world.active, *(creator(1000 + i).handle for i in range(3)))
    stories = [_story(scene, name, i, top) for i, name in enumerate(names)]
    tray = view(LIST, box, *stories, desc=scene.labels["tray"], flags="fs")
    return view("LinearLayout", box, view("FrameLayout", box, tray, id="reels_tray_container"))


def _story(scene: Scene, handle: str, column: int, top: int) -> View:
    left = column * 274
    right = min(1080, left + 274)
    ring: Bounds = (left, top, right, top + 264)
    desc = scene.labels.filled("story_of", handle, column)
    picture: Bounds = (left + 33, top + 33, right - 34, top + 240)
    own = column == 0
    inside = [
        *(() if own else (view("View", (left + 15, top + 15, right - 15, top + 260), id="seen_state"),)),
        view("ImageView", picture, id="avatar_image_view", desc=desc, style=Style(avatar=handle)),
    ]
    if own:
        badge: Bounds = (left + 181, top + 181, left + 255, top + 255)
        plus = Style(icon="plus", size=50, color=BLUE)
        inside.append(view("ImageView", badge, id="reel_empty_badge", desc=scene.labels["add_to_story"], style=plus))
    tap = Action("create", "story") if own else NOTHING
    button = view(
        "Button", ring, view("FrameLayout", ring, *inside, id="avatar_container"), desc=desc, flags="C", action=tap
    )
    name = own_story_label(scene) if own else handle
    line: Bounds = (left, top + 264, right, top + 303)
    title = group(
        line, text((left + 20, *line[1:2], right - 20, line[3]), name, id="username", size=30, align="center")
    )
    inner = view("FrameLayout", ring, button, id="avatar_view")
    body = group(line, *title.children, id="title_container")
    return view(
        "LinearLayout", (left, top, right, top + _TRAY), inner, body, id="outer_container", flags="Cf", action=tap
    )


def own_story_label(scene: Scene) -> str:
    """`Your story`, or what becomes of the one that is on its way."""
    upload = next((upload for upload in scene.uploads if upload.post.placement == "story"), None)
    if upload is None:
        return scene.labels["your_story"]
    return scene.labels["story_failed" if upload.failed else "story_uploading"]


def _post(scene: Scene, author: User, top: int, bottom: int) -> list[View]:
    """Header, picture and row of buttons of one post; what does not fit ends at the tab bar."""
    labels = scene.labels
    picture_bottom = min(bottom, top + HEADER + 1180)
    rows = [
        post_header(scene, author, top, scene.labels.filled("posted", author.handle)),
        _picture(scene, author, top + HEADER, picture_bottom),
    ]
    if picture_bottom + 112 <= bottom:
        rows.append(buttons(scene, author, picture_bottom))
    if picture_bottom + 250 <= bottom:
        line: Bounds = (34, picture_bottom + 120, 1046, picture_bottom + 167)
        name = view("Button", (34, line[1], 200, line[3]), desc=author.handle, flags="Cf", action=_to(author))
        words = f"{author.handle} {author.bio or labels['caption_of_post']}"
        style = Style(size=38, color=INK)
        caption = view(
            "com.instagram.ui.widget.textview.IgTextLayoutView", line, name, text=words, flags="f", style=style
        )
        rows.append(caption)
    return rows


def _to(author: User) -> Action:
    return Action("profile", author.handle)


def post_header(scene: Scene, author: User, top: int, desc: str) -> View:
    """Who posted, described by `desc`."""
    labels = scene.labels
    picture = view(
        "Button",
        (0, top, 124, top + HEADER),
        view(
            "ImageView",
            (36, top + 27, 110, top + 101),
            id="row_feed_photo_profile_imageview",
            desc=labels.filled("picture_of", author.handle),
            style=Style(avatar=author.handle),
        ),
        flags="Cf",
        action=_to(author),
    )
    box: Bounds = (124, top, 974, top + 62)
    name = text_button(
        box, author.handle, desc=author.handle, id="row_feed_photo_profile_name", action=_to(author), size=40, bold=True
    )
    second = text_button((124, top + 62, 974, top + HEADER), author.name, desc=author.name, id="secondary_label")
    area: Bounds = (974, top + 5, 1080, top + 123)
    more = icon(area, "dots", id="media_option_button", desc=labels["more_actions"], flags="Cf", size=60)
    return view(
        "ViewGroup", (0, top, 1080, top + HEADER), picture, name, second, more, desc=desc, id="row_feed_profile_header"
    )


def _picture(scene: Scene, author: User, top: int, bottom: int) -> View:
    box: Bounds = (0, top, 1080, bottom)
    desc = scene.labels.filled("photo_in_feed", author.name, f"{author.likes:,}")
    body = view("ImageView", box, style=Style(artwork=f"post:{author.handle}:{scene.position}"))
    photo = view("FrameLayout", box, body, id="row_feed_photo_imageview", desc=desc)
    media = view("FrameLayout", box, view("FrameLayout", box), photo, id="media_group", flags="Cf", action=NOTHING)
    inner = view("FrameLayout", box, media, id="video_container")
    return group(box, group(box, inner, id="video_container"))


def buttons(scene: Scene, author: User, top: int) -> View:
    """What can be done about a post, with its counts."""
    labels = scene.labels
    row: Bounds = (0, top, 1080, top + 112)
    cells: list[View] = []
    for i, (id_, key, picture) in enumerate(
        (
            ("row_feed_button_like", "like", "heart"),
            ("row_feed_button_comment", "comment", "comment"),
            ("row_feed_button_share", "send_post", "share"),
        )
    ):
        left = 30 + i * 260
        tap = Action("like", author.handle) if key == "like" else NOTHING
        button = icon((left + 11, top, left + 69, top + 112), picture, cls="Button", id=id_, desc=labels[key], size=56)
        cells.append(group((left, top, left + 80, top + 112), button, flags="CLf" if key == "send_post" else "Cf"))
        cells[-1] = view("ViewGroup", cells[-1].bounds, button, flags="CLf" if key == "send_post" else "Cf", action=tap)
        count = labels.count(max(1, author.likes // (1 + 40 * i)))
        cells.append(text_button((left + 80, top, left + 230, top + 112), count, size=36, action=NOTHING))
    save = icon_button((956, top, 1063, top + 102), "bookmark", id="row_feed_button_save", desc=labels["save_post"])
    inner = view("ViewGroup", row, *cells, save, id="row_feed_view_group_buttons")
    return group(row, inner)
