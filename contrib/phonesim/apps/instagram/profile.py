"""Another user's profile, as recorded: title bar, header with statistics, row of actions, tabs, grid."""

from phonesim.apps.instagram.grid import Tile, grid_rows
from phonesim.apps.instagram.scene import BAR, BLUE, DIM, GREY, Scene, group, main_shell, notice, plate_button
from phonesim.apps.instagram.suggestions import follow_word, profile_suggestions
from phonesim.apps.instagram.tab_bar import tab_bar
from phonesim.ui.chrome import STATUS
from phonesim.ui.controls import BACK, LIST, PAGER, WHITE, heading, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import Relation, User, lookalikes, user

TOP = STATUS + BAR


def profile(scene: Scene) -> View:
    """The profile in whichever state it is: loading, not found, taken away, private or open."""
    handle = scene.page.target
    if scene.loading:
        # As recorded in 2021: the title and nothing below it, over the tab bar.
        return main_shell(scene, _page(scene, handle), tabs=tab_bar(scene, "explore"))
    found = user(handle)
    if found is None or "banned" in found.traits:
        key = "not_found" if found is None else "taken_away"
        words = notice(scene, 760, scene.labels[key], scene.labels[f"{key}_text"])
        return main_shell(scene, _page(scene, "", words), tabs=None)
    bottom = scene.frame.bottom
    root = group((0, TOP, 1080, bottom), *_body(scene, found), id="coordinator_root_layout")
    return main_shell(scene, _page(scene, handle, root), tabs=None)


def _page(scene: Scene, handle: str, *body: View) -> View:
    whole: Bounds = (0, STATUS, 1080, scene.frame.bottom)
    empty = () if body else (group((0, TOP, 1080, scene.frame.bottom), id="coordinator_root_layout"),)
    return view("FrameLayout", whole, _title_bar(scene, handle), *(body or empty))


def _title_bar(scene: Scene, handle: str) -> View:
    labels = scene.labels
    back = icon((0, STATUS, 118, TOP), "back", desc=labels["back"], flags="Cf", action=BACK)
    title: Bounds = (158, STATUS, 400, TOP)
    name = text(title, handle, id="action_bar_title", desc=handle, size=52, bold=True)
    parts = [view("LinearLayout", (0, STATUS, 118, TOP), back, id="left_action_bar_buttons")]
    if handle:
        inner = group(title, name, *_tick(handle))
        parts.append(
            view("LinearLayout", (158, STATUS, 942, TOP), inner, id="action_bar_username_container", flags="Cf")
        )
    options = icon((942, STATUS, 1060, TOP), "dots", desc=labels["options"], flags="Cf")
    parts.append(view("LinearLayout", (942, STATUS, 1060, TOP), options, id="right_action_bar_buttons"))
    bar = view("LinearLayout", (0, STATUS, 1060, TOP), *parts, id="action_bar_layout")
    return view("FrameLayout", (0, STATUS, 1080, TOP), bar, id="profile_action_bar", style=Style(fill=WHITE))


def _tick(handle: str) -> tuple[View, ...]:
    found = user(handle)
    if found is None or "verified" not in found.traits:
        return ()
    tick = icon((404, STATUS + 48, 444, STATUS + 88), "tick", id="action_bar_title_verified_badge", size=40, color=BLUE)
    return (tick,)


