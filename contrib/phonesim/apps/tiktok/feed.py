"""The For You feed, nested and named as in the recording of 43.1.4; the frames that hold nothing are left out."""

from phonesim.apps.tiktok.bottom_nav import HEIGHT, bottom_nav
from phonesim.apps.tiktok.scene import RED, WHITE, Scene, icon, shell, text
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import Relation, User, creator

_TABS = ("explore", "following_tab", "shop", "for_you")
_RAIL = 912


def feed(scene: Scene) -> View:
    """One video with its rail of controls, the tabs above it and the navigation below."""
    frame = scene.frame
    whole: Bounds = (0, 0, 1080, frame.bottom)
    video: Bounds = (0, 0, 1080, frame.bottom - HEIGHT)
    author = creator(scene.position)
    stage = view("FrameLayout", video, _stage(scene, author, video), id="view_rootview")
    pager = view("androidx.viewpager.widget.ViewPager", video, stage, id="zpg", flags="fs")
    for cls, id_, flags in (
        ("LinearLayout", "zpj", ""),
        ("FrameLayout", "me1", ""),
        ("ViewGroup", "rb9", ""),
        ("FrameLayout", "ts4", ""),
        ("FrameLayout", "gy_", "Cf"),
        ("X.122f", "zpg", "fs"),
    ):
        pager = view(cls, whole, pager, id=id_, flags=flags)
    host = view("FrameLayout", whole, view("FrameLayout", whole, pager, id="h86"), _tabs(scene), id="hc2")
    body = view("FrameLayout", whole, view("FrameLayout", whole, host, id="v5b"), id="ml3")
    tabs = view("TabHost", whole, body, bottom_nav(scene, "home", dark=True), id="mln", flags="f")
    outer = view("X.122f", whole, tabs, id="zpg", flags="fs")
    for id_ in ("i5o", "s8h", "s8e"):
        outer = view("FrameLayout", whole, outer, id=id_)
    return shell(frame, outer, fill="#000000")


def _stage(scene: Scene, author: User, video: Bounds) -> View:
    bottom = video[3]
    surface = view(
        "FrameLayout",
        video,
        view("SurfaceView", video, style=Style(artwork=f"feed:{scene.position}")),
        id="player_view",
    )
    press = view("View", video, id="long_press_layout", desc=scene.labels["video"], flags="Cf", action=Action("pause"))
    rail = view("LinearLayout", (0, bottom - 1087, 1080, bottom - 93), *_rail(scene, author, bottom), id="jwv")
    caption = _caption(author, bottom)
    return view(
        "X.13er",
        video,
        surface,
        press,
        view("X.13er", video, rail, caption, id="wfa"),
        _search_bar(scene, bottom),
        id="widget_container",
    )


