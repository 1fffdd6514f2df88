"""Which way a screen reads: what stands on the left in English stands on the right in Arabic. Pure."""

from typing import Final

from drover.apps.view import View
from drover.phone.hierarchy import Bounds, Node

RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})


def right_to_left(view: View) -> bool:
    """Whether most of the screen's words are of a language that is read from the right, as apps are then laid out."""
    if "right_to_left" not in view.held:
        view.held["right_to_left"] = view.language in RIGHT_TO_LEFT
    return view.held["right_to_left"]


def across(view: View, box: Bounds) -> tuple[int, int]:
    """Where the box begins and ends, in pixels from the side on which lines begin."""
    if right_to_left(view):
        return view.width - box.right, view.width - box.left
    return box.left, box.right


def share(view: View, node: Node) -> float:
    """Where the node's middle stands between the side on which lines begin, 0, and the other, 1."""
    begin, end = across(view, node.bounds)
    return (begin + end) / 2 / view.width


def reading_order(view: View, node: Node) -> tuple[int, int]:
    """A key for sorting: line by line, each from where it begins."""
    return node.bounds.top, across(view, node.bounds)[0]