def _body(scene: Scene, found: User) -> list[View]:
    header = header_views(scene, found)
    actions_top = header[-1].bounds[3]
    row = action_row(scene, found, actions_top)
    bottom = row.bounds[3]
    fixed = [view("ViewGroup", (0, TOP, 1080, actions_top), *header, id="row_profile_header")]
    fixed.append(view("LinearLayout", row.bounds, row))
    if found.handle in scene.suggesting or "suggests" in found.traits:
        fixed.append(profile_suggestions(scene, found, bottom + 12))
        bottom = fixed[-1].bounds[3]
    container = [view("LinearLayout", (0, TOP, 1080, bottom), *fixed, id="profile_header_fixed_list")]
    hidden = found.private and scene.relation(found.handle) is not Relation.FOLLOWING
    if hidden:
        inner: tuple[View, ...] = (
            notice(
                scene,
                bottom + 90,
                scene.labels["private_title"],
                scene.labels["private_text"],
                id="private_profile_empty_state",
            ),
        )
    else:
        container.append(tabs_row(scene, bottom, ("grid_view", "tagged")))
        bottom += 119
        inner = (view("ScrollView", (0, bottom, 1080, scene.frame.bottom), flags="f"), tiles(scene, found, bottom))
    appbar: Bounds = (0, TOP, 1080, bottom)
    bar = view(
        "LinearLayout", appbar, view("LinearLayout", appbar, *container, id="profile_header_container"), id="tab_appbar"
    )
    line = view("View", (0, TOP, 1080, TOP + 1), id="swipe_refresh_animated_progressbar_container_background")
    return [view("FrameLayout", (0, TOP, 1080, scene.frame.bottom)), bar, line, *inner]


def header_views(scene: Scene, found: User) -> list[View]:
    """Picture, name, statistics and who of our acquaintance follows; the last one ends where the actions begin."""
    labels = scene.labels
    framed = avatar(found, labels["profile_picture"], TOP + 20)
    stub: Bounds = (39, TOP, 273, TOP + 234)
    name = text(
        (312, TOP + 40, 1040, TOP + 82), found.name, id="profile_header_full_name_above_vanity", size=40, bold=True
    )
    others = [other for name_ in lookalikes(found.handle[:12]) if (other := user(name_)) is not None]
    desc = labels.filled("followed_by", *(other.handle for other in others[:2]))
    line: Bounds = (39, TOP + 234, 1041, TOP + 348)
    box: Bounds = (136, TOP + 256, 1041, TOP + 300)
    inner = view("ImageView", (39, TOP + 240, 117, TOP + 318), id="profile_header_follow_context_facepile")
    label = text(box, desc, id="profile_header_follow_context_text", desc=desc, size=36, color=DIM)
    context = view("LinearLayout", line, inner, label, id="profile_header_follow_context", flags="Cf")
    return [
        group(stub, group(stub, framed), id="profile_header_avatar_container_top_left_stub"),
        name,
        statistics(scene, posts_of(found), found.followers, found.following),
        context,
    ]


def avatar(found: User, desc: str, top: int, action: Action | None = None) -> View:
    """The round picture of a profile in its frame."""
    box: Bounds = (58, top, 255, top + 197)
    picture = view("ImageView", box, id="row_profile_header_imageview", desc=desc, style=Style(avatar=found.handle))
    return view("FrameLayout", box, picture, id="row_profile_header_imageview_frame_layout", flags="CLf", action=action)


def posts_of(found: User) -> int:
    """How many posts the server says that a user has."""
    return found.likes % 97 + 3


def statistics(scene: Scene, posts: int, followers: int, following: int, top: int = TOP + 82) -> View:
    """Counts with their names, each pair under a node that is described as both in one word, as recorded."""
    cells = (
        ("post_count", "profile_header_post_count_front_familiar", "posts", posts, 312, 513),
        ("followers", "profile_header_followers_stacked_familiar", "followers", followers, 513, 785),
        ("following", "profile_header_following_stacked_familiar", "following_stat", following, 785, 1041),
    )
    parts: list[View] = []
    for name, id_, key, number, left, right in cells:
        count, word = scene.labels.count(number), scene.labels[key]
        box: Bounds = (left + 14, top + 20, right, top + 69)
        value = text(box, count, id=f"profile_header_familiar_{name}_value", size=46, bold=True)
        label = text((left + 14, top + 69, right, top + 113), word, id=f"profile_header_familiar_{name}_label", size=38)
        parts.append(
            view("View", (left, top, right, top + 132), value, label, id=id_, desc=f"{count}{word}", flags="Cf")
        )
    return view("LinearLayout", (312, top, 1041, top + 132), *parts, id="profile_header_metrics_full_width")


