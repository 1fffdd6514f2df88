"""The navigation at the bottom, as recorded: each tab described, the picture below it selected."""

from phonesim.apps.instagram.scene import INK, TAB_BAR, Scene
from phonesim.ui.controls import WHITE
from phonesim.ui.view import Action, Bounds, Style, View, view

_TABS = (
    ("feed", "feed_tab", "home"),
    ("reels", "clips_tab", "play"),
    ("inbox", "direct_tab", "share"),
    ("explore", "search_tab", "search"),
    ("own_profile", "profile_tab", "person"),
)
_CREATE = ("create", "creation_tab", "plus")


def tab_bar(scene: Scene, active: str) -> View:
    """Home, reels, messages, search, profile; under the fault `creation_tab` a plus instead of the messages."""
    top, bottom = scene.frame.bottom - TAB_BAR, scene.frame.bottom
    tabs = _TABS
    if scene.phone.faults.active("creation_tab"):
        tabs = (*_TABS[:2], _CREATE, *_TABS[3:])
    cells = [_tab(scene, i, top, tab, active) for i, tab in enumerate(tabs)]
    return view("LinearLayout", (0, top, 1080, bottom), *cells, id="tab_bar", style=Style(fill=WHITE))


def _tab(scene: Scene, index: int, top: int, tab: tuple[str, str, str], active: str) -> View:
    name, id_, picture = tab
    box: Bounds = (216 * index, top, 216 * (index + 1), top + TAB_BAR)
    selected = "S" if name == active else ""
    if name == "own_profile":
        inner = _avatar(scene, box, selected)
    else:
        middle: Bounds = (box[0] + 78, top + 29, box[0] + 137, top + 88)
        inner = view("ImageView", middle, id="tab_icon", flags=selected, style=Style(icon=picture, size=59, color=INK))
    # The recorded home tab is not selected itself on its first showing; the picture below it always is.
    outer = "CLfS" if selected and name != "feed" else "CLf"
    return view(
        "FrameLayout",
        box,
        inner,
        id=id_,
        desc=scene.nav[f"tab_{name}"],
        flags=outer,
        action=Action("create", "feed") if name == "create" else Action("tab", name),
    )


def _avatar(scene: Scene, box: Bounds, selected: str) -> View:
    middle: Bounds = (box[0] + 72, box[1] + 22, box[0] + 145, box[1] + 95)
    picture = view("ImageView", middle, id="tab_avatar", flags=selected, style=Style(avatar=scene.world.active))
    inner = view("FrameLayout", middle, picture, id="container", flags=selected)
    return view("ViewGroup", box, inner, id="wrapper", flags=selected)
