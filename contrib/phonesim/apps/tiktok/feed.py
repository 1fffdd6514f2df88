"""The For You feed, nested and named as in the recording of 43.1.4; the frames that hold nothing are left out."""

from phonesim.apps.tiktok.bottom_nav import HEIGHT, bottom_nav
from phonesim.apps.tiktok.posting.prompts import progress
from phonesim.apps.tiktok.rail import author_name, rail
from phonesim.apps.tiktok.scene import Scene, shell
from phonesim.ui.controls import PAGER, WHITE, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import User, creator

_TABS = ("explore", "following_tab", "shop", "for_you")


def feed(scene: Scene) -> View:
    """One video with its rail of controls, the tabs above it and the navigation below."""
    frame = scene.frame
    whole: Bounds = (0, 0, 1080, frame.bottom)
    video: Bounds = (0, 0, 1080, frame.bottom - HEIGHT)
    author = creator(scene.position)
    stage = view("FrameLayout", video, _stage(scene, author, video), id="view_rootview")
    pager = view(PAGER, video, stage, id="zpg", flags="fs")
    for cls, id_, flags in (
        ("LinearLayout", "zpj", ""),
        ("FrameLayout", "me1", ""),
        ("ViewGroup", "rb9", ""),
        ("FrameLayout", "ts4", ""),
        ("FrameLayout", "gy_", "Cf"),
        ("X.122f", "zpg", "fs"),
    ):
        pager = view(cls, whole, pager, id=id_, flags=flags)
    layers = [
        view("FrameLayout", whole, pager, id="h86"),
        _tabs(scene),
        *([_promo()] if scene.promo else []),
        *progress(scene),
    ]
    host = view("FrameLayout", whole, *layers, id="hc2")
    body = view("FrameLayout", whole, view("FrameLayout", whole, host, id="v5b"), id="ml3")
    tabs = view("TabHost", whole, body, bottom_nav(scene, "home", dark=True), id="mln", flags="f")
    outer = view("X.122f", whole, tabs, id="zpg", flags="fs")
    for id_ in ("i5o", "s8h", "s8e"):
        outer = view("FrameLayout", whole, outer, id=id_)
    return shell(frame, outer, fill="#000000")


def _stage(scene: Scene, author: User, video: Bounds) -> View:
    bottom = video[3]
    inner = view("SurfaceView", video, style=Style(artwork=f"feed:{scene.position}"))
    surface = view("FrameLayout", video, inner, id="player_view")
    press = view("View", video, id="long_press_layout", desc=scene.labels["video"], flags="Cf", action=Action("pause"))
    controls = view("LinearLayout", (0, bottom - 1087, 1080, bottom - 93), *rail(scene, author, bottom), id="jwv")
    caption = _caption(author, bottom)
    body = view("X.13er", video, controls, caption, id="wfa")
    return view("X.13er", video, surface, press, body, _search_bar(scene, bottom), id="widget_container")


def _caption(author: User, bottom: int) -> View:
    open_profile = Action("profile", author.handle)
    top = bottom - 347
    name = author_name((32, top + 10, 434, top + 68), author.name, open_profile)
    words = f"{author.bio or 'late again'} #{author.handle.replace('.', '')} #fyp #viral "
    desc = text(
        (32, top + 79, 870, top + 181),
        words,
        cls="com.bytedance.tux.input.TuxTextLayoutView",
        id="desc",
        flags="Cf",
        size=40,
        color=WHITE,
        lines=2,
    )
    column: Bounds = (32, top, 870, top + 254)
    inner = view("LinearLayout", (32, top + 10, 434, top + 68), name, id="s28", flags="Cf", action=open_profile)
    row = view("LinearLayout", (32, top + 10, 870, top + 68), inner, id="e0d", flags="Cf")
    return view("FrameLayout", column, view("LinearLayout", column, row, desc, id="jwr"), id="b8d")


def _search_bar(scene: Scene, bottom: int) -> View:
    top = bottom - 93
    words = scene.labels.filled("search_for", creator(scene.position + 1).bio or "cats")
    box: Bounds = (0, top, 1080, bottom)
    glass = icon((32, top + 26, 74, top + 68), "search", id="dz5", desc=scene.labels["search"], size=42, color=WHITE)
    hint = text((85, top + 26, 853, top + 68), words, id="sle", size=34, color=WHITE)
    more = text(
        (864, top + 26, 1049, top + 68), scene.labels["see_more"], id="gbi", size=34, color=WHITE, align="right"
    )
    left: Bounds = (32, top, 864, bottom)
    inner = view("FrameLayout", left, view("LinearLayout", left, glass, hint, id="slf"), id="slg")
    body = view("FrameLayout", (864, top + 26, 1049, top + 68), more, id="sio")
    row = view(
        "ViewGroup", box, inner, body, id="gwj", flags="Cf", action=Action("search"), style=Style(fill="#1f1f1f")
    )
    framed = view("FrameLayout", box, view("FrameLayout", box, row, id="dzc"), id="e0f", flags="Cf")
    return view("LinearLayout", box, framed, id="jwj")


def _tabs(scene: Scene) -> View:
    """The words of the tabs are those of the buttons on profiles: Following, and Friends below."""
    width = 786 // len(_TABS)
    cells = [_tab(scene, key, 147 + i * width, width) for i, key in enumerate(_TABS)]
    box: Bounds = (0, 100, 1080, 252)
    strip: Bounds = (147, 100, 933, 252)
    area: Bounds = (933, 102, 1080, 249)
    tap = Action("search")
    return view(
        "LinearLayout",
        (0, 0, 1080, 252),
        view(
            "FrameLayout",
            box,
            view(
                "FrameLayout",
                strip,
                view("HorizontalScrollView", strip, view("LinearLayout", strip, *cells), flags="fs"),
            ),
            icon(area, "search", id="irz", desc=scene.nav["search"], flags="Cf", action=tap, color=WHITE),
            id="s00",
            flags="Cf",
        ),
        id="w20",
    )


def _tab(scene: Scene, key: str, left: int, width: int) -> View:
    selected = "S" if key == "for_you" else ""
    box: Bounds = (left, 100, left + width, 252)
    word = scene.nav[key]
    ink = WHITE if selected else "#d0d0d2"
    label = text(
        box, word, id="android:id/text1", flags=selected, size=40, bold=bool(selected), align="center", color=ink
    )
    inner = view("LinearLayout", box, label) if key == "following_tab" else label
    cls = {"following_tab": "FrameLayout", "shop": "ViewGroup"}.get(key, "LinearLayout")
    named = view(cls, box, inner, desc=word, flags=selected)
    bar = (
        [view("View", (left + width // 2 - 40, 236, left + width // 2 + 40, 242), style=Style(fill=WHITE))]
        if selected
        else []
    )
    return view("X.12Kh", box, named, *bar, flags=f"C{selected}f")


def _promo() -> View:
    """A floating picture whose close button is described by a resource that was never resolved."""
    tap = Action("close_promo")
    close = icon(
        (141, 415, 215, 489), "close", id="osu", desc="@2131892834", flags="Cf", action=tap, size=34, color=WHITE
    )
    coin = view("ImageView", (21, 447, 179, 605), id="bkj", style=Style(avatar="$ coins"))
    box = view("FrameLayout", (21, 415, 215, 605), coin, close, id="osx")
    return view("FrameLayout", (0, 347, 215, 605), box, id="wh7", flags="Cf")
