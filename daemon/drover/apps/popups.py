"""What is in the way and how it is put away: by listed rules, as a sheet, or by a word that refuses. Pure.

Nothing that agrees is ever tapped where something refuses: words that refuse come first, then X, then BACK.
"""

from collections.abc import Iterable
from typing import Final

from drover.apps.dialogs import in_front, in_list
from drover.apps.features import holds
from drover.apps.profile import action_button
from drover.apps.screens import CONTENT, SHEETS, Popup, Screen
from drover.apps.shapes import panel
from drover.apps.sheets import Sheet, close, sheet, title
from drover.apps.stats import statistics
from drover.apps.tables import PopupRule
from drover.apps.view import View
from drover.apps.zones import from_top
from drover.phone.hierarchy import Node

_FEW: Final = 8


def popup(view: View, base: Screen) -> Popup | None:
    """The popup over this screen, if there is one."""
    if base in SHEETS or base in view.app.sheets:
        return None
    for rule in view.app.popups:
        found = _listed(view, base, rule)
        if found is not None:
            return found
    return _unlisted(view, base)


def _listed(view: View, base: Screen, rule: PopupRule) -> Popup | None:
    if base in rule.none or not _shown(view, base, rule):
        return None
    shown = sheet(view)
    if rule.sheet:
        headline = title(view, shown) if shown else ""
        return Popup(name=rule.name, headline=headline, dismiss=close(view, shown) if shown else None)
    # A sheet whose X says nothing may lie over a page with a Close of its own, which it covers.
    dismiss = _dismiss(view, rule.dismiss, free=rule.corner, on=shown)
    if dismiss is None and rule.corner:
        dismiss = close(view, shown) if shown else _corner(view)
    if rule.needs_dialog and dismiss is None:
        return None
    return Popup(name=rule.name, headline=_text(view, base, rule), dismiss=dismiss)


def _shown(view: View, base: Screen, rule: PopupRule) -> bool:
    if rule.screens and (base not in rule.screens or (rule.labels and not view.shown(*rule.labels))):
        return False
    if rule.shapes:
        return any(holds(view, f"shape:{name}") for name in rule.shapes)
    return bool(rule.screens) or _headline(view, base, rule) is not None


def _headline(view: View, base: Screen, rule: PopupRule) -> Node | None:
    if rule.screens:
        return next(iter(view.labelled), None)
    return next(iter(view.with_id(*rule.ids)), None) or in_front(view, base, view.shown(*rule.labels))


def _text(view: View, base: Screen, rule: PopupRule) -> str:
    """What tells it, or what is said within the box that does."""
    headline = _headline(view, base, rule)
    parts = (part for node in (*view.with_id(*rule.ids), headline) if node for part in node.walk() if part.visible)
    return next((word for part in parts for word in view.words(part)), "")


def _unlisted(view: View, base: Screen) -> Popup | None:
    """A popup no one listed: a word that refuses, or on an otherwise unknown small window one that closes, or BACK."""
    dismiss = _dismiss(view, view.app.dismiss, in_lists=base not in CONTENT)
    covered = _covered(view, base)
    small = base is Screen.UNKNOWN and len(view.clickable) <= _FEW
    if dismiss is None and (covered or small):
        dismiss = _dismiss(view, view.app.dismiss_weak, free=covered) or _only(view, covered=covered)
    if dismiss is None and not covered and not (small and _is_dialog(view)):
        return None
    headline = view.labelled[0].label if view.labelled else ""
    return Popup(name="unlisted", headline=headline, dismiss=dismiss, strange=dismiss is None and not covered)


def _is_dialog(view: View) -> bool:
    """All that is read and touched stands in one box set into the screen, or in a window that begins within it."""
    nodes = (*view.labelled, *view.clickable)
    box = panel(view)
    if box is not None and all(box.bounds.contains(node.bounds) for node in nodes):
        return True
    return all(root.bounds.left > 0 and root.bounds.top > 0.1 * view.height for root in view.hierarchy.roots)


def _only(view: View, *, covered: bool) -> Node | None:
    """A word that agrees, where it is the only button with words: there is nothing to agree to."""
    found = _dismiss(view, view.app.dismiss_alone, free=covered)
    others = (view.target(node) for node in view.labelled)
    return found if found is not None and all(other in (None, found) for other in others) else None


def _covered(view: View, base: Screen) -> bool:
    """A profile whose button, or whose statistics, cannot be reached for what lies over them."""
    if base is not Screen.OTHER_PROFILE:
        return False
    button = action_button(view)
    anchors = [button.target] if button else [name for _, name in statistics(view)]
    return any(view.covered(node) for node in anchors)


def _dismiss(
    view: View, meanings: Iterable[str], *, in_lists: bool = True, free: bool = False, on: Sheet | None = None
) -> Node | None:
    """The first of these ids or words to tap: also an item of a list if `in_lists`, only uncovered if `free`, only what

    stands on the sheet `on` where there is one.
    """
    for meaning in meanings:
        known = next(iter(view.with_id(meaning)), None)
        if known is not None:
            return known
        for node, target in view.buttons(meaning):
            listed = not in_lists and in_list(node)
            if not listed and not (free and view.covered(target)) and (on is None or node in on.inside):
                return target
    return None


def _corner(view: View) -> Node | None:
    """The unlabelled X of the topmost layer: the last small clickable node at the top that says nothing."""
    small = [
        node
        for node in view.clickable
        if not any(view.words(part) for part in node.walk())
        and node.bounds.width < 0.25 * view.width
        and from_top(view, node) < 0.25
    ]
    return small[-1] if small else None
