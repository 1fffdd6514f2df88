"""Whether words are the app's own, in a dialog or on its page, or only other people's on a screen of content. Pure."""

from collections.abc import Iterable
from typing import Final

from drover.apps.screens import CONTENT, FRAMES, Screen
from drover.apps.view import LISTS, View
from drover.phone.hierarchy import Node

_LARGE: Final = 0.5


def in_front(view: View, base: Screen, nodes: Iterable[Node]) -> Node | None:
    """The first of these that is not merely other people's words."""
    return next((node for node in nodes if _is_own(view, base, node)), None)


def _is_own(view: View, base: Screen, node: Node) -> bool:
    """On a screen of content, what is in a dialog; on any other known one, also what can be neither tapped nor listed.

    The chosen song of an editor, the places that a form offers and the accounts of a switcher are buttons.
    """
    if base in FRAMES or in_web(node):
        return True
    if in_list(node):
        return False
    return button_below(view, node) or (base not in CONTENT and not _is_button(view, node))


def _is_button(view: View, node: Node) -> bool:
    target = view.target(node)
    return target is not None and target.bounds.height < _LARGE * view.height


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
