"""Another user's profile. Frames and header follow the recording of 2024, statistics and action row that of 47.0.3."""

from collections.abc import Callable, Sequence

from phonesim.apps.tiktok.action_row import action_row, suggestions
from phonesim.apps.tiktok.scene import Scene, notice, shell
from phonesim.ui.controls import BACK, DIM, INK, WHITE, heading, icon, icon_button, text
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import Relation, User, user

MakeTile = Callable[[Bounds], View]
"""A cell of the grid at its place."""


def profile(scene: Scene) -> View:
    """The profile in whichever state it is: loading, not found, banned, private or open."""
    handle = scene.page.target
    if scene.loading:
        return _framed(scene, handle, _spinner())
    found = user(handle)
    if found is None:
        return _framed(scene, "", _missing(scene, "not_found", "person"))
    if "banned" in found.traits:
        return _framed(scene, "", _missing(scene, "user_banned", "person"))
    return _framed(scene, found.name, _whole(scene, found))


def _framed(scene: Scene, title: str, body: View) -> View:
    """Pager, title bar and body, nested as deeply as on the phone."""
    frame = scene.frame
    inner = (0, 0, 1080, frame.bottom)
    column = view("LinearLayout", inner, _title_bar(scene, title), body)
    pager = view("RelativeLayout", inner, column, id="ik7")
    for cls, id_ in (("LinearLayout", "nto"), ("LinearLayout", "gb5"), ("HorizontalScrollView", "kga")):
        pager = view(cls, inner, pager, id=id_, flags="f" if cls == "HorizontalScrollView" else "")
    return shell(frame, view("FrameLayout", inner, view("FrameLayout", inner, pager), id="ia8"))


def _title_bar(scene: Scene, title: str) -> View:
    bar = (0, 84, 1080, 256)
    picture = icon_button((27, 101, 162, 236), "back", desc=scene.labels["back"], action=BACK)
    label = heading((297, 133, 783, 207), title, id="h5f", flags="f", size=46)
    return view(
        "FrameLayout",
        bar,
        view(
            "ViewGroup",
            bar,
            view("LinearLayout", (27, 101, 162, 236), picture, id="h5w"),
            view("LinearLayout", (297, 133, 783, 207), label, id="h5h"),
            view(
                "LinearLayout",
                (783, 101, 1053, 236),
                view(
                    "FrameLayout",
                    (783, 101, 918, 236),
                    view("FrameLayout", (783, 101, 918, 236), icon((810, 128, 891, 209), "bell", id="ajo"), flags="Cf"),
                ),
                icon_button((918, 101, 1053, 236), "share"),
                id="h5n",
            ),
            id="h5q",
        ),
        id="h5b",
    )


def _spinner() -> View:
    return view(
        "FrameLayout",
        (0, 256, 1080, 1200),
        view("ProgressBar", (480, 640, 600, 760), style=Style(icon="spinner", size=110, color=DIM)),
    )


def _missing(scene: Scene, key: str, picture: str) -> View:
    labels = scene.labels
    return notice(scene.frame, 620, labels[key], labels[f"{key}_text"], picture)


def _whole(scene: Scene, found: User) -> View:
    bottom = scene.frame.bottom
    suggesting = "suggests" in found.traits or found.handle in scene.suggesting
    tabs = 1500 if suggesting else 1120
    box: Bounds = (353, 594, 727, 668)
    tap = Action("copy_handle", found.handle)
    head = [
        _avatar(found),
        text(box, scene.labels.name(f"@{found.handle}"), id="nfz", flags="Cf", size=40, align="center", action=tap),
        statistics(scene, found, 709),
        action_row(scene, found),
        text((60, 1014, 1020, 1090), found.bio, size=38, align="center") if found.bio else None,
        suggestions(scene, found, 1120) if suggesting else None,
    ]
    column = view("LinearLayout", (0, 256, 1080, tabs), *(part for part in head if part is not None))
    body = _locked(scene, tabs) if _closed(scene, found) else _videos(scene, found, tabs)
    inside = view("FrameLayout", (0, 256, 1080, tabs), column, id="ihw")
    return view("LinearLayout", (0, 256, 1080, bottom), inside, *body, id="joq")


