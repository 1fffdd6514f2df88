"""What the places of nodes tell: counts next to labels, what takes a label's tap, whether a dump has nesting. Pure."""

from typing import Final

from drover.phone.counts import is_count
from drover.phone.hierarchy import Bounds, Hierarchy, Node

_GAP_FRACTION: Final = 0.75
_FIELDS: Final = ("EditText", "AutoCompleteTextView", "MultiAutoCompleteTextView")


def count_beside(node: Node, tree: Hierarchy) -> Node | None:
    """The number that this label names: right above or below it, or touching its side within one small box.

    A number names the nearest label only, so that a button under a row of statistics is not taken for its cell.
    """
    if not node.label or is_count(node.label):
        return None
    labels = [other for other in tree.nodes if other.label and not is_count(other.label)]
    for count in (other for other in tree.nodes if is_count(other.label)):
        if (_stacked(node, count) or _same_cell(node, count)) and not _nearer(node, count, labels):
            return count
    return None


def clickable_ancestor(node: Node, tree: Hierarchy) -> Node | None:
    """The node that takes the tap of a label: itself, the nearest clickable one above it, or the one it lies in.

    Labels sit on text views that are not clickable, with an unlabelled clickable ancestor some levels up. Where a
    dump lost its nesting, the smallest clickable node around the label's centre stands for it, unless it spans
    several labels. A node that spans most of the screen is the background, never a button.
    """
    if node.clickable:
        return node
    over = next((up for up in node.ancestors() if up.clickable), None)
    if over is not None:
        return None if _is_background(over, tree) else over
    if not is_flat(node):
        return None
    around = [
        other
        for other in tree.nodes
        if other.clickable and holds(other.bounds, *node.bounds.center) and _is_button(other, tree)
    ]
    return min(around, key=lambda other: other.bounds.area, default=None)


def is_flat(node: Node) -> bool:
    """Whether the node stands at the top of the tree, as all do in a dump that lost its nesting."""
    return node.parent is None or node.parent.parent is None


def is_field(node: Node) -> bool:
    """Whether a person types into it."""
    return node.cls.endswith(_FIELDS) or node.password


def holds(box: Bounds, x: int, y: int) -> bool:
    """Whether the point lies in the box; right and bottom edges are outside, as in Android's own rectangles."""
    return box.left <= x < box.right and box.top <= y < box.bottom


def _is_background(node: Node, tree: Hierarchy) -> bool:
    return node.bounds.area * 2 > tree.width * tree.height


def _is_button(node: Node, tree: Hierarchy) -> bool:
    return not _is_background(node, tree) and _distinct_labels(node, tree) <= 2


def _distinct_labels(box: Node, tree: Hierarchy) -> int:
    """How many different labels stand within the box, by nesting where there is any and by place otherwise."""
    inside = list(box.walk()) if box.children else [node for node in tree.nodes if box.bounds.contains(node.bounds)]
    return len({node.label for node in inside if node.label and node.visible})


def _nearer(node: Node, count: Node, labels: list[Node]) -> bool:
    gap = _gap(node, count)
    return any(_stacked(other, count) and _gap(other, count) < gap for other in labels if other is not node)


def _gap(one: Node, other: Node) -> int:
    upper, lower = sorted((one.bounds, other.bounds), key=lambda box: box.top)
    return max(lower.top - upper.bottom, 0)


def _stacked(label: Node, count: Node) -> bool:
    """One right above the other: they share a column, and the gap is small against their height."""
    upper, lower = sorted((label.bounds, count.bounds), key=lambda box: box.top)
    shared = min(upper.right, lower.right) - max(upper.left, lower.left)
    height = min(upper.height, lower.height)
    gap = lower.top - upper.bottom
    return shared > 0 and -height * 0.5 < gap <= height * _GAP_FRACTION


def _same_cell(label: Node, count: Node) -> bool:
    """The two are all that can be read in one box, side by side in one row with hardly a gap."""
    if label.parent is None or label.parent is not count.parent:
        return False
    left, right = sorted((label.bounds, count.bounds), key=lambda box: box.left)
    touching = left.overlaps_rows_of(right) and right.left - left.right <= max(left.height, right.height)
    return touching and sum(1 for child in label.parent.children if child.visible and child.label) == 2
