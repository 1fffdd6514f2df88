"""The post form: for a video one field, as recorded on 46.4.3, for images two, as recorded on 43.1.4.

Placeholders are the fields' text. While the keyboard is open the bar with Drafts and Post is gone and another Post
stands at the top right.
"""

from phonesim.apps.posting.pictures import picture_of
from phonesim.apps.posting.state import Composition, unfinished_tag
from phonesim.apps.tiktok.posting.rows import option_rows
from phonesim.apps.tiktok.posting.suggestions import suggestions
from phonesim.apps.tiktok.scene import Scene, shell
from phonesim.ui.chrome import KEYBOARD
from phonesim.ui.controls import DIM, GREY, INK, WHITE, icon, icon_button, text, text_button, word_button
from phonesim.ui.view import Action, Bounds, Style, View, view

BACK = Action("leave_form")
FIELDS = ("title", "caption")


def form(scene: Scene, made: Composition) -> View:
    """The whole page; what the suggestions lie over stays in the tree."""
    frame, typing = scene.frame, scene.field in FIELDS
    inner: Bounds = (0, 0, 1080, frame.bottom)
    low = frame.bottom - (KEYBOARD if typing else 190)
    head, below = (_images_head if made.kind == "images" else _video_head)(scene, made, typing=typing)
    rows = option_rows(scene, made, below, low)
    scroll = view("ScrollView", (0, 253, 1080, low), view("LinearLayout", (0, 253, 1080, low), *head, *rows), id="qrf")
    parts = [_title_bar(scene, made, typing=typing), scroll]
    if not typing:
        parts.append(_bottom_bar(scene))
    if unfinished_tag(made.texts["caption"]) and (scene.field == "caption" or scene.posting.covered):
        parts.append(suggestions(scene, unfinished_tag(made.texts["caption"]), below, low if typing else frame.bottom))
    body = view("FrameLayout", inner, view("FrameLayout", inner, *parts, id="d6t"), id="qre")
    for id_ in ("nor", "s8e"):
        body = view("FrameLayout", inner, body, id=id_)
    return shell(frame, body)


def _title_bar(scene: Scene, made: Composition, *, typing: bool) -> View:
    """An unresolved description on the arrow, and the second Post while the keyboard is open."""
    desc, id_ = ("@2131888269", "b98") if made.kind == "images" else ("@2131823418", "bor")
    back = icon_button((16, 136, 131, 252), "back", id=id_, desc=desc, action=BACK)
    parts = [view("ViewGroup", (0, 136, 1080, 252), back, id="w1v")]
    hidden = scene.phone.faults.active("suggestions_cover_post") and bool(unfinished_tag(made.texts["caption"]))
    if typing and not hidden:
        post = word_button((846, 152, 1038, 236), scene.labels["post"], id="qr6", action=Action("post"))
        parts.append(view("FrameLayout", (846, 136, 1080, 252), post, id="oyw"))
    return view("FrameLayout", (0, 136, 1080, 252), *parts, id="w_m")


def _bottom_bar(scene: Scene) -> View:
    bottom = scene.frame.bottom
    top = bottom - 158
    left: Bounds = (32, top, 529, bottom - 32)
    right: Bounds = (550, top, 1048, bottom - 32)
    drafts = word_button(
        left, scene.labels["drafts"], id="fex", action=Action("save_draft"), ink=INK, fill=GREY, size=44
    )
    post = word_button(right, scene.labels["post"], id="qrb", action=Action("post"), size=44)
    row = view("LinearLayout", (32, top, 1048, bottom - 32), drafts, post, id="fgc")
    return view("FrameLayout", (0, bottom - 190, 1080, bottom), row, id="bw7", style=Style(fill=WHITE))


