"""Windows drawn for an upright phone, placed on a display of any shape, font size and reading direction. Pure.

Builders draw 1080 units wide, for at least `LOWEST` units of height. Here their edges move, each by a map that keeps
their order: what stands in the title bar keeps its distance from its side, what stands at the bottom from there, the
rest is stretched; what has no room scrolls or, on pages that do not scroll, comes closer together.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from phonesim.ui.chrome import IME, KEYBOARD, NAV, STATUS, Frame
from phonesim.ui.view import DESIGN_WIDTH, Bounds, Style, View, Window

LOWEST: Final = 1800
"""No builder is asked for a page lower than this: its parts would lie over each other."""
HEAD: Final = 256
"""Where a title bar ends."""
FOOT: Final = 190
"""How far bars of tabs or buttons reach up from the navigation bar on pages that do not scroll."""
_NEAR_SQUARE: Final = 1.4
_FOLDABLE_WIDTH: Final = 1800
_GRID: Final = 1100
"""How high a profile's pictures reach on an upright phone."""
_SIDE: Final = 270
_KEYBOARD_SHARE: Final = 0.5
_TURNED: Final = {"left": "right", "right": "left", "center": "center"}

_Y = Callable[[float], int]
Points = tuple[tuple[float, float], ...]
"""Where drawn edges stand, in rising order; between two of them evenly."""


class Arrangement(msgspec.Struct, frozen=True, kw_only=True):
    """A display: its size in units, how much larger than usual texts are, whether it reads from the right."""

    scale: float
    """Pixels per unit."""
    width: float
    height: float
    font: float = 1.0
    mirrored: bool = False

    def frame(self, *, scrolls: bool = False) -> Frame:
        """What builders are asked for; pages that scroll have room for pictures as much higher as they are wider."""
        wanted = (self.height - STATUS - NAV) / self.font + STATUS + NAV
        stretch = self.width / DESIGN_WIDTH
        longer = round((stretch - 1) * _GRID) if scrolls else 0
        return Frame(height=max(LOWEST, round(wanted)) + longer, stretch=stretch)

    @property
    def plain(self) -> bool:
        """Whether windows stand as they were drawn."""
        upright = self.width == DESIGN_WIDTH and self.height >= LOWEST
        return upright and self.font == 1 and not self.mirrored


def arrangement(width: int, height: int, *, font: float = 1.0, mirrored: bool = False) -> Arrangement:
    """Of a display of so many pixels: its shorter side is 1080 units, 1800 on a foldable that is nearly square."""
    short, long = sorted((width, height))
    scale = short / (_FOLDABLE_WIDTH if long < _NEAR_SQUARE * short else DESIGN_WIDTH)
    return Arrangement(scale=scale, width=width / scale, height=height / scale, font=font, mirrored=mirrored)


def arranged(
    shape: Arrangement, windows: Sequence[Window], *, typing: bool, foot: int | None, scroll: int
) -> tuple[list[Window], int]:
    """The windows in their places, and how far the page can scroll.

    `foot` is the height of the bar at the bottom of a page that scrolls, None for one that does not.
    """
    if shape.plain:
        return list(windows), 0
    if typing:
        scroll = _to_field(shape, windows)
    page = _page(shape, shape.frame(scrolls=foot is not None), typing=typing, foot=foot, scroll=scroll)
    placed = [_placed(_shape_of(shape, window), window, page) for window in windows]
    return placed, page.hidden


def _to_field(shape: Arrangement, windows: Sequence[Window]) -> int:
    """How far a page is scrolled for the keyboard: until the field that has the focus begins below the title bar."""
    tops = [node.bounds[1] for window in windows for node in _parts(window.root) if node.focused]
    return round(max(0, max(tops, default=0) - HEAD) * shape.font)


def _shape_of(shape: Arrangement, window: Window) -> Arrangement:
    """Keys keep their order from left to right in every language."""
    return msgspec.structs.replace(shape, mirrored=False) if window.package == IME else shape


class _Page(msgspec.Struct, frozen=True):
    """The heights of everything but dialogs."""

    points: Points
    scroll: int
    hidden: int
    """How much of the page has no room."""

    def y(self, drawn: float) -> int:
        (_, _), (head, head_at), (foot, foot_at), *_ = self.points
        if self.hidden and head < drawn < foot:
            factor = (foot_at - head_at + self.hidden) / (foot - head)
            return round(min(foot_at, max(head_at, head_at + (drawn - head) * factor - self.scroll)))
        return round(between(self.points, drawn))


