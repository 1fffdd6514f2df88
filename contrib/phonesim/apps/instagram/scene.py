"""What the builders of screens are given, and the frames that every screen of Instagram stands in, as recorded."""

import msgspec

from phonesim.apps.scene import SocialScene
from phonesim.ui.chrome import STATUS
from phonesim.ui.controls import LIST, PAGER, WHITE, heading, text
from phonesim.ui.view import DESIGN_WIDTH, Action, Bounds, Style, View, view

PACKAGE = "com.instagram.android"
TAB_BAR = 117
BAR = 137
"""Heights of the navigation at the bottom and of a title bar."""
BLUE = "#4a5df9"
GREY = "#eff1f4"
INK = "#0c1014"
DIM = "#6a717a"
RED = "#ed4956"


class Scene(SocialScene, frozen=True, kw_only=True):
    """Everything that a screen of Instagram is drawn from."""

    package: str
    over: tuple[View, ...] = ()
    """Sheets that lie over the page in the same tree."""


class Box(msgspec.Struct, frozen=True):
    """One level of nesting: a class, an id, and flags as `view` takes them."""

    cls: str
    id: str = ""
    flags: str = ""


FRAME = Box("FrameLayout")
_DECOR = (Box("LinearLayout"), FRAME, Box("LinearLayout", "action_bar_root"), Box("FrameLayout", "android:id/content"))


def nest(bounds: Bounds, levels: tuple[Box, ...], *children: View) -> View:
    """The children inside one container for each level, outermost first, all with the same bounds."""
    inner = view(levels[-1].cls, bounds, *children, id=levels[-1].id, flags=levels[-1].flags)
    for level in reversed(levels[:-1]):
        inner = view(level.cls, bounds, inner, id=level.id, flags=level.flags)
    return inner


def main_shell(scene: Scene, *content: View, tabs: View | None, floating: View | None = None) -> View:
    """The app's main window: pager and tab bar in one panel, then sheets, whose nodes follow the page's.

    A page with a tab bar leaves its height to it; a page without one reaches to the bottom.
    """
    frame = scene.frame
    inner: Bounds = (0, 0, DESIGN_WIDTH, frame.bottom)
    panel: Bounds = (0, STATUS, DESIGN_WIDTH, frame.bottom)
    page: Bounds = (0, STATUS, DESIGN_WIDTH, frame.bottom - (TAB_BAR if tabs else 0))
    slides = scene.page.name == "own_profile" or (scene.page.name == "feed" and not scene.position)
    pager = nest(
        page,
        (
            Box(PAGER, "swipeable_tab_view_pager", "s" if slides else ""),
            Box(LIST, "swipeable_nav_view_pager_inner_recycler_view", "fs"),
            FRAME,
            Box("FrameLayout", "layout_container_swipeable"),
        ),
        *content,
    )
    shadow = view("View", (0, page[3] - 2, DESIGN_WIDTH, page[3]), id="tab_bar_shadow", style=Style(fill="#dbdfe4"))
    wrapped = nest(
        panel,
        (Box("ViewGroup", "layout_container_main_panel"), Box("FrameLayout", "layout_container_main_wrapper")),
        view("FrameLayout", page, id="layout_container_main"),
        pager,
        *((shadow, tabs) if tabs else ()),
    )
    shared = view("FrameLayout", panel, *scene.over, id="activity_and_camera_shared_views_main_container")
    coordinator = view(
        "ViewGroup",
        inner,
        *((wrapped, shared) if scene.over else (shared, wrapped)),
        id="layout_container_center_right_coordinator_layout",
    )
    body = view("FrameLayout", inner, id="bottom_sheet_camera_container")
    swipe = view("FrameLayout", frame.whole, body, coordinator, id="swipe_navigation_container")
    above = _overlay_layer(scene, *((floating,) if floating else ()))
    layers = view("FrameLayout", frame.whole, swipe, *above, style=Style(fill=WHITE))
    return view("FrameLayout", frame.whole, nest(frame.whole, _DECOR, layers))


def _overlay_layer(scene: Scene, *floating: View) -> tuple[View, ...]:
    """Where the snackbar of an upload lies, over the page."""
    inner: Bounds = (0, 0, DESIGN_WIDTH, scene.frame.bottom)
    modal = (view("FrameLayout", inner, id="modal_container"),) if floating else ()
    return (*modal, view("FrameLayout", inner, *floating, id="overlay_layout_container"))


def modal_shell(scene: Scene, *content: View, status: bool = False, beside: View | None = None) -> View:
    """The frames of an activity of its own: publishing, challenges, the login.

    With `beside`, a title bar, the page stands directly in the parent's main container, as recorded.
    """
    whole = scene.frame.whole if not status else (0, 0, DESIGN_WIDTH, scene.frame.bottom)
    body = content if beside else (view("FrameLayout", whole, *content),)
    main = view("FrameLayout", whole, *body, id="layout_container_main")
    parts = (main, beside) if beside else (main,)
    parent = view("ViewGroup", whole, *parts, id="layout_container_parent", style=Style(fill=WHITE))
    tree = nest(whole, _DECOR, parent)
    bars = view("View", (0, 0, DESIGN_WIDTH, STATUS), id="android:id/statusBarBackground")
    return view("FrameLayout", scene.frame.whole, tree, *((bars,) if status else ()))


def left_shell(scene: Scene, *content: View) -> View:
    """The page left of the main one, which the plus of the home feed opens."""
    whole = scene.frame.whole
    inner: Bounds = (0, 0, DESIGN_WIDTH, scene.frame.bottom)
    left = nest(whole, (Box("FrameLayout", "layout_container_left"), FRAME), *content)
    shared = view("FrameLayout", inner, id="activity_and_camera_shared_views_main_container")
    part = view("FrameLayout", inner, id="bottom_sheet_camera_container")
    body = group(inner, shared, id="layout_container_center_right_coordinator_layout")
    swipe = view("FrameLayout", whole, part, body, left, id="swipe_navigation_container")
    layers = view("FrameLayout", whole, swipe, *_overlay_layer(scene), style=Style(fill=WHITE))
    return view("FrameLayout", whole, nest(whole, _DECOR, layers))


def group(bounds: Bounds, *children: View, id: str = "", flags: str = "") -> View:
    """A bare ViewGroup, of which the recordings are full."""
    return view("ViewGroup", bounds, *children, id=id, flags=flags)


def plate_button(
    bounds: Bounds,
    words: str,
    *,
    id: str,
    action: Action,
    desc: str = "",
    flags: str = "Cf",
    size: int = 44,
    radius: int = 50,
    strong: bool = True,
) -> View:
    """A Button with bold words on a plate, which is blue where it goes on and grey elsewhere."""
    ink, fill = (WHITE, BLUE) if strong else (INK, GREY)
    style = Style(size=size, color=ink, bold=True, align="center", fill=fill, radius=radius)
    return view("Button", bounds, id=id, text=words, desc=desc, flags=flags, action=action, style=style)


def notice(scene: Scene, top: int, title: str, words: str, *, id: str = "") -> View:
    """A title and a sentence in the middle of an otherwise empty part of the screen."""
    box: Bounds = (60, top, 1020, min(top + 330, scene.frame.bottom))
    return view(
        "LinearLayout",
        box,
        heading((60, top, 1020, top + 100), title, size=54, lines=2, id=id and f"{id}_title"),
        text((110, top + 120, 970, top + 300), words, size=40, color=DIM, align="center", lines=3),
        id=id,
    )
