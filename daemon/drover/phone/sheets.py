"""Which nodes are sheets or dialogs over the rest of their window, known by shape or by their own word. Pure.

The one answer for both who ask: layers, so that no touch goes through a sheet, and the recogniser, which closes it.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from drover.phone.geometry import holds, is_field
from drover.phone.hierarchy import Bounds, Hierarchy, Node
from drover.phone.writing import fold

_UNRESOLVED: Final = re.compile(r"@\d+")
_SLACK: Final = 0.03
"""Of a box's size: how far edges may be apart that meet."""
_ROW: Final = 0.1
_COMPOSER: Final = 0.2
"""How high a row of a title, and one to write in with its emoji, may be, of the screen's height."""
_SCRIM: Final = 0.1
"""Of the page's height, the least that a scrim takes: less is a bar over its page."""
_BAR: Final = 0.1
"""How high a bar of tabs or buttons at the screen's edge may be, of its longer side."""


class Sign(Enum):
    """By what a sheet is known."""

    WORD = auto()
    SCRIM = auto()
    TITLE = auto()
    COMPOSER = auto()  # its last row only: what stands above it may be a page


@dataclass(frozen=True)
class Sheet:
    """`box` is the sheet itself; `reach` is what it covers, with the `scrim` around it where there is one."""

    box: Node
    reach: Bounds
    sign: Sign
    scrim: Node | None = None


# Layers and the recogniser ask about the same screen.
@lru_cache(maxsize=4)
def sheets(tree: Hierarchy) -> tuple[Sheet, ...]:
    """Those of all windows, in document order; parts of a sheet that look like one are left out."""
    found: dict[Node, Sheet] = {}
    for node in tree.nodes:
        for sheet in _known_by(node, tree):
            if not any(up in found for up in (sheet.box, *sheet.box.ancestors())):
                found[sheet.box] = sheet
    return tuple(found.values())


def _known_by(node: Node, tree: Hierarchy) -> Iterator[Sheet]:
    if _says_so(node, tree):
        yield Sheet(node, node.bounds, Sign.WORD)
    elif node.children and _as_wide(node.bounds, _whole(tree)):
        if _stands_at_the_bottom(node, tree) and _begins_with_a_cross(node, tree):
            yield Sheet(node, node.bounds, Sign.TITLE)
        yield from (Sheet(row, row.bounds, Sign.COMPOSER) for row in _writing_rows(node, tree))
        if node.bounds.height >= 0.6 * tree.height:
            yield from _next_to_a_scrim(node, _BAR * max(tree.width, tree.height))


def _says_so(node: Node, tree: Hierarchy) -> bool:
    """A description on a box, and no word of a person's on a line."""
    if node.text or not node.desc or fold(node.desc) not in _folded("sheets"):
        return False
    return node.bounds.height > 0.08 * tree.height and node.bounds.width > 0.4 * tree.width


def _next_to_a_scrim(box: Node, bar: float) -> Iterator[Sheet]:
    """A scrim takes the touches that close the sheet next to it; it lies below the sheet, or ends where that begins.

    A layer for gestures below a page looks the same: there, controls of the page stand next to what lies at its foot.
    """
    children = [child for child in box.children if child.visible]
    for place, scrim in enumerate(children):
        if _is_scrim(scrim, box.bounds):
            # What takes touches all over a page that stands before it is the page's own.
            after = children[place + 1 :]
            over = [child for child in after if _is_over(child, scrim.bounds, box.bounds, bar)]
            if any(_has_parts_outside(child, over) for child in after if child not in over):
                over = []
            below = [child for child in children if _is_below(child, scrim.bounds, box.bounds)]
            for panel in dict.fromkeys((*over, *below)):
                yield Sheet(panel, box.bounds, Sign.SCRIM, scrim)


def _has_parts_outside(node: Node, boxes: list[Node]) -> bool:
    """Whether something of it is touched or read outside of the boxes."""
    parts = (part for part in node.walk() if part.visible and (part.clickable or part.label))
    return any(not any(holds(box.bounds, *part.bounds.center) for box in boxes) for part in parts)


def _is_scrim(node: Node, around: Bounds) -> bool:
    if not node.clickable or node.text or any(child.visible for child in node.children):
        return False
    says_nothing = not node.desc or _UNRESOLVED.fullmatch(node.desc) or fold(node.desc) in _folded("scrims")
    tall = node.bounds.height > _SCRIM * around.height
    return bool(says_nothing) and tall and _as_wide(node.bounds, around) and _near(node.bounds.top, around.top, around)


def _is_below(node: Node, scrim: Bounds, around: Bounds) -> bool:
    box = node.bounds
    return (
        _holds_something(node)
        and _is_docked(box, around)
        and _near(box.top, scrim.bottom, around)
        and box.top > scrim.top
    )


def _is_over(node: Node, scrim: Bounds, around: Bounds, bar: float) -> bool:
    """A sheet or dialog that lies on its scrim, wholly or with its upper edge: higher than a bar, and not empty as a
    shade of colour under a caption is.

    One that was drawn up over the whole page keeps touches from its scrim; the controls of a page let them through to
    what takes them all over it.
    """
    box = node.bounds
    if box.height <= bar or not _holds_something(node):
        return False
    if _is_docked(box, around) and box.top <= scrim.bottom:
        return node.clickable or not _near(box.top, around.top, around)
    return _is_set_in(box, around) and _near(scrim.bottom, around.bottom, around)


def _is_docked(box: Bounds, around: Bounds) -> bool:
    return _as_wide(box, around) and _near(box.bottom, around.bottom, around)


def _is_set_in(box: Bounds, around: Bounds) -> bool:
    """In the middle with a gap at either side, as a dialog is; a caption begins where lines begin."""
    left, right = box.left - around.left, around.right - box.right
    slack = _SLACK * around.width
    centred = min(left, right) > slack and abs(left - right) <= 2 * slack
    return centred and box.width >= 0.5 * around.width and around.contains(box) and box.height < 0.9 * around.height


def _holds_something(node: Node) -> bool:
    return any(part.visible for part in node.children)


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


def words() -> dict[str, list[str]]:
    """What sheets and dialogs call themselves, by language."""
    written: dict[str, list[str]] = _raw()["sheets"]
    return written


@cache
def below() -> frozenset[str]:
    """Ids of containers that stay in the tree below what their app shows."""
    return frozenset(_raw()["below"])


@cache
def _folded(kind: str) -> frozenset[str]:
    return frozenset(fold(word) for written in _raw()[kind].values() for word in written)


@cache
def _raw() -> dict[str, Any]:
    return tomllib.loads((files("drover.phone") / "layers.toml").read_text("utf-8"))
