"""Rows of three tiles, as on every profile."""

from collections.abc import Sequence

import msgspec

from phonesim.ui.controls import NOTHING
from phonesim.ui.view import Action, Bounds, Style, View, view

_SIDE, _STEP, _HEIGHT = 354, 363, 472


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """What one tile is described as and shows; a drawn picture by its seed if it has none of its own."""

    desc: str
    seed: str
    style: Style | None = None
    action: Action = NOTHING


def grid_rows(tiles: Sequence[Tile], top: int, bottom: int, *, stretch: float = 1.0) -> list[View]:
    """As many rows as are seen above `bottom`; tiles keep their shape on a wide display."""
    height = round(_HEIGHT * stretch)
    rows: list[View] = []
    for number in range((len(tiles) + 2) // 3):
        y = top + number * (height + 9)
        if y >= bottom:
            break
        row = [_tile(tile, i, y, min(bottom, y + height)) for i, tile in enumerate(tiles[3 * number : 3 * number + 3])]
        box: Bounds = (0, y, 1080, min(bottom, y + height + 9))
        rows.append(view("LinearLayout", box, *row, id="media_set_row_content_identifier"))
    return rows


def _tile(tile: Tile, column: int, top: int, bottom: int) -> View:
    box: Bounds = (column * _STEP, top, column * _STEP + _SIDE, bottom)
    style = tile.style or Style(artwork=tile.seed)
    button = view("Button", box, id="image_button", desc=tile.desc, flags="CLf", action=tile.action, style=style)
    return view("FrameLayout", box, view("FrameLayout", box, button))
