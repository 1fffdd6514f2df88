"""The sheet or dialog in front of an app's page, and what closes it. Pure.

Which boxes are sheets, and by what they are known, is said in phone/sheets.py. Added to those here is one of which
nothing but its window is known.
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from drover.apps.dialogs import in_list
from drover.apps.view import View
from drover.apps.zones import span
from drover.phone.hierarchy import Bounds, Node
from drover.phone.layers import layers
from drover.phone.sheets import Sign, sheets

_HEAD: Final = 0.12
_WIDE: Final = 0.9
_EDGE: Final = 0.3
_SHAPES: Final = (Sign.SCRIM, Sign.TITLE)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """`box` is the sheet itself, `inside` all that stands on it."""

    box: Bounds
    inside: tuple[Node, ...]


def sheet(view: View) -> Sheet | None:
    """The topmost sheet or dialog of the screen."""
    return described(view) or drawn(view) or low(view)


def described(view: View) -> Sheet | None:
    """One that calls itself so."""
    return _topmost(view, (Sign.WORD,))


def drawn(view: View) -> Sheet | None:
    """One that is drawn as one, and says something."""
    return _topmost(view, _SHAPES)


def low(view: View) -> Sheet | None:
    """A box at the foot that holds all there is to read and touch: a sheet of which nothing but its window is known."""
    parts = (*view.labelled, *view.clickable)
    boxes = [node for node in view.nodes if node.children and _is_low(view, node.bounds)]
    around = [box for box in boxes if all(box.bounds.contains(part.bounds) for part in parts)]
    return _sheet(view, around[-1]) if around and parts else None


def title(view: View, shown: Sheet) -> str:
    """What the sheet says first."""
    nodes = (node for node in shown.inside if node in view.labelled and not view.means(node, "sheet"))
    return next((node.label for node in sorted(nodes, key=lambda node: node.bounds.top)), "")


def close(view: View, shown: Sheet) -> Node | None:
    """What puts it away and does nothing else: a word that refuses, Close, or the only X; None means BACK."""
    inside = set(shown.inside)
    for meaning in view.app.dismiss:
        for node, target in view.buttons(meaning):
            if node in inside and not view.covered(target):
                return target
    top = min((node.bounds.top for node in shown.inside if view.words(node)), default=shown.box.top)
    head = [node for node in shown.inside if node.bounds.center[1] < top + _HEAD * span(view)]
    worded = [target for node, target in view.buttons("close") if node in head and target in inside]
    crosses = worded or _crosses(view, shown)
    return crosses[0] if len(crosses) == 1 and not view.covered(crosses[0]) else None


def _crosses(view: View, shown: Sheet) -> list[Node]:
    """Small buttons at either end of the title, or above it, that say nothing. Two of them may be anything.

    What stands below the title is content: the picture of the first person in a list.
    """
    worded = [node.bounds for node in shown.inside if view.words(node)]
    foot = min(worded, key=lambda box: box.top).bottom if worded else shown.box.top + int(_HEAD * view.height)
    return [
        node
        for node in shown.inside
        if node.clickable
        and node.bounds.center[1] < foot
        and not in_list(node)
        and not any(view.words(part) for part in node.walk())
        and node.bounds.width < _EDGE * shown.box.width
        and node.bounds.height < 2 * node.bounds.width
        and abs(node.bounds.center[0] - shown.box.center[0]) > _EDGE * shown.box.width
    ]


def _sheet(view: View, box: Node) -> Sheet:
    """By nesting where there is any, else by place."""
    if box.children:
        inside = (node for node in box.walk() if node.visible and node is not box)
    else:
        inside = (node for node in view.nodes if node is not box and box.bounds.contains(node.bounds))
    return Sheet(box=box.bounds, inside=tuple(inside))


def _topmost(view: View, signs: Container[Sign]) -> Sheet | None:
    own = set(view.nodes)
    found = [known.box for known in sheets(view.hierarchy) if known.sign in signs and known.box in own]
    speaking = [box for box in found if _speaks(view, box)]
    ranks = layers(view.hierarchy).ranks if len(speaking) > 1 else {}
    return _sheet(view, max(speaking, key=lambda box: ranks.get(box, 0))) if speaking else None


def _is_low(view: View, box: Bounds) -> bool:
    return box.width >= _WIDE * view.width and box.top > 0.15 * view.height and box.bottom > 0.95 * view.height


def _speaks(view: View, node: Node) -> bool:
    return any(part.visible and view.words(part) for part in node.walk())
