"""The small language in which data files say what a screen shows: `kind:argument`. Pure.

label:a|b    something says a or b            top:a|b     a label or field in the upper fifth
button:a|b   and can be tapped                bottom:a|b  the same, in the lower fifth
tab:a|b      and is selected                  field:a|b   the same, text fields and placeholders included
two:a|b|c    two different labels of these    three:...   three of them
row:a|b|c    two different labels of these stand in one row
id:a|b       a resource id of these meanings  shape:name  a structure, see shapes.py
window:a|b   a package of these meanings
"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from drover.apps.lexicon import normal
from drover.apps.shapes import SHAPES
from drover.apps.view import View
from drover.apps.zones import from_bottom, from_top
from drover.phone.hierarchy import Node


def holds(view: View, feature: str) -> bool:
    """Whether the screen has the feature; raises KeyError for a kind or shape that does not exist."""
    known = view.held.get(feature)
    if known is None:
        kind, _, argument = feature.partition(":")
        known = view.held[feature] = KINDS[kind](view, argument.split("|"))
    return known


def fits(view: View, *, every: Iterable[str], some: list[str], none: Iterable[str]) -> bool:
    """Whether the screen has every feature, one of `some` (where there are some) and none of `none`."""
    return (
        all(holds(view, feature) for feature in every)
        and (not some or any(holds(view, feature) for feature in some))
        and not any(holds(view, feature) for feature in none)
    )


def _top(view: View, meanings: list[str]) -> bool:
    return any(from_top(view, node) < 0.2 for node in view.shown(*meanings, fields=True))


def _bottom(view: View, meanings: list[str]) -> bool:
    return any(from_bottom(view, node) < 0.2 for node in view.shown(*meanings))


def _tab(view: View, meanings: list[str]) -> bool:
    return any(_selected(node) for node in view.shown(*meanings))


def _selected(node: Node) -> bool:
    """Itself, a picture within it, or the two boxes around it."""
    return any(part.selected for part in node.walk()) or any(up.selected for up in islice(node.ancestors(), 2))


def _at_least(count: int) -> Callable[[View, list[str]], bool]:
    return lambda view, meanings: len(_distinct(view, view.shown(*meanings, fields=True))) >= count


def _row(view: View, meanings: list[str]) -> bool:
    found = view.shown(*meanings)
    for node in found:
        row = [other for other in found if other is node or _side_by_side(node, other)]
        if len(_distinct(view, row)) >= 2:
            return True
    return False


def _side_by_side(one: Node, other: Node) -> bool:
    apart = other.bounds.left >= one.bounds.right or other.bounds.right <= one.bounds.left
    return apart and one.bounds.overlaps_rows_of(other.bounds)


def _distinct(view: View, nodes: Iterable[Node]) -> set[str]:
    return {normal(view.words(node)[0]) for node in nodes}


def _of_package(view: View, meaning: str) -> bool:
    parts = view.app.windows[meaning]
    return any(part in package for package in {node.package for node in view.nodes} for part in parts)


def _shape(view: View, names: list[str]) -> bool:
    return any(SHAPES[name](view) for name in names)


KINDS: Final[dict[str, Callable[[View, list[str]], bool]]] = {
    "label": lambda view, meanings: bool(view.shown(*meanings)),
    "field": lambda view, meanings: bool(view.shown(*meanings, fields=True)),
    "button": lambda view, meanings: bool(view.buttons(*meanings)),
    "top": _top,
    "bottom": _bottom,
    "tab": _tab,
    "two": _at_least(2),
    "three": _at_least(3),
    "row": _row,
    "id": lambda view, meanings: bool(view.with_id(*meanings)),
    "window": lambda view, meanings: any(_of_package(view, meaning) for meaning in meanings),
    "shape": _shape,
}
