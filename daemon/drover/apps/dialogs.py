"""Whether words are the app's own, in a dialog or on its page, or only other people's on a screen of content. Pure."""

from collections.abc import Iterable

from drover.apps.screens import CONTENT, Screen
from drover.apps.view import LISTS, View
from drover.phone.hierarchy import Node


def in_front(view: View, base: Screen, nodes: Iterable[Node]) -> Node | None:
    """The first of these that is not merely other people's words: on a screen of content, one that is in a dialog."""
    for node in nodes:
        if base not in CONTENT or in_web(node):
            return node
        if not in_list(node) and button_below(view, node):
            return node
    return None


def in_web(node: Node) -> bool:
    return any(up.cls.endswith("WebView") for up in node.ancestors())


def in_list(node: Node) -> bool:
    return any(up.cls.endswith(LISTS) for up in node.ancestors())


def button_below(view: View, node: Node) -> bool:
    """A word of dialogs that can be tapped, under the headline and not far from it."""
    box = node.bounds
    for _, target in view.buttons(*view.app.dialog, *view.app.dismiss):
        other = target.bounds
        apart = other.top - box.bottom
        if -0.02 * view.height < apart < 0.5 * view.height and other.left < box.right and other.right > box.left:
            return True
    return False
