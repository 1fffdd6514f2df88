"""How near a node stands to the upper or lower edge, where apps have their bars. Pure.

A share of the screen's height; on a phone that lies on its side, where bars take more of it, of half as much again.
"""

from typing import Final

from drover.apps.view import View
from drover.phone.hierarchy import Node

_LYING: Final = 1.4
_TALLER: Final = 1.5


def from_top(view: View, node: Node) -> float:
    """How far down the node's middle is: less than 0.2 is in a title bar."""
    return node.bounds.center[1] / span(view)


def from_bottom(view: View, node: Node) -> float:
    """How far up the node's middle is: less than 0.25 is in a bar at the bottom."""
    return (view.height - node.bounds.center[1]) / span(view)


def span(view: View) -> float:
    """The height by which bars are measured, in pixels."""
    return _TALLER * view.height if view.width > _LYING * view.height else view.height