def _rail(scene: Scene, author: User, bottom: int) -> list[View]:
    labels = scene.labels
    likes, comments, saves, shares = (labels.count(author.likes // part + 3) for part in (90, 900, 1200, 2400))
    return [
        _author(scene, author, bottom - 1087),
        _like(scene, author, likes, bottom - 888),
        _counted(
            bottom - 730, "dtv", labels.filled("comments", comments), comments, "dp6", "comment", Action("comments")
        ),
        _counted(bottom - 572, "guh", labels["favorites"], saves, "gtv", "bookmark", Action("favorite", author.handle)),
        _counted(bottom - 414, "f57", labels.filled("share_video", shares), shares, "t_2", "share", Action("share")),
        _sound(scene, author, bottom - 256),
    ]


def _author(scene: Scene, author: User, top: int) -> View:
    """The avatar, and over its lower edge the badge whose description is "Follow NAME"."""
    open_profile = Action("profile", author.handle)
    box: Bounds = (911, top, 1080, top + 199)
    picture = view(
        "ImageView",
        (942, top + 39, 1059, top + 156),
        id="yx4",
        desc=scene.labels.filled("profile_of", author.name),
        flags="Cf",
        action=open_profile,
        style=Style(avatar=author.handle, outline=WHITE, radius=58),
    )
    parts = [view("FrameLayout", (929, top + 26, 1072, top + 169), picture, id="han", flags="Cf", action=open_profile)]
    if scene.relation(author.handle) in (Relation.NONE, Relation.FOLLOWED_BY):
        badge = (964, top + 121, 1037, top + 184)
        plus = view(
            "ImageView",
            badge,
            view("View", (969, top + 121, 1032, top + 184), style=Style(fill=RED, radius=32)),
            view("View", badge, style=Style(icon="plus", size=42, color=WHITE)),
            id="hia",
        )
        parts.append(
            view(
                "Button",
                (921, top + 110, 1080, top + 199),
                plus,
                id="hi1",
                desc=scene.labels.filled("follow_name", author.name),
                flags="Cf",
                action=Action("follow", author.handle),
            )
        )
    inner = view(
        "RelativeLayout",
        box,
        view("RelativeLayout", box, *parts, id="b4k", flags="Cf", action=open_profile),
        id="gvo",
        flags="Cf",
        action=open_profile,
    )
    return view("FrameLayout", box, view("FrameLayout", box, inner, flags="Cf"), id="e0d", flags="Cf")


def _like(scene: Scene, author: User, count: str, top: int) -> View:
    tap = Action("like", author.handle)
    box: Bounds = (_RAIL, top, 1080, top + 158)
    heart = icon((942, top, 1060, top + 117), "heart", id="f4u", desc=scene.labels["like"], size=96, color=WHITE)
    label = text(
        (_RAIL, top + 112, 1080, top + 146),
        count,
        cls="Button",
        id="f4z",
        flags="CL",
        size=32,
        bold=True,
        color=WHITE,
        align="center",
        action=tap,
    )
    button = view(
        "Button",
        box,
        view("FrameLayout", (_RAIL, top, 1080, top + 117), heart, id="f4y", flags="CL", action=tap),
        view("RelativeLayout", (_RAIL, top + 112, 1080, top + 146), label, id="f50"),
        id="f57",
        desc=scene.labels.filled("like_video", count),
        flags="CfL",
        action=tap,
    )
    return view("FrameLayout", box, button, id="e0d", flags="CfL", action=tap)


def _counted(top: int, id_: str, desc: str, count: str, count_id: str, picture: str, tap: Action) -> View:
    """A control of the rail: f57, the id of Like, serves Share as well."""
    box: Bounds = (_RAIL, top, 1080, top + 158)
    button = view(
        "Button",
        box,
        view(
            "FrameLayout",
            (_RAIL, top, 1080, top + 112),
            icon((952, top + 8, 1050, top + 106), picture, size=88, color=WHITE),
        ),
        text(
            (_RAIL, top + 112, 1080, top + 146),
            count,
            cls="TextView" if count_id == "gtv" else "Button",
            id=count_id,
            size=32,
            bold=True,
            color=WHITE,
            align="center",
        ),
        id=id_,
        desc=desc,
        flags="Cf",
        action=tap,
    )
    return view("FrameLayout", box, button, id="e0d", flags="Cf", action=tap)


def _sound(scene: Scene, author: User, top: int) -> View:
    disc = view("ImageView", (951, top + 26, 1059, top + 131), id="nfk", style=Style(avatar=f"{author.handle}♪"))
    button = view(
        "Button",
        (_RAIL, top, 1080, top + 163),
        view("FrameLayout", (_RAIL, top + 26, 1080, top + 131), disc, id="nhp", flags="Cf"),
        id="nhe",
        desc=scene.labels.filled("sound", author.handle),
        flags="C",
    )
    return view("FrameLayout", (_RAIL, top, 1080, top + 163), button, id="e0d", flags="Cf")


def _caption(author: User, bottom: int) -> View:
    open_profile = Action("profile", author.handle)
    top = bottom - 347
    name = text(
        (32, top + 10, 434, top + 68),
        author.name,
        cls="Button",
        id="title",
        flags="Cf",
        size=44,
        bold=True,
        color=WHITE,
        action=open_profile,
    )
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
    row = view(
        "LinearLayout",
        (32, top + 10, 870, top + 68),
        view("LinearLayout", (32, top + 10, 434, top + 68), name, id="s28", flags="Cf", action=open_profile),
        id="e0d",
        flags="Cf",
    )
    return view("FrameLayout", column, view("LinearLayout", column, row, desc, id="jwr"), id="b8d")


def _search_bar(scene: Scene, bottom: int) -> View:
    top = bottom - 93
    words = scene.labels.filled("search_for", creator(scene.position + 1).bio or "cats")
    box: Bounds = (0, top, 1080, bottom)
    row = view(
        "ViewGroup",
        box,
        icon((32, top + 26, 74, top + 68), "search", id="dz5", desc=scene.labels["search"], size=42, color=WHITE),
        text((85, top + 26, 853, top + 68), words, id="sle", size=34, color=WHITE),
        text((864, top + 26, 1049, top + 68), scene.labels["see_more"], id="gbi", size=34, color=WHITE, align="right"),
        id="gwj",
        flags="Cf",
        action=Action("search"),
        style=Style(fill="#1f1f1f"),
    )
    return view("LinearLayout", box, row, id="jwj")


def _tabs(scene: Scene) -> View:
    """The words of the tabs are those of the buttons on profiles: Following, and Friends below."""
    width = 786 // len(_TABS)
    cells = [_tab(scene, key, 147 + i * width, width) for i, key in enumerate(_TABS)]
    box: Bounds = (0, 100, 1080, 252)
    strip: Bounds = (147, 100, 933, 252)
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
            icon(
                (933, 102, 1080, 249),
                "search",
                id="irz",
                desc=scene.nav["search"],
                flags="Cf",
                action=Action("search"),
                color=WHITE,
            ),
            id="s00",
            flags="Cf",
        ),
        id="w20",
    )


def _tab(scene: Scene, key: str, left: int, width: int) -> View:
    selected = "S" if key == "for_you" else ""
    box: Bounds = (left, 100, left + width, 252)
    word = scene.nav[key]
    label = text(
        box,
        word,
        id="android:id/text1",
        flags=selected,
        size=40,
        bold=bool(selected),
        align="center",
        color=WHITE if selected else "#d0d0d2",
    )
    inner = label if key == "shop" else view("LinearLayout", box, label)
    named = view(
        "FrameLayout" if key == "following_tab" else "LinearLayout",
        box,
        inner if key == "following_tab" else label,
        desc=word,
        flags=selected,
    )
    bar = (
        [view("View", (left + width // 2 - 40, 236, left + width // 2 + 40, 242), style=Style(fill=WHITE))]
        if selected
        else []
    )
    return view("X.12Kh", box, named, *bar, flags=f"C{selected}f")
