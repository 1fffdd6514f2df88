"""One node of a screen, and windows made of nodes. Data only: what a tap means is named, never called here.

Bounds are in *design units*: the display is always 1080 units wide, as on the phones that were recorded; a window's
scale turns units into pixels.
"""

from typing import Literal

import msgspec

DESIGN_WIDTH = 1080
SEEK_INSET = 42
"""How far the scale of a SeekBar ends before its bounds, on both sides."""

Bounds = tuple[int, int, int, int]
"""left, top, right, bottom."""


class Action(msgspec.Struct, frozen=True):
    """What a tap on a node asks of its app, e.g. `Action("follow", "demo_user")`."""

    name: str
    value: str = ""


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """How a node is drawn; an accessibility dump never shows any of it. Sizes in design units."""

    fill: str = ""
    outline: str = ""
    radius: int = 0
    flat_bottom: bool = False
    """Only the upper corners are round, as on a sheet that stands on the lower edge."""
    inset: int = 0
    """Space before the text."""
    shadow: bool = False
    text: str = ""
    """What to draw when it differs from the accessibility text."""
    color: str = "#161823"
    size: int = 40
    bold: bool = False
    align: Literal["left", "center", "right"] = "left"
    lines: int = 1
    icon: str = ""
    avatar: str = ""
    """A seed: draws a round picture with initials."""
    artwork: str = ""
    """A seed: draws something like a frame of a video."""
    film: str = ""
    """A seed: draws a frame of a film."""
    picture: bytes = b""
    """An encoded image that fills the node."""


class View(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A node as the accessibility service sees it, plus the action and the style it does not see."""

    cls: str
    bounds: Bounds
    id: str = ""
    text: str = ""
    desc: str = ""
    clickable: bool = False
    long_clickable: bool = False
    focusable: bool = False
    focused: bool = False
    scrollable: bool = False
    enabled: bool = True
    selected: bool = False
    checkable: bool = False
    checked: bool = False
    password: bool = False
    package: str = ""
    """Only where it differs from the window's."""
    touchable: bool = False
    """Takes touches by a listener of its own that accessibility does not know of: a dump says clickable="false"."""
    field: str = ""
    """The name of the text field behind an EditText."""
    slider: str = ""
    """What a SeekBar sets: a touch or a drag on it asks for `Action("slide", "NAME:PERCENT")`."""
    action: Action | None = None
    style: Style | None = None
    lift: int = 0
    """What is lifted is drawn over its siblings, wherever a dump lists it."""
    children: tuple["View", ...] = ()

    @property
    def drawn(self) -> tuple["View", ...]:
        """The children in the order in which they are drawn."""
        lifted = any(child.lift for child in self.children)
        return tuple(sorted(self.children, key=lambda child: child.lift)) if lifted else self.children


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A window on the display. Windows are stacked in the order in which they are listed, the last one on top."""

    package: str
    root: View
    modal: bool = False
    """A dialog in a window of its own: takes every touch, and a dump shows it instead of the windows below."""
    outside: Action | None = None
    """What a touch outside a modal window's nodes asks for."""
    dim: bool = False
    listed: bool = True
    """Whether a dump shows it (toasts are seen by people only)."""


_ANDROID_VIEW = frozenset({"View", "ViewGroup", "SurfaceView"})


def class_name(short: str) -> str:
    """`TextView` -> `android.widget.TextView`; names with a dot are taken as they are."""
    if "." in short:
        return short
    return f"android.view.{short}" if short in _ANDROID_VIEW else f"android.widget.{short}"


def view(
    cls: str,
    bounds: Bounds,
    *children: View,
    id: str = "",
    text: str = "",
    desc: str = "",
    flags: str = "",
    field: str = "",
    slider: str = "",
    action: Action | None = None,
    style: Style | None = None,
    package: str = "",
    lift: int = 0,
) -> View:
    """A node, written shortly.

    `flags` holds one letter for each property that is set: C clickable, L long-clickable, f focusable, F focused,
    s scrollable, S selected, k checkable, K checked, P password, D disabled, T touchable without being clickable.
    """
    return View(
        cls=class_name(cls),
        bounds=bounds,
        children=children,
        id=id,
        text=text,
        desc=desc,
        clickable="C" in flags,
        long_clickable="L" in flags,
        focusable="f" in flags,
        focused="F" in flags,
        scrollable="s" in flags,
        selected="S" in flags,
        checkable="k" in flags,
        checked="K" in flags,
        password="P" in flags,
        enabled="D" not in flags,
        touchable="T" in flags,
        field=field,
        slider=slider,
        action=action,
        style=style,
        package=package,
        lift=lift,
    )


def walk(root: View) -> list[View]:
    """Every node below and including the root, in document order."""
    found = [root]
    for child in root.children:
        found.extend(walk(child))
    return found
