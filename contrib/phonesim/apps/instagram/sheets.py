"""Bottom sheets in the page's own tree, and the account switcher in a window of its own, each as recorded."""

from phonesim.apps.instagram.scene import BLUE, DIM, GREY, INK, RED, Scene, group
from phonesim.apps.navigation import Overlay
from phonesim.ui.chrome import STATUS
from phonesim.ui.controls import CLOSE, LIST, NOTHING, WHITE, heading, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, Window, view
from phonesim.world import Relation

_ROW = 132

# What each row of the "Create" sheet says and is described as, its icon and where it leads.
_CREATE = (
    ("create_reel", "reel", "play", Action("compose", "reel")),
    ("edits", "edits", "check", CLOSE),
    ("create_post", "post", "grid", Action("compose", "feed")),
    ("create_story", "story", "plus", Action("compose", "story")),
    ("highlight", "highlight", "heart", CLOSE),
    ("ad", "ad", "bell", CLOSE),
)


def bottom_sheet(scene: Scene, height: int, title: str, *rows: View) -> View:
    """A sheet over the page, whose nodes stay in the tree: a dimmer that closes it, a handle, a title, rows.

    `rows` are drawn for the upper edge `sheet_top(scene, height)`.
    """
    whole: Bounds = (0, STATUS, 1080, scene.frame.bottom)
    top = sheet_top(scene, height)
    plate: Bounds = (0, top, 1080, scene.frame.bottom)
    style = Style(fill="#8d8f92")
    dimmer = view("Button", whole, id="background_dimmer", desc="@2131954894", flags="Cf", action=CLOSE, style=style)
    part = view("ImageView", (501, top, 579, top + 69), id="bottom_sheet_drag_handle_prism", flags="Cf", action=CLOSE)
    handle = view("FrameLayout", (0, top, 1080, top + 69), part, id="bottom_sheet_drag_handle_frame")
    head = group(
        (0, top + 69, 1080, top + 175),
        heading((245, top + 69, 835, top + 175), title, id="title_text_view", flags="f", size=46),
        id="nav_buttons_and_title_container",
    )
    line = view("View", (0, top + 175, 1080, top + 177), id="bottom_sheet_nav_bar_divider", style=Style(fill=GREY))
    listed = view(LIST, (0, top + 177, 1080, scene.frame.bottom), *rows, id="recycler_view", flags="f")
    body = view("FrameLayout", listed.bounds, listed, id="bottom_sheet_container_view")
    inner = group(plate, handle, head, line, body, id="bottom_sheet_container")
    # Touches that miss its rows must not reach the dimmer.
    look = Style(fill=WHITE, radius=36, flat_bottom=True)
    layout = view(
        "FrameLayout", plate, inner, id="layout_container_bottom_sheet", flags="Cf", action=NOTHING, style=look
    )
    return view("FrameLayout", whole, dimmer, layout, id="bottom_sheet_container")


def sheet_top(scene: Scene, height: int) -> int:
    return scene.frame.bottom - height


def create_sheet(scene: Scene, overlay: Overlay) -> View:
    """What the plus of the own profile opens."""
    height = 177 + _ROW * len(_CREATE) + 40
    top = sheet_top(scene, height) + 177
    rows = [_create_row(scene, row, top + i * _ROW) for i, row in enumerate(_CREATE)]
    return bottom_sheet(scene, height, scene.labels["create_title"], *rows)


def _create_row(scene: Scene, row: tuple[str, str, str, Action], top: int) -> View:
    desc, word, picture, tap = row
    box: Bounds = (0, top, 1080, top + _ROW)
    label = text((137, top + 40, 700, top + 90), scene.labels[word], id="label", size=44)
    line = view("View", (137, top + _ROW - 2, 1041, top + _ROW), id="divider", style=Style(fill=GREY))
    container = group(
        (137, top, 1041, top + _ROW), group(label.bounds, label, id="labels_wrapper"), line, id="label_container"
    )
    image = icon((39, top + 36, 98, top + 95), picture, id="image", size=56)
    return view("Button", box, image, container, desc=scene.labels[desc], flags="Cf", action=tap)


