"""The tab CREATE beside the camera: tools and templates, as recorded on 43.1.4. From here no file can be posted."""

from phonesim.apps.posting.state import Composition
from phonesim.apps.tiktok.posting.camera import mode_bar
from phonesim.apps.tiktok.scene import Scene, shell
from phonesim.ui.controls import DIM, GREY, INK, LIST, PAGER, framed, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view

_TOOLS = ("photo_editor", "autocut", "captions", "ai_video", "cutout")
_TEMPLATES = (
    ("Gun With Photo", "33.8K", (32, 0, 529, 775)),
    ("Opening Night", "229.4K", (551, 0, 1048, 996)),
    ("Paper Sky", "12K", (32, 817, 529, 1592)),
    ("Slow Morning", "8,120", (551, 1038, 1048, 1592)),
)


def templates(scene: Scene, made: Composition) -> View:
    """Close, tools, New video and Drafts, and the templates."""
    whole: Bounds = (0, 0, 1080, scene.frame.bottom)
    low = scene.frame.bottom - 224
    close = icon((53, 173, 116, 236), "close", id="g10", desc=scene.labels["close"], flags="Cf", action=CLOSE)
    head = view("FrameLayout", (0, 0, 1080, 273), close, id="g1i")
    column: Bounds = (0, 273, 1080, low)
    content = view("ViewGroup", column, _tools(scene), _begin(scene), _templates(scene, low))
    scroll = view("ScrollView", column, content, id="g0u", flags="fs")
    body = view("LinearLayout", (0, 0, 1080, low), head, framed(column, scroll, "g0v", "sc8"), id="fyq")
    page = view(
        "FrameLayout", whole, view("FrameLayout", whole, body, id="fyr"), mode_bar(scene, "templates"), id="fys"
    )
    return shell(scene.frame, framed(whole, page, "r9l", "", "nor", "s8e"))


CLOSE = Action("discard")


def _tools(scene: Scene) -> View:
    cells: list[View] = []
    for number, key in enumerate(_TOOLS):
        left = 211 + number * 184
        box: Bounds = (left, 273, min(left + 184, 1080), 468)
        picture = icon((left + 60, 294, left + 123, 357), "gear", id="g1f", size=60)
        label = text((left + 4, 378, box[2] - 2, 415), scene.labels[key], id="g1g", size=30, align="center")
        cells.append(
            view("Button", box, picture, label, desc=scene.labels[key], flags="Cf", action=Action("tool", key))
        )
    row: Bounds = (0, 273, 1080, 468)
    return view("FrameLayout", row, view("FrameLayout", row, view(LIST, row, *cells, id="g1e", flags="fs")), id="g11")


def _begin(scene: Scene) -> View:
    """New video and Drafts."""
    new: Bounds = (32, 468, 803, 689)
    drafts: Bounds = (827, 468, 1048, 689)
    label = text((316, 581, 519, 639), scene.labels["new_video"], id="nqd", size=38, align="center")
    plus = icon((386, 518, 449, 581), "plus", id="nqc", size=60)
    left = view("FrameLayout", new, view("LinearLayout", (316, 518, 519, 639), plus, label), id="nqb", flags="Cf")
    word = text((876, 586, 999, 644), scene.labels["drafts"], size=38, align="center")
    picture = icon((903, 513, 971, 581), "inbox", desc=scene.labels["drafts"], size=60)
    right = view(
        "FrameLayout", drafts, view("LinearLayout", (876, 513, 999, 644), picture, word, id="g9d"), id="a4s", flags="Cf"
    )
    row = view("LinearLayout", (32, 468, 1048, 689), framed(new, left, "g16"), framed(drafts, right, "g15"))
    return view("FrameLayout", (0, 468, 1080, 705), row, id="g14")


def _templates(scene: Scene, low: int) -> View:
    box: Bounds = (0, 737, 1080, low)
    title = text((32, 757, 277, 823), scene.labels["templates"], id="title", size=42, bold=True)
    glass = icon((964, 748, 1048, 832), "search", id="sdb", desc=scene.labels["search"], flags="Cf")
    head = view("ViewGroup", (0, 748, 1080, 832), title, framed((943, 748, 1080, 832), glass, "si3"), id="w3k")
    cards = [_card(scene, *template, low) for template in _TEMPLATES if 969 + template[2][1] + 200 < low]
    area: Bounds = (21, 969, 1059, low)
    place: Bounds = (0, 958, 1080, low)
    pager = view(
        PAGER, place, framed(area, view(LIST, area, *cards, id="r_w", flags="fs"), "e7j"), id="ziq", flags="fs"
    )
    return framed(box, view("LinearLayout", box, head, pager, id="e7j"), "", "d6t", "s1c", "g18")


def _card(scene: Scene, name: str, count: str, at: Bounds, low: int) -> View:
    box: Bounds = (at[0], 969 + at[1], at[2], min(969 + at[3], low))
    foot = max(box[1] + 10, box[3] - 112)
    cover = view("ImageView", (box[0] + 3, box[1] + 3, box[2] - 3, foot), id="cover", style=Style(artwork=name))
    parts = [
        framed((box[0], box[1], box[2], foot), cover, "e7j"),
        text((box[0] + 11, box[3] - 91, box[2], box[3] - 44), name, id="vlt", size=36, color=INK),
        text((box[0] + 11, box[3] - 39, box[2], box[3]), f"{count} videos", id="vl3", size=30, color=DIM),
    ]
    return view("ViewGroup", box, *parts, flags="Cf", action=Action("template", name), style=Style(fill=GREY))