def _closed(scene: Scene, found: User) -> bool:
    return found.private and scene.relation(found.handle) not in (Relation.FOLLOWING, Relation.FRIENDS)


def _avatar(found: User) -> View:
    ring = (371, 256, 709, 594)
    picture = view("ImageView", (398, 283, 682, 567), style=Style(avatar=found.handle))
    rings = [view("RelativeLayout", ring, picture, id="adr", flags="Cf")]
    if "verified" in found.traits:
        rings.append(icon((650, 520, 710, 580), "tick", size=60, color="#20d5ec"))
    return view("FrameLayout", ring, *rings, id="ihf")


def statistics(scene: Scene, found: User, top: int) -> View:
    """Count above label, three times; the first label is the word of the Following button."""
    values = (("following_stat", found.following), ("followers", found.followers), ("likes", found.likes))
    groups = [
        _statistic(scene, "ViewGroup" if key == "followers" else "LinearLayout", 74 + 312 * i, top, key, number)
        for i, (key, number) in enumerate(values)
    ]
    return view("LinearLayout", (54, top, 1026, top + 137), *groups, id="gcy")


def _statistic(scene: Scene, cls: str, left: int, top: int, key: str, number: int) -> View:
    right = left + 308
    words = heading((left, top, right, top + 74), scene.labels.count(number), id="t8_", size=50)
    label = text((left, top + 83, right, top + 137), scene.labels[key], id="t89", size=36, color=DIM, align="center")
    return view(cls, (left, top, right, top + 137), words, label, flags="C")


def _videos(scene: Scene, found: User, top: int) -> list[View]:
    tabs = [
        _tab(i * 360, top, scene.labels[key], picture, selected=i == 0)
        for i, (key, picture) in enumerate((("videos_tab", "grid"), ("reposts_tab", "share"), ("liked_tab", "heart")))
    ]
    bar = view("LinearLayout", (0, top, 1080, top + 110), *tabs, id="lbh")
    return [view("RelativeLayout", (0, top, 1080, top + 110), bar, id="ik2"), tiles(scene, found.handle, top + 112)]


def _tab(left: int, top: int, desc: str, picture: str, *, selected: bool) -> View:
    box = (left, top, left + 360, top + 110)
    ink = INK if selected else DIM
    area: Bounds = (left + 140, top + 15, left + 220, top + 95)
    inner = icon(area, picture, id="eg9", size=62, color=ink, flags="S" if selected else "")
    underline = (
        [view("View", (left + 120, top + 104, left + 240, top + 110), style=Style(fill=INK))] if selected else []
    )
    return view("RelativeLayout", box, inner, *underline, desc=desc, flags="CSf" if selected else "Cf")


def tiles(scene: Scene, seed: str, top: int, *, first: Sequence[MakeTile] = ()) -> View:
    """The grid of videos, three in a row, as many as fit; those of `first` before the others."""
    bottom = scene.frame.bottom
    cells: list[View] = []
    for number in range(9):
        row, column = divmod(number, 3)
        left, y = column * 362, top + round(row * 472 * scene.frame.stretch)
        box = (left, y, min(left + 358, 1080), min(y + round(468 * scene.frame.stretch), bottom))
        if box[3] - box[1] <= 100:
            continue
        cells.append(first[number](box) if number < len(first) else _tile(scene, seed, number - len(first), box))
    return view("GridView", (0, top, 1080, bottom), *cells, id="gridview", flags="s")


def _tile(scene: Scene, seed: str, number: int, box: Bounds) -> View:
    """A video that was there before, with its views."""
    views = scene.labels.count((number * 7919 + len(seed) * 431) % 40000)
    low: Bounds = (box[0] + 16, box[3] - 64, box[0] + 340, box[3] - 14)
    label = text(low, views, size=32, bold=True, color=WHITE, id="view_count")
    cover = view("ImageView", box, id="cover", style=Style(artwork=f"{seed}:{number}"))
    return view("FrameLayout", box, cover, label, flags="Cf")


def _locked(scene: Scene, top: int) -> list[View]:
    return [notice(scene.frame, top + 60, scene.labels["private_title"], scene.labels["private_text"], "lock")]
