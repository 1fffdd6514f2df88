"""The row of statistics of a profile: counts with their names. Pure."""

from functools import lru_cache

from drover.apps.view import View
from drover.phone.counts import is_count
from drover.phone.hierarchy import Node


@lru_cache(maxsize=4)  # most rules of a profile ask
def statistics(view: View) -> tuple[tuple[Node, Node], ...]:
    """Pairs of a count and its name, where at least two stand in one row; the topmost such row."""
    pairs = [(count, name) for count in view.counts if (name := _name_below(view, count)) is not None]
    for count, _ in sorted(pairs, key=lambda pair: pair[0].bounds.top):
        row = [pair for pair in pairs if pair[0].bounds.overlaps_rows_of(count.bounds)]
        if len({name for _, name in row}) == len(row) >= 2:
            return tuple(row)
    return ()


def _name_below(view: View, count: Node) -> Node | None:
    """The short label right below a count, in its column and hardly apart."""
    under = [node for node in view.labelled if node is not count and node.text and _is_under(view, count, node)]
    nearest = min(under, key=lambda node: node.bounds.top, default=None)
    return nearest if nearest is not None and not is_count(nearest.label) else None


def _is_under(view: View, count: Node, node: Node) -> bool:
    upper, lower = count.bounds, node.bounds
    shared = min(upper.right, lower.right) - max(upper.left, lower.left)
    close = -0.5 * upper.height < lower.top - upper.bottom <= 0.75 * upper.height and lower.top > upper.top
    cell = lower.width < 0.36 * view.width and lower.height <= 2 * upper.height
    return close and cell and shared * 2 >= min(upper.width, lower.width)
