"""Search: the entry screen, and results shaped like the recorded page (tabs Top, Videos, Users, Sounds, LIVE)."""

from phonesim.apps.navigation import SEARCH
from phonesim.apps.tiktok.action_row import follow_pill
from phonesim.apps.tiktok.posting.sound_page import sound_rows
from phonesim.apps.tiktok.profile import tiles
from phonesim.apps.tiktok.scene import Scene, notice, shell
from phonesim.ui.controls import BACK, DIM, GREY, INK, LIST, PAGER, RED, heading, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import User, creator, search_users

TABS = ("top", "videos", "users", "sounds", "live")
_ROW = 190


def search_entry(scene: Scene) -> View:
    """The field, a word to tap instead of ENTER, and suggestions."""
    inner: Bounds = (0, 0, 1080, scene.frame.bottom)
    go = heading(
        (900, 108, 1060, 230), scene.labels["search"], id="mha", flags="Cf", size=40, color=RED, action=Action("submit")
    )
    words = [creator(i).bio or "cats" for i in range(4)]
    rows = [_suggestion(word, 380 + i * 110) for i, word in enumerate(dict.fromkeys(words))]
    head = text((42, 290, 800, 360), scene.labels["you_may_like"], size=44, bold=True)
    content = view("FrameLayout", inner, *_bar(scene), go, head, *rows)
    return shell(scene.frame, content)


def _suggestion(word: str, top: int) -> View:
    box: Bounds = (0, top, 1080, top + 110)
    dot = view("View", (48, top + 46, 66, top + 64), style=Style(fill=RED, radius=9))
    label = text((100, top + 20, 1000, top + 90), word, size=42)
    return view("LinearLayout", box, dot, label, flags="Cf", action=Action("search_for", word))


def results(scene: Scene) -> View:
    """The field with the query, the tabs, and what the open tab holds."""
    inner: Bounds = (0, 0, 1080, scene.frame.bottom)
    tabs = view("HorizontalScrollView", (0, 256, 1080, 392), *_tabs(scene), id="h_5", flags="fs")
    more = icon((925, 101, 1046, 236), "dots", id="jvu", desc=scene.labels["more_options"], flags="Cf")
    page: Bounds = (0, 394, 1080, scene.frame.bottom)
    pager = view(PAGER, page, view("ViewGroup", page, *_content(scene)), id="nx_", flags="fs")
    return shell(scene.frame, view("FrameLayout", inner, *_bar(scene), more, tabs, pager))


def _bar(scene: Scene) -> list[View]:
    flags = "CfFL" if scene.field == SEARCH else "CfL"
    field = view(
        "EditText",
        (169, 108, 890, 230),
        id="d4s",
        text=scene.query,
        flags=flags,
        field=SEARCH,
        style=Style(
            fill=GREY,
            radius=16,
            size=42,
            inset=32,
            text=scene.query or scene.labels["search"],
            color=INK if scene.query else DIM,
        ),
    )
    back = icon((20, 94, 168, 243), "back", id="afy", desc=scene.labels["back"], flags="Cf", action=BACK)
    if not scene.query:
        return [back, field]
    box: Bounds = (817, 135, 884, 202)
    tap = Action("clear_search")
    clear = icon(box, "close", id="axp", desc=scene.labels["clear_search"], flags="Cf", action=tap, size=40, color=DIM)
    return [back, field, clear]


def _tabs(scene: Scene) -> list[View]:
    cells: list[View] = []
    for i, key in enumerate(TABS):
        left, selected = i * 216, key == scene.page.tab
        word, flag = scene.nav[key], "S" if selected else ""
        box: Bounds = (left + 8, 256, left + 208, 392)
        label = text(box, word, flags=flag, size=38, bold=selected, align="center", color=INK if selected else DIM)
        bar = [view("View", (left + 30, 386, left + 186, 392), style=Style(fill=INK))] if selected else []
        flags = "Sf" if selected else "Cf"
        tap = Action("results_tab", key)
        cells.append(view("FrameLayout", (left, 256, left + 216, 392), label, *bar, desc=word, flags=flags, action=tap))
    return cells


def _content(scene: Scene) -> list[View]:
    if scene.loading:
        return [view("ProgressBar", (480, 760, 600, 880), style=Style(icon="spinner", size=110, color=DIM))]
    users = search_users(scene.page.target)
    tab = scene.page.tab
    if tab == "users":
        return [_users(scene, users, 420)] if users else [_nothing(scene)]
    if tab == "top":
        cards = [_users(scene, users[:1], 540)] if users else []
        return [_filters(scene), *cards, tiles(scene, scene.page.target, 560 + (_ROW if users else 0))]
    if tab == "videos":
        return [_filters(scene), tiles(scene, f"{scene.page.target}+", 540)]
    if tab == "sounds" and scene.page.target.strip():
        return [sound_rows(scene, scene.page.target, 420)]
    return [_nothing(scene)]


def _nothing(scene: Scene) -> View:
    return notice(scene.frame, 700, scene.labels["no_results"], "", "search")


def _filters(scene: Scene) -> View:
    cells: list[View] = []
    left = 0
    for key in ("unwatched", "watched", "recently_uploaded"):
        word = scene.labels[key]
        right = left + 60 + 21 * len(word)
        cells.append(
            text((left + 24, 421, right, 513), word, flags="Cf", size=36, align="center", fill=GREY, radius=10)
        )
        left = right
    return view(LIST, (0, 421, 1080, 513), *cells, flags="fs")


def _users(scene: Scene, users: tuple[User, ...], top: int) -> View:
    rows = [_user(scene, found, top + i * _ROW) for i, found in enumerate(users)]
    return view(LIST, (0, top, 1080, top + _ROW * len(rows)), *rows, id="g2y", flags="fs")


def _user(scene: Scene, found: User, top: int) -> View:
    """A row: tap it for the profile; its button follows at once."""
    box: Bounds = (0, top, 1080, top + _ROW)
    fans = scene.labels.filled("follower_count", scene.labels.count(found.followers))
    parts = [
        view("ImageView", (36, top + 20, 186, top + 170), id="user_avatar", style=Style(avatar=found.handle)),
        text((216, top + 14, 780, top + 68), found.name, id="tv_title", size=42, bold=True),
        text((216, top + 70, 780, top + 116), scene.labels.name(f"@{found.handle}"), id="gxm", size=36, color=DIM),
        text((216, top + 122, 780, top + 168), fans, id="gxn", size=34, color=DIM),
        follow_pill(scene, found, (800, top + 55, 1040, top + 130), size=36),
    ]
    return view("FrameLayout", box, *parts, id="jw6", flags="Cf", action=Action("profile", found.handle))
