"""Which files the picker's grid shows, and where: three in a row, newest first."""

from collections.abc import Sequence

from phonesim.apps.tiktok.posting.state import TikTokPosting
from phonesim.contract import MediaItem
from phonesim.ui.chrome import Frame
from phonesim.ui.view import Bounds

_KIND = {"all": ("video", "images"), "videos": ("video",), "photos": ("images",), "ai_gallery": ()}
_COLUMNS = ((5, 359), (364, 717), (722, 1075))
_ROW = 362
FOOT = 200
"""The height of the bar below the grid."""
_TOP = 385
_SEEN = 130
"""A row of which less than this is above the bar is left out."""


def row_height(frame: Frame) -> int:
    """Pictures keep their shape on a wide display, and have more room then where they have none to spare."""
    return round(_ROW * frame.stretch)


def of_album(state: TikTokPosting, items: Sequence[MediaItem]) -> list[MediaItem]:
    """What the open album and the open tab hold."""
    kinds = _KIND[state.filter]
    return [item for item in items if item.kind in kinds and state.album in ("", item.album)]


def placed(state: TikTokPosting, items: Sequence[MediaItem], frame: Frame) -> list[tuple[MediaItem, Bounds]]:
    """The files in sight with their cells; the last row may be cut off by the bar below."""
    low, height = frame.bottom - FOOT, row_height(frame)
    cells: list[tuple[MediaItem, Bounds]] = []
    for number, item in enumerate(of_album(state, items)[state.scrolled * len(_COLUMNS) :]):
        row, column = divmod(number, len(_COLUMNS))
        top = _TOP + row * height
        if top + _SEEN > low:
            break
        left, right = _COLUMNS[column]
        cells.append((item, (left, top, right, min(top + height - 5, low))))
    return cells


def hidden_rows(state: TikTokPosting, items: Sequence[MediaItem], frame: Frame) -> int:
    """How far the grid can be scrolled: the rows that do not fit whole."""
    rows = -(-len(of_album(state, items)) // len(_COLUMNS))
    return max(0, rows - (frame.bottom - FOOT - _TOP) // row_height(frame))
