"""The bar with Home, Friends, Create, Inbox and Profile, as recorded on the feed."""

from phonesim.apps.tiktok.scene import Scene
from phonesim.ui.view import Action, Bounds, Style, View, view

HEIGHT = 129
_ITEMS = (
    ("home", "mkq", "feed", "home"),
    ("friends_tab", "mkp", "friends", "friends"),
    ("create", "mkn", "create", ""),
    ("inbox", "mkr", "inbox", "inbox"),
    ("profile", "mks", "own_profile", "person"),
)


def bottom_nav(scene: Scene, selected: str, *, dark: bool) -> View:
    """`selected` is the label key of the tab that is open; a fault takes Create away and leaves its place empty."""
    bottom = scene.frame.bottom
    top = bottom - HEIGHT
    items = [
        _create(i * 216, top, scene.nav["create"], dark)
        if key == "create"
        else _tab(i * 216, top, id_, scene.nav[key], picture, Action("tab", page), selected=key == selected, dark=dark)
        for i, (key, id_, page, picture) in enumerate(_ITEMS)
        if key != "create" or not scene.phone.faults.active("no_create_button")
    ]
    return view(
        "LinearLayout", (0, top, 1080, bottom), *items, id="mky", style=Style(fill="#000000" if dark else "#ffffff")
    )


def _tab(
    left: int, top: int, id_: str, label: str, picture: str, action: Action, *, selected: bool, dark: bool
) -> View:
    flag = "S" if selected else ""
    bright, dull = ("#ffffff", "#a0a0a4") if dark else ("#161823", "#8a8b91")
    ink = bright if selected else dull
    style = Style(size=28, color=ink, align="center", bold=selected)
    look = Style(icon=picture, size=60, color=ink)
    box: Bounds = (left, top, left + 216, top + HEIGHT)
    inner = view("TextView", (left, top + 80, left + 216, top + 114), text=label, flags=flag, style=style)
    body = view("ImageView", (left + 66, top + 5, left + 150, top + 89), flags=flag, style=look)
    return view("FrameLayout", box, inner, body, id=id_, desc=label, flags="CSf" if selected else "Cf", action=action)


def _create(left: int, top: int, label: str, dark: bool) -> View:
    plate, ink = ("#ffffff", "#000000") if dark else ("#161823", "#ffffff")
    wide = (left + 9, top, left + 206, top + HEIGHT)
    return view(
        "Button",
        (left, top, left + 216, top + HEIGHT),
        view("View", (left + 46, top + 24, left + 120, top + 100), style=Style(fill="#25f4ee", radius=22)),
        view("View", (left + 96, top + 24, left + 170, top + 100), style=Style(fill="#fe2c55", radius=22)),
        view("View", (left + 56, top + 24, left + 160, top + 100), style=Style(fill=plate, radius=22)),
        view("ImageView", wide, style=Style(icon="plus", size=60, color=ink)),
        view("ImageView", wide),
        id="mkn",
        desc=label,
        flags="Cf",
        action=Action("create"),
    )
