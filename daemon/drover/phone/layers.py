"""In which order a screen's nodes are drawn, and which of them take touches, as far as a dump tells. Pure.

The document's order is not the order of drawing: Android lists views by where they stand. A dump with `drawing-order`
says it. Without it sheets and dialogs (`sheets.py`) lie over what stands next to them, a picture or video that fills a
page lies below its controls, and else the later node lies over the earlier, where the two can be distinguished at all.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from drover.phone.geometry import is_field
from drover.phone.hierarchy import Bounds, Hierarchy, Node
from drover.phone.sheets import below, sheets

_PAGE: Final = 0.85


@dataclass(frozen=True)
class Layers:
    """The visible nodes by their place from the lowest to the topmost, and those that take touches, so ordered."""

    ranks: dict[Node, int]
    takers: tuple[Node, ...]


# Every tap asks, and scripts ask about several nodes of one screen.
@lru_cache(maxsize=4)
def layers(tree: Hierarchy) -> Layers:
    """The layers of a dump that has nesting; those of one that lost it mean nothing (`lost_nesting`)."""
    found = sheets(tree)
    lifted: dict[Node, list[Bounds]] = {}
    for sheet in found:
        for node in (sheet.box, *sheet.box.ancestors()):
            lifted.setdefault(node, []).append(sheet.reach)
    scrims = frozenset(sheet.scrim for sheet in found if sheet.scrim is not None)
    ranks = {node: rank for rank, node in enumerate(_painted(tree, lifted, scrims))}
    boxes = {sheet.box for sheet in found}
    small = {top for top in tree.roots if top.bounds.area * 2 < tree.width * tree.height}
    return Layers(ranks, tuple(node for node in ranks if takes_touches(node) or node in boxes or node in small))


def lost_nesting(tree: Hierarchy) -> bool:
    """Whether the dump was flattened: nothing tells any more what lies in what."""
    return not any(child.children for top in tree.roots for child in top.children)


def takes_touches(node: Node) -> bool:
    """What Android's View.onTouchEvent says of it, also of a disabled one; what a listener takes no dump tells."""
    return node.clickable or node.long_clickable or node.scrollable or is_field(node)


def _painted(tree: Hierarchy, lifted: Mapping[Node, list[Bounds]], scrims: Set[Node]) -> list[Node]:
    # Android lists no window that others cover wholly: of two that overlap, the smaller one is in front.
    stack = sorted(reversed(tree.roots), key=lambda top: top.bounds.area)
    found: list[Node] = []
    while stack:
        node = stack.pop()
        if node.visible:
            found.append(node)
        stack.extend(reversed(_by_drawing(node, lifted, scrims)))
    return found


def _by_drawing(box: Node, lifted: Mapping[Node, list[Bounds]], scrims: Set[Node]) -> list[Node]:
    children = box.children
    if len(children) < 2:
        return children
    if _ordered(children):
        return sorted(children, key=lambda child: child.drawing_order)
    reaches = [reach for child in children for reach in lifted.get(child, ())]

    def layer(child: Node) -> int:
        """Its place among its siblings where the dump names none; equals stay as they stand in the document."""
        if child in lifted:
            return 3
        if child.id in below() or (child not in scrims and _is_picture(child, box.bounds)):
            return 1
        return 2 if any(reach.overlaps(child.bounds) for reach in reaches) else 3

    return sorted(children, key=layer)


def _ordered(children: list[Node]) -> bool:
    orders = {child.drawing_order for child in children}
    return len(orders) == len(children) and 0 not in orders


def _is_picture(node: Node, around: Bounds) -> bool:
    """What shows the content itself: it says what it is, holds nothing and fills its page."""
    return bool(node.desc) and not node.children and _is_page(node.bounds, around)


def _is_page(box: Bounds, around: Bounds) -> bool:
    return box.width >= _PAGE * around.width and box.height >= _PAGE * around.height
