"""The gallery's picker, as recorded on 43.1.4 and, with something selected, 46.4.3. The camera stays in the tree below.

Next is not clickable until something is selected. Media come newest first, one album and one kind at a time.
"""

from phonesim.apps.navigation import Overlay
from phonesim.apps.posting.pictures import picture_of
from phonesim.apps.posting.state import Composition
from phonesim.apps.tiktok.posting.camera import LOOK_AGAIN_S, camera_layer
from phonesim.apps.tiktok.posting.grid import FOOT, placed
from phonesim.apps.tiktok.scene import Scene, shell
from phonesim.apps.tiktok.sheets import dialog_window
from phonesim.contract import MediaItem
from phonesim.ui.controls import CLOSE, DIM, GREY, INK, LIST, NOTHING, PAGER, RED, WHITE, framed, heading, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, Window, view

_FILTERS = (("all", 42, 254), ("videos", 254, 501), ("photos", 501, 751), ("ai_gallery", 751, 1038))


def picker(scene: Scene, made: Composition) -> View:
    """The sheet over the whole camera."""
    scene.phone.before(scene.phone.clock() + LOOK_AGAIN_S)
    whole: Bounds = (0, 0, 1080, scene.frame.bottom)
    low = scene.frame.bottom - FOOT
    middle: Bounds = (0, 262, 1080, low)
    column = view("LinearLayout", middle, _filters(scene), _pager(scene, low), id="ait")
    inner = view("FrameLayout", middle, column, id="e8e")
    area = view("RelativeLayout", (0, 262, 1080, whole[3]), inner, _foot(scene), id="hm7")
    sheet = view("LinearLayout", whole, _header(scene), area, id="f0u")
    # A touch that misses the sheet's controls must not reach the camera.
    over = view("ViewGroup", whole, sheet, id="s2q", flags="T", action=NOTHING, style=Style(fill=WHITE))
    layers = view("FrameLayout", whole, camera_layer(scene, made), framed(whole, over, "", "nor", ""))
    return shell(scene.frame, framed(whole, layers, "zck", "", "nor", "s8e"))


def _header(scene: Scene) -> View:
    labels = scene.labels
    name = scene.posting.album or labels["recents"]
    label = heading((425, 173, 596, 223), name, id="yc0", size=42)
    picture = icon((602, 177, 644, 219), "down", id="kun", desc=labels["down"], size=40)
    album = view("LinearLayout", (403, 151, 676, 246), label, picture, id="d2t", flags="Cf", action=Action("albums"))
    glyph = icon((932, 180, 969, 217), "comment", desc=labels["ideas_button"], size=36)
    words = text((974, 179, 1050, 218), labels["text_tool"], size=32)
    ideas = view("LinearLayout", (906, 151, 1059, 246), glyph, words, id="vt1", flags="Cf")
    close = icon(
        (42, 167, 105, 230), "close", id="b9b", desc=labels["close"], flags="Cf", action=Action("close_picker")
    )
    return view("RelativeLayout", (0, 136, 1080, 262), close, album, framed((676, 136, 1059, 262), ideas, ""), id="aiw")


def _filters(scene: Scene) -> View:
    cells: list[View] = []
    for key, left, right in _FILTERS:
        chosen = key == scene.posting.filter
        word = scene.labels[key]
        ink = INK if chosen else DIM
        inner: Bounds = (left + 26, 262, right - 26, 380)
        label = text(inner, word, flags="S" if chosen else "", size=38, bold=chosen, align="center", color=ink)
        flags = "Sf" if chosen else "Cf"
        cells.append(
            view("FrameLayout", (left, 262, right, 380), label, desc=word, flags=flags, action=Action("filter", key))
        )
    row = view("LinearLayout", (0, 262, 1080, 380), *cells)
    return view("HorizontalScrollView", (0, 262, 1080, 380), row, id="mua", flags="f")


def _pager(scene: Scene, low: int) -> View:
    page: Bounds = (0, 380, 1080, low)
    found = placed(scene.posting, scene.phone.media.items(), scene.frame)
    cells = [_cell(scene, item, box) for item, box in found]
    grid = view("GridView", page, *cells, id="i8o", flags="fs")
    inner = framed(page, grid, "", "iia", "")
    return view(PAGER, page, inner, id="zpi", flags="fs")


