"""Which nodes are sheets or dialogs over the rest of their window, known by shape or by their own word. Pure."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from drover.phone.geometry import is_field
from drover.phone.hierarchy import Bounds, Hierarchy, Node
from drover.phone.writing import fold

_UNRESOLVED: Final = re.compile(r"@\d+")
_SLACK: Final = 0.03
"""Of a box's size: how far edges may be apart that meet."""
_ROW: Final = 0.1
_COMPOSER: Final = 0.2
"""How high a row of a title, and one to write in with its emoji, may be, of the screen's height."""
_BAR: Final = 0.1
"""How high a bar of tabs or buttons at the screen's edge may be, of its longer side."""


@dataclass(frozen=True)
class Sheet:
    """`box` is the sheet itself; `reach` is what it covers, with the `scrim` around it where there is one."""

    box: Node
    reach: Bounds
    scrim: Node | None = None


def sheets(tree: Hierarchy) -> list[Sheet]:
    """Those of all windows, in document order; parts of a sheet that look like one are left out."""
    found: dict[Node, Sheet] = {}
    for node in tree.nodes:
        for sheet in _known_by(node, tree):
            if not any(up in found for up in (sheet.box, *sheet.box.ancestors())):
                found[sheet.box] = sheet
    return list(found.values())


def _known_by(node: Node, tree: Hierarchy) -> Iterator[Sheet]:
    if node.desc and fold(node.desc) in _words("sheets"):
        yield Sheet(node, node.bounds)
    elif node.children and _as_wide(node.bounds, _whole(tree)):
        if _stands_at_the_bottom(node, tree) and _begins_with_a_cross(node, tree):
            yield Sheet(node, node.bounds)
        yield from (Sheet(row, row.bounds) for row in _writing_rows(node, tree))
        if node.bounds.height >= 0.6 * tree.height:
            yield from _beside_a_scrim(node, _BAR * max(tree.width, tree.height))


def _beside_a_scrim(box: Node, bar: float) -> Iterator[Sheet]:
    """A scrim takes the touches that close the sheet next to it; it lies below the sheet, or ends where that begins.

    A layer for gestures below a page looks the same: what fills the page and lets touches through, is no higher than a
    bar or holds nothing (a shade of colour under a caption), is no sheet.
    """
    children = [child for child in box.children if child.visible]
    for scrim in (child for child in children if _is_scrim(child, box.bounds)):
        for child in children:
            if child is not scrim and _is_panel(child, scrim, box.bounds, bar):
                yield Sheet(child, box.bounds, scrim)


def _is_scrim(node: Node, around: Bounds) -> bool:
    if not node.clickable or node.text or any(child.visible for child in node.children):
        return False
    says_nothing = not node.desc or _UNRESOLVED.fullmatch(node.desc) or fold(node.desc) in _words("scrims")
    return bool(says_nothing) and _as_wide(node.bounds, around) and _near(node.bounds.top, around.top, around)


def _is_panel(node: Node, scrim: Node, around: Bounds, bar: float) -> bool:
    box = node.bounds
    if not any(part.visible for part in node.children):
        return False
    below = _near(box.top, scrim.bounds.bottom, around)
    over = _near(scrim.bounds.bottom, around.bottom, around)
    high = box.height > bar and (node.clickable or not _near(box.top, around.top, around))
    docked = _as_wide(box, around) and _near(box.bottom, around.bottom, around)
    return (docked and (below or (over and high))) or (over and high and _is_set_in(box, around))


def _is_set_in(box: Bounds, around: Bounds) -> bool:
    """In the middle with a gap at either side, as a dialog is; a caption begins where lines begin."""
    left, right = box.left - around.left, around.right - box.right
    slack = _SLACK * around.width
    centred = min(left, right) > slack and abs(left - right) <= 2 * slack
    return centred and box.width >= 0.5 * around.width and around.contains(box) and box.height < 0.9 * around.height


def _stands_at_the_bottom(node: Node, tree: Hierarchy) -> bool:
    return node.bounds.bottom >= 0.9 * tree.height and node.bounds.top > 0.15 * tree.height


def _begins_with_a_cross(node: Node, tree: Hierarchy) -> bool:
    """A row of a title with, at its right end, something small to tap that says nothing; not an item of a list."""
    if node.scrollable or any(up.scrollable for up in node.ancestors()):
        return False
    row = [
        part for part in node.children if part.visible and part.bounds.bottom <= node.bounds.top + _ROW * tree.height
    ]
    title = any(part.text for top in row for part in top.walk())
    return title and any(_is_cross(part, tree) for part in row)


def _is_cross(node: Node, tree: Hierarchy) -> bool:
    box = node.bounds
    small = box.width < 0.15 * tree.width and box.right > 0.85 * tree.width
    return node.clickable and small and not any(part.label for part in node.walk())


def _writing_rows(node: Node, tree: Hierarchy) -> Iterator[Node]:
    """The row to write in that ends what stands at the very bottom: no tab bar can be drawn over it."""
    low = [part for part in node.children if part.visible and part.bounds.top > (1 - _COMPOSER) * tree.height]
    for row in low if len(node.children) > 1 else ():
        if _stands_at_the_bottom(row, tree) and _as_wide(row.bounds, node.bounds) and any(map(is_field, row.walk())):
            yield row


def _whole(tree: Hierarchy) -> Bounds:
    return Bounds(0, 0, tree.width, tree.height)


def _as_wide(box: Bounds, around: Bounds) -> bool:
    return box.width >= (1 - _SLACK) * around.width


def _near(one: int, other: int, around: Bounds) -> bool:
    return abs(one - other) <= _SLACK * around.height


def below() -> frozenset[str]:
    """Ids of containers that stay in the tree below what their app shows."""
    return _words("below")


@cache
def _words(kind: str) -> frozenset[str]:
    raw = tomllib.loads((files("drover.phone") / "layers.toml").read_text("utf-8"))
    return frozenset(fold(word) for word in raw[kind])
