"""Which node takes a touch at a point, and where to touch a node so that it takes it. Pure.

The one check before every touch that means a node: what lies topmost there by layers is that node, or nothing is sent.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from drover.phone.geometry import holds
from drover.phone.hierarchy import Bounds, Hierarchy, Node, tree_of
from drover.phone.layers import layers, lost_nesting

Point = tuple[int, int]

_EIGHTHS: Final = (4, 2, 6, 1, 7)
"""Of a node's width and height, where a free point is looked for: the middle first."""
_MARGIN: Final = 4
"""Such a point keeps this part of the node's smaller side away from what covers the rest."""


def taker(tree: Hierarchy, x: int, y: int) -> Node | None:
    """The topmost node that takes a touch there; None where the dump names none."""
    return next((node for node in reversed(layers(tree).takers) if holds(node.bounds, x, y)), None)


def landing(node: Node) -> Point | None:
    """Where a touch reaches the node: its middle, else a free point of it; None if it is covered or out of sight."""
    tree = tree_of(node)
    box = _on_screen(node.bounds, tree)
    if box.area == 0:
        return None
    if lost_nesting(tree):
        return box.center
    covers = _covers(node, tree)
    if covers is None or not any(holds(cover, *box.center) for cover in covers):
        return None if covers is None else box.center
    margin = min(box.width, box.height) // _MARGIN
    wider = [_widened(cover, margin) for cover in covers]
    return next((point for point in _others(node, box) if not any(holds(cover, *point) for cover in wider)), None)


def reaches(node: Node, x: int, y: int) -> bool:
    """Whether a touch at this point of the node is not taken by what lies over it."""
    tree = tree_of(node)
    covers: Iterable[Bounds] | None = () if lost_nesting(tree) else _covers(node, tree)
    return covers is not None and not any(holds(cover, x, y) for cover in covers)


def is_page(tree: Hierarchy, x: int, y: int) -> bool:
    """Whether a touch there reaches no control: nothing takes it but what spans most of the screen."""
    if lost_nesting(tree):
        return True
    node = taker(tree, x, y)
    return node is None or node.bounds.area * 2 > tree.width * tree.height


def _covers(node: Node, tree: Hierarchy) -> list[Bounds] | None:
    """The boxes of what takes touches over the node; None if the node itself is not seen."""
    known = layers(tree)
    rank = known.ranks.get(node)
    if rank is None:
        return None
    inside = set(node.walk())
    over = (other for other in known.takers if known.ranks[other] > rank and other not in inside)
    return [other.bounds for other in over if other.bounds.overlaps(node.bounds)]


def _others(node: Node, box: Bounds) -> Iterator[Point]:
    """The middles of its words, then a grid, where nothing inside it takes the touch for something else."""
    below = [part for part in node.walk() if part is not node and part.visible]
    words = [part.bounds.center for part in below if part.label and holds(box, *part.bounds.center)]
    grid = [(box.left + box.width * x // 8, box.top + box.height * y // 8) for y in _EIGHTHS for x in _EIGHTHS]
    # Apps nest a button in boxes that take touches for it; what is much smaller is another control.
    others = [part.bounds for part in below if part.clickable and part.bounds.area * 2 < node.bounds.area]
    yield from (point for point in (*words, *grid) if not any(holds(other, *point) for other in others))


def _on_screen(box: Bounds, tree: Hierarchy) -> Bounds:
    return Bounds(max(box.left, 0), max(box.top, 0), min(box.right, tree.width), min(box.bottom, tree.height))


def _widened(box: Bounds, by: int) -> Bounds:
    return Bounds(box.left - by, box.top - by, box.right + by, box.bottom + by)
