"""Sheets and dialogs over a page: found by what they call themselves or by how they are drawn; what closes them. Pure.

A screen reader is told "Bottom sheet" or "Dialog", in the phone's language. Where nothing is said, a sheet is a box at
the screen's foot that is drawn after a dimmed layer which takes taps and says nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drover.apps.dialogs import in_list
from drover.apps.view import View
from drover.phone.geometry import holds
from drover.phone.hierarchy import Bounds, Node

_HEAD: Final = 0.12
_WIDE: Final = 0.9
_EDGE: Final = 0.3
_BAR: Final = 0.1
"""How high a bar of tabs at the foot may be, of the screen's longer side."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """`box` is the sheet itself, `inside` all that stands on it."""

    box: Bounds
    inside: tuple[Node, ...]


def sheet(view: View) -> Sheet | None:
    """The topmost sheet or dialog of the screen."""
    return said(view) or drawn(view) or low(view)


def said(view: View) -> Sheet | None:
    """One that calls itself so."""
    named = [node for node in view.shown("sheet") if _is_box(view, node)] if "sheet" in view.app.labels else []
    return _sheet(view, named[-1]) if named else None


def drawn(view: View) -> Sheet | None:
    """One over a dimmed layer."""
    boxes = [box for scrim in view.clickable if _is_scrim(view, scrim) for box in _over(view, scrim)]
    return _sheet(view, boxes[-1]) if boxes else None


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
    head = [node for node in shown.inside if node.bounds.center[1] < top + _HEAD * view.height]
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


def _is_box(view: View, node: Node) -> bool:
    """A description on a box, and no word of somebody's on a line."""
    return not node.text and node.bounds.height > 0.08 * view.height and node.bounds.width > 0.4 * view.width


def _is_low(view: View, box: Bounds) -> bool:
    return box.width >= _WIDE * view.width and box.top > 0.15 * view.height and box.bottom > 0.95 * view.height


def _is_scrim(view: View, node: Node) -> bool:
    box = node.bounds
    return (
        not node.children
        and not view.words(node)
        and box.width >= _WIDE * view.width
        and box.top < 0.1 * view.height
        and box.height > 0.15 * view.height
    )


def _over(view: View, scrim: Node) -> Iterator[Node]:
    """Boxes with words at the foot of the screen that are drawn after the layer, in the same window.

    A layer for gestures below a page looks the same as a dimmed one: there, controls stand beside the lower part.
    """
    parent = scrim.parent
    if parent is None:
        return
    after = [node for node in parent.children[parent.children.index(scrim) + 1 :] if node.visible]
    low = [node for node in after if _is_foot(view, node.bounds, scrim.bounds, parent.bounds)]
    if not any(_beside(view, node, low) for node in after if node not in low):
        yield from (node for node in low if _speaks(view, node))


def _is_foot(view: View, box: Bounds, scrim: Bounds, around: Bounds) -> bool:
    foot = box.bottom >= around.bottom - 0.02 * view.height and box.bottom > 0.85 * view.height
    lower = 0.05 * view.height < box.top - around.top and box.top <= scrim.bottom
    return foot and lower and box.width >= _WIDE * view.width and box.height > _BAR * max(view.width, view.height)


def _beside(view: View, node: Node, boxes: list[Node]) -> bool:
    """Whether something of it is touched or read outside of the boxes."""
    parts = (part for part in node.walk() if part.visible and (part.clickable or view.words(part)))
    return any(not any(holds(box.bounds, *part.bounds.center) for box in boxes) for part in parts)


def _speaks(view: View, node: Node) -> bool:
    return any(part.visible and view.words(part) for part in node.walk())