def _images_head(scene: Scene, made: Composition, *, typing: bool) -> tuple[list[View], int]:
    """The first pictures, the title, the description; and where the rows below begin."""
    side = 111 if typing else 278
    cells = [_cover(scene, made, number, side) for number in range(min(len(made.files), 3))]
    strip = view("HorizontalScrollView", (0, 274, 1080, 274 + side), *cells, id="ji7")
    top = 274 + side + 32
    title = _field(scene, made, "title", (42, top, 1038, top + 53), "g1c", "title_hint", size=46)
    words = _field(scene, made, "caption", (42, top + 107, 1038, top + 475), "g19", "description_hint", lines=7)
    rule = view("View", (42, top + 85, 1038, top + 86), id="f_f", style=Style(fill=GREY))
    fields = view("LinearLayout", (42, top, 1038, top + 475), title, rule, words, id="fz9")
    tools, below = _tools(scene, made, top + 475, typing=typing)
    return [strip, view("FrameLayout", (42, top, 1038, top + 475), fields, id="fz8"), *tools], below


def _cover(scene: Scene, made: Composition, number: int, side: int) -> View:
    left = 42 + number * (side + 20)
    box: Bounds = (left, 274, left + side, 274 + side)
    picture = view("ImageView", box, id="ji6", flags="Cf", style=picture_of(made.files[number]))
    word = text((left, 274, left + 119, 332), scene.labels["cover"], id="ji9", size=34, color=WHITE, fill="#3a3a3e")
    return view("FrameLayout", box, picture, *([word] if number == 0 and side > 200 else []))


def _video_head(scene: Scene, made: Composition, *, typing: bool) -> tuple[list[View], int]:
    """One field beside the cover."""
    words = _field(scene, made, "caption", (42, 274, 673, 681), "h00", "caption_hint", lines=7)
    cover: Bounds = (715, 274, 1038, 665)
    style = picture_of(made.files[0]) if made.files else Style(fill=GREY)
    picture = view("ImageView", cover, id="kkj", desc="@2131823255", flags="Cf", style=style)
    edit: Bounds = (715, 579, 1038, 665)
    word = text(edit, scene.labels["cover"], size=34, color=WHITE, align="center", fill="#3a3a3e")
    parts = [words, picture, view("FrameLayout", edit, word, id="dvu", flags="Cf")]
    tools, below = _tools(scene, made, 681, typing=typing)
    return [view("RelativeLayout", (0, 253, 1080, 681), *parts), *tools], below


def _field(
    scene: Scene, made: Composition, name: str, box: Bounds, id_: str, hint: str, *, size: int = 40, lines: int = 1
) -> View:
    """Its placeholder is its text, as the dumps have it."""
    typed = made.texts[name]
    style = Style(size=size, color=INK if typed else DIM, lines=lines)
    flags = "CfLF" if scene.field == name else "CfL"
    return view("EditText", box, id=id_, text=typed or scene.labels[hint], flags=flags, field=name, style=style)


def _tools(scene: Scene, made: Composition, top: int, *, typing: bool) -> tuple[list[View], int]:
    """Hashtag, mention, ideas; with the keyboard a counter above and an arrow to fold it."""
    labels = scene.labels
    parts: list[View] = []
    if typing:
        count = len(made.texts["caption"])
        parts.append(text((42, top, 240, top + 63), f"{count}/4000", id="ey5", size=32, color=DIM))
        top += 63
    ideas: Bounds = (232, top + 21, 596, top + 95)
    label = text_button(ideas, labels["ideas"], id="eyp", size=34, align="center", fill=GREY, radius=10)
    row = [
        _tool((42, top + 21, 116, top + 95), "#", "awo", "", Action("tag", "#")),
        _tool((137, top + 21, 211, top + 95), "@", "awn", labels["mention"], Action("tag", "@")),
        view("FrameLayout", ideas, label, id="eyq"),
    ]
    if typing:
        fold: Bounds = (964, top + 21, 1038, top + 95)
        row.append(
            icon(fold, "down", id="fvu", desc=labels["collapse"], flags="Cf", size=50, action=Action("hide_keyboard"))
        )
    parts.append(view("LinearLayout", (0, top, 1080, top + 110), *row, id="bm7"))
    return parts, top + 127


def _tool(box: Bounds, sign: str, id_: str, word: str, action: Action) -> View:
    style = Style(text=sign, size=40, bold=True, align="center", fill=GREY, radius=10)
    return view("Button", box, id=id_, text=word, flags="Cf", action=action, style=style)
