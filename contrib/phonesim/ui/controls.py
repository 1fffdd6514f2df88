"""Nodes with words or a picture in them, written shortly: what the screens of all apps are made of."""

from typing import Literal, TypedDict, Unpack

from phonesim.ui.view import Action, Bounds, Style, View, view

RED = "#fe2c55"
GREY = "#f1f1f2"
INK = "#161823"
DIM = "#8a8b91"
WHITE = "#ffffff"
LIST = "androidx.recyclerview.widget.RecyclerView"
PAGER = "androidx.viewpager.widget.ViewPager"
NOTHING = Action("none")
"""Takes a touch, so that what lies below does not, and does nothing."""
CLOSE = Action("close_overlay")
BACK = Action("back_page")


class Node(TypedDict, total=False):
    """What each of these nodes can be given; sizes in design units."""

    id: str
    desc: str
    action: Action | None
    size: int
    color: str


class Heading(Node, total=False):
    """What bold words in the middle can be given."""

    lines: int
    fill: str
    radius: int


class Words(Heading, total=False):
    """What words can be given."""

    bold: bool
    align: Literal["left", "center", "right"]


def text(
    bounds: Bounds,
    words: str,
    *,
    cls: str = "TextView",
    id: str = "",
    flags: str = "",
    desc: str = "",
    action: Action | None = None,
    size: int = 40,
    color: str = INK,
    bold: bool = False,
    align: Literal["left", "center", "right"] = "left",
    lines: int = 1,
    fill: str = "",
    radius: int = 0,
) -> View:
    """A node with words in it."""
    style = Style(size=size, color=color, bold=bold, align=align, lines=lines, fill=fill, radius=radius)
    return view(cls, bounds, id=id, text=words, desc=desc, flags=flags, action=action, style=style)


def heading(bounds: Bounds, words: str, *, flags: str = "", cls: str = "TextView", **given: Unpack[Heading]) -> View:
    """Bold words in the middle of their bounds."""
    return text(bounds, words, cls=cls, flags=flags, bold=True, align="center", **given)


def text_button(bounds: Bounds, words: str, *, flags: str = "Cf", **given: Unpack[Words]) -> View:
    """A Button that carries its words itself."""
    return text(bounds, words, cls="Button", flags=flags, **given)


def word_button(
    bounds: Bounds,
    words: str,
    *,
    id: str = "",
    action: Action | None = None,
    ink: str = WHITE,
    fill: str = RED,
    size: int = 40,
) -> View:
    """A Button that carries its words itself, drawn as a filled plate."""
    return text_button(
        bounds, words, id=id, action=action, size=size, color=ink, bold=True, align="center", fill=fill, radius=12
    )


def icon(
    bounds: Bounds,
    name: str,
    *,
    cls: str = "ImageView",
    id: str = "",
    desc: str = "",
    flags: str = "",
    action: Action | None = None,
    size: int = 72,
    color: str = INK,
) -> View:
    """A node with a picture in it."""
    return view(
        cls, bounds, id=id, desc=desc, flags=flags, action=action, style=Style(icon=name, size=size, color=color)
    )


def icon_button(bounds: Bounds, name: str, *, flags: str = "Cf", **given: Unpack[Node]) -> View:
    """A Button with a picture in it."""
    return icon(bounds, name, cls="Button", flags=flags, **given)


def framed(bounds: Bounds, inner: View, *ids: str) -> View:
    """Frames around a node, the last one outermost, each with its id or none, as the recordings nest them."""
    for id_ in ids:
        inner = view("FrameLayout", bounds, inner, id=id_)
    return inner