def _cell(scene: Scene, item: MediaItem, box: Bounds) -> View:
    """A picture without words, and a circle in its corner that says which number the file has."""
    chosen = scene.posting.chosen
    place = str(chosen.index(item.uri) + 1) if item.uri in chosen else ""
    tap = Action("choose", item.uri)
    parts = [view("ImageView", box, id="mub", style=picture_of(item))]
    if item.kind == "video":
        length = f"00:{5 + item.size % 50:02}"
        low: Bounds = (box[2] - 128, box[3] - 60, box[2], box[3])
        parts.append(heading(low, length, id="gi4", size=34, color=WHITE))
    if scene.posting.multiple:
        circle: Bounds = (box[2] - 79, box[1] + 16, box[2] - 16, box[1] + 79)
        style = Style(fill=RED if place else "#5a5a5e", outline=WHITE, radius=31, size=36, color=WHITE, align="center")
        button = view("Button", circle, id="jh7", text=place, flags="Cf", action=tap, style=style)
        corner: Bounds = (box[2] - 116, box[1], box[2], box[1] + 116)
        parts.append(view("FrameLayout", corner, button, id="h9t", flags="Cf", action=tap))
    return view("FrameLayout", box, *parts, flags="CLf", action=tap)


def _foot(scene: Scene) -> View:
    """Select multiple on the left, Next on the right."""
    bottom = scene.frame.bottom
    top = bottom - FOOT
    labels, state = scene.labels, scene.posting
    box: Bounds = (32, top, 354, bottom)
    label = text((111, top + 77, 540, top + 124), labels["select_multiple"], id="nbu", size=36)
    several = view(
        "RelativeLayout", box, _check(top, on=state.multiple), label, id="nbv", flags="Cf", action=Action("multiple")
    )
    count = len(state.chosen)
    words = labels.filled("next_count", str(count)) if count else labels["next"]
    style = Style(
        fill=RED if count else GREY, radius=14, size=44, bold=True, align="center", color=WHITE if count else DIM
    )
    place: Bounds = (550, top + 42, 1048, top + 158)
    action = Action("picked") if count else None
    step = view("Button", place, id="uyb", text=words, flags="Cf" if count else "", action=action, style=style)
    left = framed((32, top, 529, bottom), several, "nbs", "nbt")
    row: Bounds = (0, top, 1080, bottom)
    line = view("LinearLayout", row, view("LinearLayout", row, view("LinearLayout", row, left, id="nbr"), step))
    return view("FrameLayout", row, framed(row, line, "n5w"), id="n5x", style=Style(fill=WHITE))


def _check(top: int, *, on: bool) -> View:
    style = Style(fill=RED if on else WHITE, outline=DIM, radius=31, icon="check" if on else "", size=40, color=WHITE)
    return view("CheckBox", (32, top + 74, 95, top + 137), id="nbk", flags="fkK" if on else "fk", style=style)


def albums(scene: Scene, overlay: Overlay) -> Window:
    """The folders that hold videos or images, Recents first."""
    items = [item for item in scene.phone.media.items() if item.kind != "audio"]
    names = ["", *dict.fromkeys(item.album for item in items)]
    rows: list[View] = []
    for number, name in enumerate(names[:10]):
        top = 300 + number * 150
        count = sum(name in ("", item.album) for item in items)
        box: Bounds = (0, top, 1080, top + 150)
        parts = [
            text((60, top + 20, 900, top + 90), name or scene.labels["recents"], id="tv_title", size=44),
            text((60, top + 92, 900, top + 140), str(count), size=34, color=DIM),
        ]
        rows.append(view("FrameLayout", box, *parts, flags="Cf", action=Action("album", name)))
    cls = LIST
    plate: Bounds = (0, 262, 1080, 300 + 150 * len(rows))
    return dialog_window(scene, view(cls, plate, *rows, flags="fs", style=Style(fill=WHITE)), outside=CLOSE)
