"""Small hierarchies written by hand: `tree(label("Follow", (0, 0, 100, 50)), box((..), label(..)))`."""

from xml.sax.saxutils import quoteattr

from drover.phone.geometry import is_field
from drover.phone.hierarchy import Hierarchy, Node, parse

Box = tuple[int, int, int, int]


def node(
    bounds: Box,
    *children: str,
    text: str = "",
    desc: str = "",
    cls: str = "android.view.ViewGroup",
    id: str = "",
    clickable: bool = False,
    package: str = "com.zhiliaoapp.musically",
    **flags: bool,
) -> str:
    """One node as `uiautomator dump` writes it; `flags` such as selected=True, password=True."""
    left, top, right, bottom = bounds
    attributes = {
        "text": text,
        "content-desc": desc,
        "class": cls,
        "package": package,
        "resource-id": f"{package}:id/{id}" if id else "",
        "clickable": str(clickable).lower(),
        "bounds": f"[{left},{top}][{right},{bottom}]",
        **{name.replace("_", "-"): str(value).lower() for name, value in flags.items()},
    }
    words = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<node {words}>{''.join(children)}</node>"


def label(text: str, bounds: Box, *, clickable: bool = False, id: str = "") -> str:
    """A text view."""
    return node(bounds, text=text, cls="android.widget.TextView", clickable=clickable, id=id)


def button(text: str, bounds: Box, *, id: str = "") -> str:
    """An unlabelled clickable box around a text view, as TikTok draws its buttons."""
    return node(bounds, label(text, bounds, id=id), cls="android.widget.LinearLayout", clickable=True)


def box(bounds: Box, *children: str, clickable: bool = False, cls: str = "android.widget.FrameLayout") -> str:
    """A container without words."""
    return node(bounds, *children, cls=cls, clickable=clickable)


def tree(*nodes: str, width: int = 1080, height: int = 2400) -> str:
    """The whole screen around these."""
    return f"<hierarchy rotation='0'>{box((0, 0, width, height), *nodes)}</hierarchy>"


# --- parsed, for an app that no one knows

EXAMPLE_APP = "org.example.app"
WHOLE_SCREEN: Box = (0, 0, 1080, 2400)


def view(
    *children: str,
    at: Box = WHOLE_SCREEN,
    text: str = "",
    desc: str = "",
    name: str = "",
    cls: str = "android.widget.TextView",
    package: str = EXAMPLE_APP,
    **flags: bool,
) -> str:
    """One node as XML; `flags` are attributes such as clickable, selected, enabled."""
    return node(at, *children, text=text, desc=desc, id=name, cls=cls, package=package, **flags)


def screen(*children: str) -> Hierarchy:
    """The children inside a root that fills a screen of 1080 by 2400."""
    return parse(f'<hierarchy rotation="0">{view(*children, cls="android.widget.FrameLayout")}</hierarchy>')


def flat(*nodes: str) -> Hierarchy:
    """The nodes side by side, as in a dump that lost its nesting."""
    return parse(f'<hierarchy rotation="0">{view()}{"".join(nodes)}</hierarchy>')


# --- read


def field(tree: Hierarchy) -> Node:
    """The first text field."""
    return next(filter(is_field, tree.nodes))


def with_id(tree: Hierarchy, name: str) -> list[Node]:
    return [node for node in tree.nodes if node.id == name]
