"""The account switcher: what on the own profile may open it, and the accounts that it lists. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drover.apps.direction import share
from drover.apps.handles import handle_node
from drover.apps.view import View
from drover.apps.zones import from_top, span
from drover.phone.counts import is_count
from drover.phone.hierarchy import Node
from drover.phone.writing import INVISIBLE

_NAME: Final = re.compile(r"@?([A-Za-z0-9._]{1,30})(?:[,،\n].*)?", re.DOTALL)
_NO_ACCOUNT: Final = ("add_account", "switch_account", "accounts_other", "cancel", "close")
_SAME_HEIGHT: Final = 0.1


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """One account of the switcher: its user name, whether it is the active one, the row, and its words to tap.

    On some phones with trill 46 the middle of a row takes no touch, and the name in it does.
    """

    username: str
    active: bool
    target: Node
    name: Node


def account_rows(view: View) -> list[AccountRow]:
    """Accounts listed on the sheet, top to bottom; rows that add or manage accounts left out; empty elsewhere."""
    rows = listed_rows(view)
    if view.shown("switch_account") or view.buttons("add_account") or _long_list(view, rows):
        return rows
    return []


def listed_rows(view: View) -> list[AccountRow]:
    """The rows that could be accounts, for one who knows that the switcher is open: scrolled, it has no other word."""
    labels: dict[Node, list[Node]] = {}
    for node in view.labelled:
        target = view.target(node)
        if target is not None and _is_row(view, target) and target.bounds.contains(node.bounds):
            labels.setdefault(target, []).append(node)
    rows = [_row(view, target, labelled) for target, labelled in labels.items()]
    return sorted((row for row in rows if row is not None), key=lambda row: row.target.bounds.top)


def switch_targets(view: View) -> list[Node]:
    """What to tap on the own profile to open the switcher, likeliest first: the title, the name, the handle."""
    return list(dict.fromkeys((*_titles(view), *_names(view))))


def _row(view: View, target: Node, labelled: list[Node]) -> AccountRow | None:
    if any(view.means(node, *_NO_ACCOUNT) for node in labelled):
        return None
    name = _name_of(view, target, labelled)
    if name is None:
        return None
    return AccountRow(username=name, active=_active(target), target=target, name=_says(view, target, labelled, name))


def _says(view: View, target: Node, labelled: list[Node], name: str) -> Node:
    """The smallest part of the row that says the name; the row where nothing in it does."""
    parts = [node for node in labelled if any(name in word for word in view.words(node))]
    return min(parts, key=lambda node: node.bounds.area, default=target)


def _name_of(view: View, target: Node, labelled: list[Node]) -> str | None:
    """Of the words of a row the one that is the user name: `@name` anywhere, the row's own, the first that fits."""
    words = [word.translate(INVISIBLE) for node in labelled for word in view.words(node)]
    own = [word.translate(INVISIBLE) for word in (target.text, target.desc) if word]
    marked = [word for word in words if word.startswith("@")]
    others = [word for word in words if len(word) > 1 and not is_count(word)]
    for word in (*marked, *own, *others):
        match = _NAME.fullmatch(word)
        if match is not None and not view.app.lexicon.meanings(word):
            return match.group(1)
    return None


def _is_row(view: View, target: Node) -> bool:
    return target.bounds.width > 0.6 * view.width and target.bounds.height < 0.2 * span(view)


def _active(target: Node) -> bool:
    return any(node.selected or node.checked for node in target.walk())


def _long_list(view: View, rows: list[AccountRow]) -> bool:
    """A list longer than its sheet shows neither of its words: rows alike, one of them active, a handle to close it."""
    if len(rows) < 2 or sum(row.active for row in rows) != 1:
        return False
    heights = [row.target.bounds.height for row in rows]
    if max(heights) - min(heights) > _SAME_HEIGHT * max(heights):
        return False
    top = min(row.target.bounds.top for row in rows)
    above = [node for node in view.shown("cancel", "close") if node.bounds.bottom <= top + 2]
    return bool(above or view.with_id("account_list"))


def _titles(view: View) -> Iterator[Node]:
    """The account's name in the middle of the title bar, as far as it can be tapped."""
    known = {node for node in view.with_id("handle") if from_top(view, node) < 0.15}
    for node in view.labelled:
        middle = from_top(view, node) < 0.15 and 0.2 < share(view, node) < 0.8
        means = any(view.app.lexicon.meanings(word) for word in view.words(node))
        target = view.target(node)
        if target and (node in known or (node.text and middle and not means)):
            yield target


def _names(view: View) -> Iterator[Node]:
    """The display name right above the handle, and the handle: versions without a title bar switch there."""
    handle = handle_node(view)
    if handle is None or view.app.handle != "at":
        return
    for node in (*_above(view, handle), handle):
        target = view.target(node)
        if target is not None:
            yield target


def _above(view: View, handle: Node) -> list[Node]:
    box = handle.bounds
    return [
        node
        for node in view.labelled
        if node.text
        and 0 <= box.top - node.bounds.bottom < 2 * box.height
        and node.bounds.left < box.right
        and node.bounds.right > box.left
        and not any(view.app.lexicon.meanings(word) for word in view.words(node))
    ]