def follow_sheet(scene: Scene, overlay: Overlay) -> View:
    """What a tap on Following or Requested opens. No recording is known; the id of the last row is."""
    requested = scene.relation(overlay.target) is Relation.REQUESTED
    keys = () if requested else ("close_friends", "favorites", "mute", "restrict")
    ids = {"close_friends": "follow_sheet_close_friends_row", "favorites": "follow_sheet_favorites_row"}
    height = 177 + _ROW * (len(keys) + 1) + 40
    top = sheet_top(scene, height) + 177
    rows = [
        _plain_row(scene.labels[key], top + i * _ROW, CLOSE, ids.get(key, f"follow_sheet_{key}_row"), INK)
        for i, key in enumerate(keys)
    ]
    last = top + len(keys) * _ROW
    tap = Action("ask_unfollow", overlay.target)
    rows.append(_plain_row(scene.labels["unfollow"], last, tap, "follow_sheet_unfollow_row", RED))
    return bottom_sheet(scene, height, overlay.target, *rows)


def _plain_row(word: str, top: int, action: Action, id_: str, ink: str) -> View:
    box: Bounds = (0, top, 1080, top + _ROW)
    return text(box, word, id=id_, flags="Cf", action=action, size=44, color=ink, align="center")


def account_switcher(scene: Scene, overlay: Overlay) -> Window:
    """Rows are described by the account's name, the active one is selected; there is no title, as recorded on 410."""
    accounts = scene.world.accounts
    height = 460 + 200 * len(accounts)
    top = sheet_top(scene, height)
    rows = [_account(scene, name, top + 44 + i * 200) for i, name in enumerate(accounts)]
    end = top + 44 + 200 * len(accounts)
    whole: Bounds = (0, top, 1080, scene.frame.bottom)
    add = _foot_button(scene.labels["add_account"], (44, end, 1036, end + 176), "CL", Action("add_account"))
    center = _foot_button(scene.labels["accounts_center"], (44, end + 220, 1036, end + 320), "CL", NOTHING)
    logo = view("ImageView", (430, end + 335, 650, end + 378), desc=scene.labels["meta_logo"])
    listed = view("ViewGroup", (0, top, 1080, end), *rows)
    style = Style(fill=WHITE, radius=40, flat_bottom=True)
    box = view("ViewGroup", whole, listed, add, center, logo, id="recycler_view_container_id", flags="D", style=style)
    handle: Bounds = (474, top - 44, 606, top)
    cancel = view(
        "FrameLayout", handle, desc=scene.labels["cancel"], flags="C", action=CLOSE, style=Style(fill=DIM, radius=12)
    )
    root = view("FrameLayout", scene.frame.whole, cancel, box)
    return Window(package=scene.package, root=root, modal=True, dim=True, outside=CLOSE)


def _account(scene: Scene, name: str, top: int) -> View:
    active = name == scene.world.active
    state = "S" if active else ""
    box: Bounds = (44, top, 1036, top + 176)
    parts = [
        view("ImageView", (88, top + 33, 198, top + 143), flags=state, style=Style(avatar=name)),
        text((231, top + 59, 800, top + 117), name, cls="View", flags=state, size=44, bold=active),
    ]
    if active:
        parts.append(icon((926, top + 55, 992, top + 121), "tick", flags="S", size=60, color=BLUE))
    return view("ViewGroup", box, *parts, desc=name, flags=f"CL{state}", action=Action("switch", name))


def _foot_button(word: str, box: Bounds, flags: str, action: Action) -> View:
    middle = (box[1] + box[3]) // 2
    label = text((231, middle - 29, 900, middle + 29), word, cls="View", size=42)
    return view("Button", box, label, desc=word, flags=flags, action=action)
