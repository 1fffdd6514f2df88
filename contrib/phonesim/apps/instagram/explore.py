"""Explore with its field at the top, the field being typed into, and the accounts that a search brings."""

from phonesim.apps.instagram.scene import BLUE, DIM, GREY, TAB_BAR, Scene, group, main_shell, notice
from phonesim.apps.instagram.suggestions import suggested
from phonesim.apps.instagram.tab_bar import tab_bar
from phonesim.apps.navigation import SEARCH
from phonesim.ui.chrome import KEYBOARD, STATUS
from phonesim.ui.controls import BACK, LIST, NOTHING, WHITE, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import User, creator, search_users

_TOP = STATUS + 146
_CELL = 363


def explore(scene: Scene) -> View:
    """A grid of posts; tall reels stand in one column of every second row."""
    bottom = scene.frame.bottom - TAB_BAR
    cards: list[View] = []
    for row in range((bottom - _TOP) // _CELL + 1):
        for column in range(3):
            top = _TOP + row * _CELL
            box: Bounds = (column * _CELL, top, column * _CELL + 354, min(bottom, top + 354))
            if top < bottom:
                cards.append(_card(scene, row, column, box))
    listed = view(LIST, (0, _TOP, 1080, bottom), *cards, id="recycler_view", flags="fs")
    whole: Bounds = (0, STATUS, 1080, bottom)
    page = view("FrameLayout", whole, listed, _bar(scene, typing=False))
    return main_shell(scene, page, tabs=tab_bar(scene, "explore"))


def _card(scene: Scene, row: int, column: int, box: Bounds) -> View:
    desc = scene.labels.filled("photos_at", column + 2, creator(300 + row * 3 + column).name, row + 1, column + 1)
    button = view(
        "Button", box, id="image_button", flags="Cf", action=NOTHING, style=Style(artwork=f"explore:{row}:{column}")
    )
    return view("FrameLayout", box, button, id="grid_card_layout_container", desc=desc, flags="Cf", action=NOTHING)


def _bar(scene: Scene, *, typing: bool) -> View:
    """The field: on explore a tap on it opens the page to type into."""
    box: Bounds = (30, STATUS + 12, 1050, STATUS + 118)
    if typing:
        box = (120, STATUS + 12, 1050, STATUS + 118)
    placeholder = scene.labels["search_field"]
    field = view(
        "EditText",
        box,
        id="action_bar_search_edit_text",
        text=(scene.query or placeholder) if typing else placeholder,
        flags=("CfF" if scene.field == SEARCH else "Cf") if typing else "Cf",
        field=SEARCH if typing else "",
        action=None if typing else Action("search"),
        style=Style(fill=GREY, radius=40, size=42, inset=40, color=DIM if not scene.query else "#0c1014"),
    )
    parts = [field]
    if typing:
        area: Bounds = (0, STATUS, 118, STATUS + 130)
        parts.insert(
            0, icon(area, "back", id="action_bar_button_back", desc=scene.labels["back"], flags="Cf", action=BACK)
        )
        if scene.query:
            parts.append(
                icon(
                    (960, STATUS + 25, 1040, STATUS + 105),
                    "close",
                    id="search_bar_clear_button",
                    desc=scene.labels["clear"],
                    flags="Cf",
                    action=Action("clear_search"),
                    size=44,
                )
            )
    return view("FrameLayout", (0, STATUS, 1080, _TOP), *parts, id="action_bar_container", style=Style(fill=WHITE))


def search(scene: Scene) -> View:
    """What is typed, and below it the accounts that this brings so far; nothing typed shows recent ones."""
    bottom = scene.frame.bottom - (KEYBOARD if scene.field else TAB_BAR)
    found = search_users(scene.query) if scene.query.strip() else tuple(suggested(creator(77))[:4])
    if scene.loading:
        found = ()
    rows = [_user(scene, other, _TOP + 70 + i * 190) for i, other in enumerate(found)]
    rows = [row for row in rows if row.bounds[3] <= bottom]
    head = scene.labels["recent"] if not scene.query.strip() else ""
    return _page(scene, head, rows, bottom)


def results(scene: Scene) -> View:
    """After ENTER: tabs For you, Accounts, ..., and the accounts found."""
    bottom = scene.frame.bottom - TAB_BAR
    found = () if scene.loading else search_users(scene.query)
    top = _TOP + 120
    tabs = [
        view(
            "LinearLayout",
            (i * 240, _TOP, (i + 1) * 240, _TOP + 110),
            text(
                (i * 240 + 10, _TOP, (i + 1) * 240 - 10, _TOP + 110),
                scene.labels[key],
                size=36,
                align="center",
                bold=not i,
            ),
            flags="Cf" if i else "CfS",
            action=NOTHING,
        )
        for i, key in enumerate(("for_you", "accounts", "audio", "tags", "places"))
        if (i + 1) * 240 <= 1200
    ]
    rows = [_user(scene, other, top + i * 190) for i, other in enumerate(found)]
    if not found and not scene.loading:
        rows = [notice(scene, 700, scene.labels["no_results"], "")]
    strip = view("HorizontalScrollView", (0, _TOP, 1080, _TOP + 110), *tabs, id="scrollable_tab_layout", flags="f")
    listed = view(LIST, (0, top, 1080, bottom), *rows, id="recycler_view", flags="fs")
    page = view("FrameLayout", (0, STATUS, 1080, bottom), strip, listed, _bar(scene, typing=True))
    return main_shell(scene, page, tabs=tab_bar(scene, "explore"))


def _page(scene: Scene, head: str, rows: list[View], bottom: int) -> View:
    parts = [text((40, _TOP, 700, _TOP + 60), head, size=42, bold=True)] if head else []
    if scene.loading:
        parts.append(view("ProgressBar", (490, 700, 590, 800), style=Style(icon="spinner", size=90, color=DIM)))
    listed = view(LIST, (0, _TOP, 1080, bottom), *parts, *rows, id="recycler_view", flags="fs")
    if scene.query.strip():
        words = text((40, bottom - 110, 1040, bottom - 10), scene.labels["see_all_results"], size=40, color=BLUE)
        more = view("LinearLayout", words.bounds, words, flags="Cf", action=Action("submit"))
        if not rows or rows[-1].bounds[3] <= more.bounds[1]:
            listed = view(LIST, listed.bounds, *listed.children, more, id="recycler_view", flags="fs")
    page = view("FrameLayout", (0, STATUS, 1080, bottom), listed, _bar(scene, typing=True))
    return main_shell(scene, page, tabs=None if scene.field else tab_bar(scene, "explore"))


def _user(scene: Scene, other: User, top: int) -> View:
    """A row: the whole row is clickable, the username stands three levels below."""
    box: Bounds = (0, top, 1080, top + 180)
    lines = view(
        "LinearLayout",
        (240, top + 30, 1000, top + 150),
        view(
            "LinearLayout",
            (240, top + 30, 1000, top + 88),
            text((240, top + 30, 1000, top + 88), other.handle, id="row_search_user_username", size=42, bold=True),
        ),
        text((240, top + 92, 1000, top + 150), other.name, id="row_search_user_fullname", size=38, color=DIM),
        id="row_search_user_info_container",
    )
    picture: Bounds = (40, top + 20, 180, top + 160)
    avatar = view(
        "FrameLayout", picture, view("ImageView", picture, id="row_search_avatar", style=Style(avatar=other.handle))
    )
    inner = group(box, avatar, lines)
    return view(
        "FrameLayout", box, inner, id="row_search_user_container", flags="CLf", action=Action("profile", other.handle)
    )
