"""Names what one hierarchy shows: the screen, a popup or blocker in front of it, the language, the handle. Pure.

The rules are in the data files; this is the order in which they are asked: Android's own dialogs, another app, an
empty window, the app's screens, then blockers and popups, which are believed among content only if they look like one.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from drover.apps.features import fits, holds
from drover.apps.handles import handle_node, handle_of
from drover.apps.profile import action_button
from drover.apps.screens import CONTENT, SHEETS, Blocker, Popup, Screen, Seen
from drover.apps.shapes import empty, panel
from drover.apps.stats import statistics
from drover.apps.tables import App, BlockerRule, PopupRule, load
from drover.apps.view import LISTS, View, is_bar, is_launcher
from drover.phone.hierarchy import Hierarchy, Node

_FEW: Final = 8


def recognise(app: App, hierarchy: Hierarchy, package: str | None = None) -> Seen:
    """What this hierarchy shows of the app; `package` names a clone, where the account has one."""
    return _recognised(app, hierarchy, package)


# Every button of a script asks again what the screen is, and one that stands still is read as the same hierarchy.
@lru_cache(maxsize=4)
def _recognised(app: App, hierarchy: Hierarchy, package: str | None) -> Seen:
    system = _system(hierarchy)
    if system is not None:
        return system
    elsewhere = _elsewhere(app, hierarchy, package)
    if elsewhere is not None:
        return Seen(screen=elsewhere)
    view = View(app, hierarchy)
    if empty(view):
        return _empty(view)
    base = _screen(view)
    blocker, front = _blocker(view, base)
    popup = None if blocker else _popup(view, base)
    shown = front or (Screen.POPUP if popup and base is Screen.UNKNOWN else base)
    return Seen(
        screen=shown,
        popup=popup,
        blocker=blocker,
        behind=base if front and base is not Screen.UNKNOWN else None,
        language=view.language,
        handle=_handle(view),
        details=_details(view, shown),
    )


def _system(hierarchy: Hierarchy) -> Seen | None:
    android = load("android")
    # Some dumps hold every window: a system's dialog is looked for in its own before it is among all that is there.
    for packages in (android.packages, None):
        view = View(android, hierarchy, packages)
        screen = _screen(view)
        if screen is not Screen.UNKNOWN:
            return Seen(screen=screen, popup=_popup(view, screen), language=view.language)
    return None


def _elsewhere(app: App, hierarchy: Hierarchy, package: str | None) -> Screen | None:
    """Which other window is in front, if none of the app's is."""
    android = load("android")
    packages = {name for name in hierarchy.packages if not is_bar(name)}
    if hierarchy.packages and not packages:
        return Screen.OTHER_APP
    # A clone is not the app that it was made from: that one acts as other accounts.
    wanted = {package} if package else set(app.packages)
    if not packages or packages & wanted:
        return None
    if all(is_launcher(name) for name in packages):
        return Screen.LAUNCHER
    if package or packages & set(android.packages):
        return Screen.OTHER_APP
    return None


def _empty(view: View) -> Seen:
    """An opaque popup says nothing and takes no tap, and yet is drawn as a box inside the screen."""
    if panel(view) is None:
        return Seen(screen=Screen.BLANK)
    return Seen(screen=Screen.POPUP, popup=Popup(name="opaque", headline="", dismiss=None))


def _screen(view: View) -> Screen:
    for rule in view.app.screens:
        if fits(view, every=rule.all, some=rule.any, none=rule.none):
            return rule.name
    return Screen.UNKNOWN


def _blocker(view: View, base: Screen) -> tuple[Blocker | None, Screen | None]:
    for rule in view.app.blockers:
        headline = _headline(view, base, rule)
        if headline is not None:
            said = {"headline": headline, "advice": rule.advice}
            blocker = Blocker(name=rule.name, reason=rule.reason, trouble=rule.trouble, **said)
            return blocker, rule.screen
    return None, None


def _headline(view: View, base: Screen, rule: BlockerRule) -> str | None:
    shown = _in_front(view, base, view.shown(*rule.labels, fields=base is Screen.UNKNOWN))
    if shown is not None:
        return shown.label or shown.hint
    if base is Screen.UNKNOWN and any(holds(view, feature) for feature in rule.features):
        return rule.name.replace("_", " ")
    return None


