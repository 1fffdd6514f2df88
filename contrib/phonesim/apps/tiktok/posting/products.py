"""From "Add link" to a product of the account's showcase: what to link, the list, the name under which it is shown.

No recording is known of these pages. TikTok's own handbook for sellers gives the way: on the posting page choose "Add
link", choose one of the products, give it a name, post. Where labels and clickable nodes sit follows the recorded form.
"""

from phonesim.apps.navigation import Overlay
from phonesim.apps.posting.state import NAME_LENGTH, Composition
from phonesim.apps.tiktok.scene import Scene, notice, shell
from phonesim.apps.tiktok.sheets import dialog_window
from phonesim.shops import Product
from phonesim.ui.controls import (
    CLOSE,
    DIM,
    GREY,
    INK,
    LIST,
    NOTHING,
    RED,
    WHITE,
    framed,
    heading,
    icon,
    icon_button,
    text,
)
from phonesim.ui.view import Action, Bounds, Style, View, Window, view

BACK = Action("leave_form")
ROW = 240
_TOP = 390


def link_kinds(scene: Scene, overlay: Overlay) -> Window:
    """What may be linked, of an account that sells."""
    bottom = scene.frame.bottom
    top = bottom - 520
    labels = scene.labels
    kinds = (("product_kind", "plus", Action("open_products")), ("web_link", "globe", Action("type_link")))
    rows = [_kind(labels[key], picture, top + 180 + i * 150, tap) for i, (key, picture, tap) in enumerate(kinds)]
    title = heading((240, top + 40, 840, top + 110), labels["add_link"], id="nmh", size=46)
    close = icon((954, top + 20, 1059, top + 125), "close", desc=labels["close"], flags="C", action=CLOSE, size=50)
    plate: Bounds = (0, top, 1080, bottom)
    style = Style(fill=WHITE, radius=36, flat_bottom=True)
    box = view("FrameLayout", plate, title, close, *rows, id="f0u", desc=labels["bottom_sheet"], style=style)
    return dialog_window(scene, box, outside=CLOSE)


def _kind(word: str, picture: str, top: int, action: Action) -> View:
    """The word three levels under what takes the touch, as the rows of the form have it."""
    box: Bounds = (0, top, 1080, top + 150)
    label = text((130, top + 45, 900, top + 105), word, id="w4m", size=42)
    inner = view("FrameLayout", box, icon((42, top + 50, 92, top + 100), picture, size=50), label, id="q76")
    return view("LinearLayout", box, view("FrameLayout", box, inner), flags="Cf", action=action)


def product_list(scene: Scene, made: Composition) -> View:
    """The showcase: a title, a search, and a row with Add for each product; it comes a moment after its frame."""
    frame = scene.frame
    labels = scene.labels
    tab: Bounds = (42, 262, 400, 370)
    head = [
        _title_bar(scene, labels["product_list"]),
        text(tab, labels["showcase"], size=40, bold=True, flags="S"),
        icon((960, 270, 1060, 370), "search", desc=labels["search"], flags="Cf", size=56),
    ]
    area: Bounds = (0, _TOP, 1080, frame.bottom)
    return shell(frame, view("LinearLayout", (0, 84, 1080, frame.bottom), *head, _products(scene, area), id="xk2"))


def _products(scene: Scene, area: Bounds) -> View:
    if scene.loading:
        spinner = view("ProgressBar", (480, 900, 600, 1020), style=Style(icon="spinner", size=110, color=DIM))
        return view("FrameLayout", area, spinner)
    offered = scene.posting.offered
    if not offered:
        words = scene.labels["no_products"], scene.labels["no_products_text"]
        return view("FrameLayout", area, notice(scene.frame, 800, *words, "inbox"))
    first = scene.posting.passed
    seen = offered[first : first + rows_seen(scene.frame.bottom)]
    rows = [_product(scene, product, first + i, area[1] + i * ROW) for i, product in enumerate(seen)]
    return view(LIST, area, *rows, id="xk9", flags="fs")


def rows_seen(bottom: int) -> int:
    """How many whole rows of the list are seen above `bottom`."""
    return max(1, (bottom - _TOP) // ROW)


def _product(scene: Scene, product: Product, number: int, top: int) -> View:
    box: Bounds = (0, top, 1080, top + ROW)
    plate: Bounds = (840, top + 75, 1038, top + 165)
    add = heading(plate, scene.labels["add"], size=38, color=WHITE)
    take = Action("take_product", str(number))
    parts = [
        view("ImageView", (42, top + 20, 242, top + 220), id="cover", style=Style(artwork=f"product:{product.name}")),
        text((272, top + 30, 810, top + 130), product.name, id="xk4", size=40, lines=2),
        text((272, top + 150, 560, top + 205), product.price, id="xk5", size=40, bold=True, color=RED),
        framed(plate, view("FrameLayout", plate, add, flags="Cf", action=take, style=Style(fill=RED, radius=12)), "x1"),
    ]
    return view("FrameLayout", box, *parts, flags="Cf", action=NOTHING)


def product_page(scene: Scene, made: Composition) -> View:
    """The name that people will see, the product's own at first; Add takes no touch while it is too long."""
    frame = scene.frame
    labels = scene.labels
    typed = made.texts["product_name"]
    fits = 0 < len(typed) <= NAME_LENGTH
    flags = "CfLF" if scene.field == "product_name" else "CfL"
    field: Bounds = (42, 300, 1038, 420)
    style = Style(size=42, color=INK, fill=GREY, radius=14, inset=24)
    name = view("EditText", field, id="gzm", text=typed, flags=flags, field="product_name", style=style)
    ink = DIM if fits else RED
    count = text((800, 430, 1038, 490), f"{len(typed)}/{NAME_LENGTH}", id="ey5", size=34, color=ink, align="right")
    hint = text((42, 500, 1038, 560), labels["product_name_text"], size=34, color=DIM)
    plate: Bounds = (42, 600, 1038, 720)
    word = heading(plate, labels["add"], size=42, color=WHITE if fits else DIM)
    look = Style(fill=RED if fits else GREY, radius=12)
    tap = Action("name_product") if fits else None
    add = view("FrameLayout", plate, word, id="xk7", flags="Cf" if fits else "CfD", action=tap, style=look)
    parts = [_title_bar(scene, labels["product_name"]), name, count, hint, add]
    return shell(frame, view("FrameLayout", (0, 84, 1080, frame.bottom), *parts, id="xk6"))


def _title_bar(scene: Scene, title: str) -> View:
    back = icon_button((16, 136, 131, 252), "back", desc=scene.labels["back"], action=BACK)
    words = heading((200, 150, 880, 240), title, id="title", size=46)
    return view("FrameLayout", (0, 136, 1080, 252), back, words)
