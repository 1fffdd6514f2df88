"""Small pictures drawn from lines: hearts, arrows and the like, as masks that take any colour."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from PIL import Image, ImageDraw

_GRID = 96
_PEN = 8


def _heart(d: ImageDraw.ImageDraw) -> None:
    d.ellipse((8, 14, 52, 58), fill=255)
    d.ellipse((44, 14, 88, 58), fill=255)
    d.polygon(((13, 48), (83, 48), (48, 88)), fill=255)


def _comment(d: ImageDraw.ImageDraw) -> None:
    d.ellipse((6, 10, 90, 78), fill=255)
    d.polygon(((40, 70), (70, 70), (46, 92)), fill=255)
    for x in (26, 48, 70):
        d.ellipse((x - 6, 38, x + 6, 50), fill=0)


def _bookmark(d: ImageDraw.ImageDraw) -> None:
    d.polygon(((20, 10), (76, 10), (76, 88), (48, 66), (20, 88)), fill=255)


def _share(d: ImageDraw.ImageDraw) -> None:
    d.polygon(((52, 12), (92, 46), (52, 80), (52, 60)), fill=255)
    d.polygon(((52, 32), (52, 62), (8, 84), (22, 46)), fill=255)


def _search(d: ImageDraw.ImageDraw) -> None:
    d.ellipse((14, 14, 66, 66), outline=255, width=_PEN)
    d.line((60, 60, 84, 84), fill=255, width=_PEN + 2)


def _back(d: ImageDraw.ImageDraw) -> None:
    d.line(((62, 16), (30, 48), (62, 80)), fill=255, width=_PEN, joint="curve")


def _close(d: ImageDraw.ImageDraw) -> None:
    d.line((20, 20, 76, 76), fill=255, width=_PEN)
    d.line((76, 20, 20, 76), fill=255, width=_PEN)


def _home(d: ImageDraw.ImageDraw) -> None:
    d.polygon(((48, 12), (88, 46), (76, 46), (76, 84), (20, 84), (20, 46), (8, 46)), fill=255)
    d.rectangle((42, 60, 54, 84), fill=0)


def _person(d: ImageDraw.ImageDraw) -> None:
    d.ellipse((32, 12, 64, 44), outline=255, width=_PEN)
    d.arc((14, 52, 82, 120), 180, 360, fill=255, width=_PEN)
    d.line((14, 86, 82, 86), fill=255, width=_PEN)


def _friends(d: ImageDraw.ImageDraw) -> None:
    d.ellipse((22, 16, 50, 44), outline=255, width=_PEN)
    d.arc((6, 50, 66, 110), 180, 360, fill=255, width=_PEN)
    d.line((6, 80, 66, 80), fill=255, width=_PEN)
    d.arc((50, 16, 80, 44), 200, 90, fill=255, width=_PEN)
    d.arc((44, 52, 92, 108), 270, 360, fill=255, width=_PEN)


def _add_person(d: ImageDraw.ImageDraw) -> None:
    d.ellipse((22, 14, 54, 46), outline=255, width=_PEN)
    d.arc((6, 52, 70, 116), 180, 360, fill=255, width=_PEN)
    d.line((72, 40, 72, 72), fill=255, width=_PEN)
    d.line((56, 56, 88, 56), fill=255, width=_PEN)


def _inbox(d: ImageDraw.ImageDraw) -> None:
    d.rounded_rectangle((12, 18, 84, 78), 14, outline=255, width=_PEN)
    d.line((32, 48, 64, 48), fill=255, width=_PEN)


def _plus(d: ImageDraw.ImageDraw) -> None:
    d.line((48, 18, 48, 78), fill=255, width=_PEN + 2)
    d.line((18, 48, 78, 48), fill=255, width=_PEN + 2)


def _dots(d: ImageDraw.ImageDraw) -> None:
    for x in (20, 48, 76):
        d.ellipse((x - 7, 41, x + 7, 55), fill=255)


def _menu(d: ImageDraw.ImageDraw) -> None:
    for y in (24, 48, 72):
        d.line((14, y, 82, y), fill=255, width=_PEN)


def _check(d: ImageDraw.ImageDraw) -> None:
    d.line(((16, 50), (40, 74), (82, 24)), fill=255, width=_PEN + 2, joint="curve")


def _tick(d: ImageDraw.ImageDraw) -> None:
    d.ellipse((10, 10, 86, 86), fill=255)
    d.line(((28, 50), (42, 64), (68, 34)), fill=0, width=_PEN, joint="curve")


def _grid(d: ImageDraw.ImageDraw) -> None:
    for x in (14, 40, 66):
        d.rectangle((x, 14, x + 14, 82), fill=255)


def _lock(d: ImageDraw.ImageDraw) -> None:
    d.rounded_rectangle((20, 42, 76, 84), 10, fill=255)
    d.arc((30, 12, 66, 66), 180, 360, fill=255, width=_PEN)


def _bell(d: ImageDraw.ImageDraw) -> None:
    d.pieslice((22, 16, 74, 80), 180, 360, fill=255)
    d.polygon(((22, 48), (74, 48), (84, 72), (12, 72)), fill=255)
    d.ellipse((40, 70, 56, 88), fill=255)


def _music(d: ImageDraw.ImageDraw) -> None:
    d.ellipse((18, 60, 46, 84), fill=255)
    d.line((42, 72, 42, 14), fill=255, width=_PEN)
    d.line((42, 14, 74, 30), fill=255, width=_PEN + 4)


def _play(d: ImageDraw.ImageDraw) -> None:
    d.polygon(((28, 16), (78, 48), (28, 80)), fill=255)


def _down(d: ImageDraw.ImageDraw) -> None:
    d.polygon(((22, 36), (74, 36), (48, 66)), fill=255)


def _gear(d: ImageDraw.ImageDraw) -> None:
    d.ellipse((22, 22, 74, 74), outline=255, width=14)
    for box in ((42, 6, 54, 22), (42, 74, 54, 90), (6, 42, 22, 54), (74, 42, 90, 54)):
        d.rectangle(box, fill=255)


def _globe(d: ImageDraw.ImageDraw) -> None:
    d.ellipse((10, 10, 86, 86), outline=255, width=_PEN)
    d.ellipse((32, 10, 64, 86), outline=255, width=5)
    d.line((10, 48, 86, 48), fill=255, width=5)


def _nav_back(d: ImageDraw.ImageDraw) -> None:
    d.polygon(((66, 22), (66, 74), (24, 48)), fill=255)


def _nav_home(d: ImageDraw.ImageDraw) -> None:
    d.ellipse((24, 24, 72, 72), outline=255, width=_PEN)


def _nav_recents(d: ImageDraw.ImageDraw) -> None:
    d.rounded_rectangle((26, 26, 70, 70), 6, outline=255, width=_PEN)


def _delete(d: ImageDraw.ImageDraw) -> None:
    d.polygon(((6, 48), (30, 22), (90, 22), (90, 74), (30, 74)), outline=255, width=6)
    d.line((46, 36, 70, 60), fill=255, width=6)
    d.line((70, 36, 46, 60), fill=255, width=6)


def _spinner(d: ImageDraw.ImageDraw) -> None:
    d.arc((12, 12, 84, 84), 300, 220, fill=255, width=10)


_DRAW: Mapping[str, Callable[[ImageDraw.ImageDraw], None]] = {
    "heart": _heart,
    "comment": _comment,
    "bookmark": _bookmark,
    "share": _share,
    "search": _search,
    "back": _back,
    "close": _close,
    "home": _home,
    "person": _person,
    "friends": _friends,
    "add-person": _add_person,
    "inbox": _inbox,
    "plus": _plus,
    "dots": _dots,
    "menu": _menu,
    "check": _check,
    "tick": _tick,
    "grid": _grid,
    "lock": _lock,
    "bell": _bell,
    "music": _music,
    "play": _play,
    "down": _down,
    "gear": _gear,
    "globe": _globe,
    "nav-back": _nav_back,
    "nav-home": _nav_home,
    "nav-recents": _nav_recents,
    "delete": _delete,
    "spinner": _spinner,
}
ICONS = frozenset(_DRAW)


@lru_cache(maxsize=256)
def icon_mask(name: str, size: int) -> Image.Image:
    """A mask (mode L, size x size pixels); raises KeyError for a name that is not in ICONS."""
    picture = Image.new("L", (_GRID, _GRID), 0)
    _DRAW[name](ImageDraw.Draw(picture))
    return picture.resize((size, size), Image.Resampling.LANCZOS)