def _in_front(view: View, base: Screen, nodes: Iterable[Node]) -> Node | None:
    """The first of these that is not merely other people's words: on a screen of content, one that is in a dialog."""
    for node in nodes:
        if base not in CONTENT or _in_web(node):
            return node
        if not _in_list(node) and _button_below(view, node):
            return node
    return None


def _in_web(node: Node) -> bool:
    return any(up.cls.endswith("WebView") for up in node.ancestors())


def _in_list(node: Node) -> bool:
    return any(up.cls.endswith(LISTS) for up in node.ancestors())


def _button_below(view: View, node: Node) -> bool:
    """A word of dialogs that can be tapped, under the headline and not far from it."""
    box = node.bounds
    for _, target in view.buttons(*view.app.dialog, *view.app.dismiss):
        other = target.bounds
        apart = other.top - box.bottom
        if -0.02 * view.height < apart < 0.5 * view.height and other.left < box.right and other.right > box.left:
            return True
    return False


def _popup(view: View, base: Screen) -> Popup | None:
    if base in SHEETS or base in view.app.sheets:
        return None
    for rule in view.app.popups:
        popup = _known_popup(view, base, rule)
        if popup is not None:
            return popup
    return _any_popup(view, base)


def _known_popup(view: View, base: Screen, rule: PopupRule) -> Popup | None:
    if rule.screens:
        if base not in rule.screens or (rule.labels and not view.shown(*rule.labels)):
            return None
        headline = next(iter(view.labelled), None)
    else:
        headline = next(iter(view.with_id(*rule.ids)), None) or _in_front(view, base, view.shown(*rule.labels))
    if headline is None:
        return None
    # A sheet whose X says nothing may lie over a page with a Close of its own, which it covers.
    dismiss = _dismiss(view, rule.dismiss, free=rule.corner) or (_corner(view) if rule.corner else None)
    if rule.needs_dialog and dismiss is None:
        return None
    said = next(iter(view.words(headline)), "")
    return Popup(name=rule.name, headline=said, dismiss=dismiss)


def _any_popup(view: View, base: Screen) -> Popup | None:
    """A popup nobody listed: a word that refuses, or on an otherwise unknown small window one that closes."""
    dismiss = _dismiss(view, view.app.dismiss, in_list=base not in CONTENT)
    covered = _covered(view, base)
    if dismiss is None and (covered or (base is Screen.UNKNOWN and len(view.clickable) <= _FEW)):
        dismiss = _dismiss(view, view.app.dismiss_weak, free=covered)
    if dismiss is None and not covered:
        return None
    return Popup(name="unlisted", headline=view.labelled[0].label if view.labelled else "", dismiss=dismiss)


def _covered(view: View, base: Screen) -> bool:
    """A profile whose button, or whose statistics, cannot be reached for what lies over them."""
    if base is not Screen.OTHER_PROFILE:
        return False
    button = action_button(view)
    anchors = [button.target] if button else [name for _, name in statistics(view)]
    return any(view.covered(node) for node in anchors)


def _dismiss(view: View, meanings: Iterable[str], *, in_list: bool = True, free: bool = False) -> Node | None:
    """The first of these ids or words to tap: also an item of a list if `in_list`, only uncovered if `free`."""
    for meaning in meanings:
        known = next(iter(view.with_id(meaning)), None)
        if known is not None:
            return known
        for node, target in view.buttons(meaning):
            if (in_list or not _in_list(node)) and not (free and view.covered(target)):
                return target
    return None


def _corner(view: View) -> Node | None:
    """The unlabelled X of the topmost layer: the last small clickable node at the top that says nothing."""
    small = [
        node
        for node in view.clickable
        if not any(view.words(part) for part in node.walk())
        and node.bounds.width < 0.25 * view.width
        and node.bounds.center[1] < 0.25 * view.height
    ]
    return small[-1] if small else None


def _handle(view: View) -> str | None:
    node = handle_node(view)
    return handle_of(node) if node else None


def _details(view: View, screen: Screen) -> dict[str, str]:
    details: dict[str, str] = {}
    if holds(view, "shape:spinner"):
        details["loading"] = "yes"
    if screen is Screen.POST_FORM and holds(view, "top:post|share"):
        details["keyboard"] = "open"
    if screen is Screen.SEARCH_RESULTS and holds(view, "tab:results_users"):
        details["tab"] = "users"
    if screen is Screen.OTHER_PROFILE and view.shown("private_account"):
        details["private"] = "yes"
    if screen is Screen.SEARCH_RESULTS and view.shown("no_results"):
        details["results"] = "none"
    return details