def _page(shape: Arrangement, frame: Frame, *, typing: bool, foot: int | None, scroll: int) -> _Page:
    end = shape.height - NAV
    low = FOOT if foot is None else foot
    begin = frame.bottom - (KEYBOARD if typing else low)
    keyboard = min(KEYBOARD, _KEYBOARD_SHARE * (end - STATUS))
    head_at = STATUS + (HEAD - STATUS) * shape.font
    begin_at = end - (keyboard if typing else low * shape.font)
    points = (
        (STATUS, STATUS),
        (HEAD, head_at),
        (begin, begin_at),
        (frame.bottom, end),
        (frame.height, shape.height),
    )
    hidden = 0 if foot is None else max(0, round((begin - HEAD) * shape.font - (begin_at - head_at)))
    return _Page(points, min(scroll, hidden), hidden)


def between(points: Points, drawn: float) -> float:
    """Where the edge stands; beyond the outer points as far from them as it was drawn."""
    if drawn <= points[0][0]:
        return drawn - points[0][0] + points[0][1]
    for (low, low_at), (high, high_at) in itertools.pairwise(points):
        if drawn <= high:
            return low_at + (drawn - low) * (high_at - low_at) / (high - low)
    return drawn - points[-1][0] + points[-1][1]


def _placed(shape: Arrangement, window: Window, page: _Page) -> Window:
    plate = _plate(window, shape.frame()) if window.modal else None
    if plate is None:
        root = _moved(shape, window.root, page.y, _x_of(shape))
    else:
        heights = _dialog_heights(shape, plate)
        root = _moved(shape, window.root, lambda y: round(between(heights, y)), _dialog_x(shape, plate))
    return msgspec.structs.replace(window, root=root or window.root)


def _plate(window: Window, frame: Frame) -> Bounds | None:
    """What a dialog fills; None where that is the whole screen."""
    boxes = [node.bounds for node in _parts(window.root) if node.bounds[3] - node.bounds[1] < frame.height - NAV]
    if not boxes:
        return None
    edges = list(zip(*boxes, strict=True))
    return min(edges[0]), min(edges[1]), max(edges[2]), max(edges[3])


def _parts(root: View) -> list[View]:
    found = [root]
    for child in root.children:
        found += _parts(child)
    return found


def _dialog_heights(shape: Arrangement, plate: Bounds) -> Points:
    """A sheet stays on the lower edge, a dialog in the middle; one that has no room is drawn closer together."""
    frame, end = shape.frame(), shape.height - NAV
    room = end - STATUS
    tall = min((plate[3] - plate[1]) * shape.font, room)
    bottom = end if plate[3] >= frame.bottom - 5 else STATUS + (room + tall) / 2
    top = bottom - tall
    return (
        (0, 0),
        (plate[1], top),
        (plate[3], bottom),
        (max(frame.height, plate[3] + 1), max(shape.height, bottom + 1)),
    )


def _dialog_x(shape: Arrangement, plate: Bounds) -> "_X":
    """A dialog is as wide as on an upright phone, a sheet as the display."""
    if plate[0] <= 0 or plate[2] >= DESIGN_WIDTH:
        return _x_of(shape, dialog=True)
    moved = (shape.width - DESIGN_WIDTH) / 2
    points = ((0, 0), (plate[0], plate[0] + moved), (plate[2], plate[2] + moved), (DESIGN_WIDTH, shape.width))
    return _X(shape, points, points)


class _X(msgspec.Struct, frozen=True):
    """The places from side to side: of title bars, and of all else."""

    shape: Arrangement
    bar: Points
    body: Points

    def edges(self, bounds: Bounds) -> tuple[int, int]:
        left, top, right, bottom = bounds
        points = self.bar if top >= STATUS and bottom <= HEAD else self.body
        one, two = between(points, left), between(points, right)
        if self.shape.mirrored:
            one, two = self.shape.width - two, self.shape.width - one
        return round(one), round(two)


def _x_of(shape: Arrangement, *, dialog: bool = False) -> _X:
    even = ((0, 0), (DESIGN_WIDTH, shape.width))
    sides = ((0, 0), (_SIDE, _SIDE), (DESIGN_WIDTH - _SIDE, shape.width - _SIDE), (DESIGN_WIDTH, shape.width))
    return _X(shape, even if dialog else sides, even)


def _moved(shape: Arrangement, node: View, y: _Y, x: _X) -> View | None:
    """The node in its place with what it holds; None if nothing of it can be seen."""
    _, top, _, bottom = node.bounds
    upper, lower = y(top), y(bottom)
    if lower <= upper and bottom > top:
        return None
    left, right = x.edges(node.bounds)
    children = tuple(moved for child in node.children if (moved := _moved(shape, child, y, x)) is not None)
    style = node.style and _styled(shape, node.style)
    return msgspec.structs.replace(node, bounds=(left, upper, right, lower), children=children, style=style)


def _styled(shape: Arrangement, style: Style) -> Style:
    if not shape.mirrored and shape.font == 1:
        return style
    align = _TURNED[style.align] if shape.mirrored else style.align
    size = style.size if style.icon else round(style.size * shape.font)
    return msgspec.structs.replace(style, align=align, size=size)
