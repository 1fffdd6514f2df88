"""The rows of an app's account switcher. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from drover.apps.view import View
from drover.phone.hierarchy import Node

_NAME: Final = re.compile(r"@?([A-Za-z0-9._]{2,30})(?:,.*)?", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """One account of the switcher: its user name, whether it is the active one, and the node to tap."""

    username: str
    active: bool
    target: Node


def account_rows(view: View) -> list[AccountRow]:
    """Accounts listed on the sheet, top to bottom; rows that add or manage accounts left out."""
    if not view.shown("add_account", "switch_account"):
        return []
    rows: dict[Node, AccountRow] = {}
    for node in view.labelled:
        target = view.target(node)
        match = _NAME.fullmatch(node.label)
        if target is None or target in rows or match is None or not _is_row(view, node, target):
            continue
        # The row's own description comes first in document order; pictures within it are described after the name.
        rows[target] = AccountRow(username=match.group(1), active=_active(target), target=target)
    return list(rows.values())


def _is_row(view: View, node: Node, target: Node) -> bool:
    """A wide row of its own that says a name and none of the sheet's own words."""
    wide = target.bounds.width > 0.6 * view.width and target.bounds.height < 0.2 * view.height
    return wide and not any(view.app.lexicon.meanings(word) for word in view.words(node))


def _active(target: Node) -> bool:
    return any(node.selected or node.checked for node in target.walk())