def action_row(scene: Scene, found: User, top: int) -> View:
    """[Follow][Message][suggestions]; once following two wide buttons, as recorded on 410."""
    labels = scene.labels
    word, tap = follow_word(scene, found)
    asks = tap.name == "follow"
    edges = ((30, 486), (501, 957)) if asks else ((33, 532), (548, 1047))
    bottom = top + 78
    box: Bounds = (edges[0][0], top, edges[0][1], bottom)
    id_, desc, flags = "profile_header_follow_button", f"{word} {found.name}", "CfS" if asks else "CLf"
    button = plate_button(box, word, id=id_, desc=desc, flags=flags, action=tap, size=42, radius=24, strong=asks)
    cells = [
        view("ViewGroup", box, button, id="profile_header_user_action_follow_button", flags="S" if asks else ""),
        plain_button((edges[1][0], top, edges[1][1], bottom), labels["message"], Action("message", found.handle)),
    ]
    if asks:
        more: Bounds = (972, top, 1050, bottom)
        cells.append(
            view(
                "Button",
                more,
                icon(more, "add-person", id="chaining_button_image", size=44),
                id="row_profile_header_button_chaining",
                desc="@2131977816",
                flags="Cf",
                action=Action("suggest", found.handle),
                style=Style(fill=GREY, radius=24),
            )
        )
    return view("LinearLayout", (0, top, 1080, bottom), *cells, id="profile_header_actions_top_row")


def plain_button(box: Bounds, word: str, action: Action) -> View:
    """A grey button: the clickable node is described, its label stands below it."""
    middle = (box[0] + box[2]) // 2
    label = heading((middle - 160, box[1] + 16, middle + 160, box[3] - 17), word, size=42)
    style = Style(fill=GREY, radius=24)
    button = view("Button", box, label, id="button_container", desc=word, flags="Cf", action=action, style=style)
    return group(box, button)


def tabs_row(scene: Scene, top: int, keys: tuple[str, ...]) -> View:
    """The tabs over the grid, described and without words."""
    width = 1080 // len(keys)
    cells: list[View] = []
    for i, key in enumerate(keys):
        box: Bounds = (i * width, top, (i + 1) * width, top + 117)
        state = "S" if i == 0 else ""
        outer = "fS" if i == 0 else "Cf"
        picture = {"grid_view": "grid", "reels_tab": "play", "tagged": "person"}[key]
        leaf = icon(box, picture, id="profile_tab_icon_view", desc=scene.labels[key], flags=f"Cf{state}", size=60)
        cells.append(view("LinearLayout", box, view("FrameLayout", box, leaf, flags=f"f{state}"), flags=outer))
    row: Bounds = (0, top, 1080, top + 117)
    scroll = view("HorizontalScrollView", row, view("LinearLayout", row, *cells), id="profile_tab_layout", flags="f")
    line = view("View", (0, top + 117, 1080, top + 119), id="profile_tabs_bottom_divider")
    return view("LinearLayout", (0, top, 1080, top + 119), scroll, line, id="profile_tabs_container")


def tiles(scene: Scene, found: User, top: int) -> View:
    """The grid of another user: photos by rule."""
    described = [
        Tile(desc=scene.labels.filled("photo_at", found.name, i // 3 + 1, i % 3 + 1), seed=f"{found.handle}:{i}")
        for i in range(min(12, posts_of(found)))
    ]
    box: Bounds = (0, top, 1080, scene.frame.bottom)
    gap = view("View", (0, top, 1080, top + 9), id="gap_binder_group")
    listed = view(
        LIST,
        box,
        gap,
        *grid_rows(described, top + 9, scene.frame.bottom, stretch=scene.frame.stretch),
        id="android:id/list",
        flags="f",
    )
    return view(PAGER, box, listed, id="profile_viewpager", flags="fs")
