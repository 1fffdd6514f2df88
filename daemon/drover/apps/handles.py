"""Which handle a profile shows. Pure."""

import re
from typing import Final

from drover.apps.lexicon import normal
from drover.apps.view import View
from drover.apps.zones import from_top
from drover.phone.hierarchy import Node
from drover.phone.writing import INVISIBLE

_AT: Final = re.compile(r"@[A-Za-z0-9._]{1,30}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9._]{1,30}")


def handle_node(view: View) -> Node | None:
    """The node that shows the handle: `@name` by itself, or the title of the page, as the app writes it."""
    if view.app.handle == "at":
        found = [node for node in view.labelled if _AT.fullmatch(_written(node.label)) and normal(node.label)]
        # A comment or a biography may hold a name too; the profile's own stands highest.
        return min(found, key=lambda node: node.bounds.top, default=None)
    by_id = next((node for node in view.with_id("handle") if _PLAIN.fullmatch(_written(node.label))), None)
    return by_id or _title(view)


def handle_of(node: Node) -> str:
    return _written(node.label).removeprefix("@")


def same_handle(shown: str | None, wanted: str) -> bool:
    """Handles are the same whatever their case; a lookalike in other letters, or one cut short, is someone else."""
    return shown is not None and _bare(shown) == _bare(wanted)


def _bare(handle: str) -> str:
    # casefold() would make a k of a Kelvin sign; handles are ASCII.
    return _written(handle).removeprefix("@").lower() if _written(handle).isascii() else handle


def _written(label: str) -> str:
    """Without the marks that set a name apart from right-to-left text."""
    return label.translate(INVISIBLE).strip()


def _title(view: View) -> Node | None:
    """A single word in the title bar next to Back, for versions that renamed its id."""
    back = [node for node in view.shown("back") if from_top(view, node) < 0.2]
    for node in view.labelled:
        alone = _PLAIN.fullmatch(_written(node.text)) and not view.app.lexicon.meanings(node.text)
        if alone and any(node.bounds.overlaps_rows_of(one.bounds) and node is not one for one in back):
            return node
    return None
