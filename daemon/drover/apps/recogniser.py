"""Names what one hierarchy shows: the screen, a popup or blocker in front of it, the language, the handle. Pure.

The rules are in the data files; this is the order in which they are asked: Android's own dialogs, another window, an
empty one, the app's screens, then blockers and popups, which are believed among content only if they look like one.
"""

from functools import lru_cache

from drover.apps.blockers import blocker
from drover.apps.features import fits, holds
from drover.apps.handles import handle_node, handle_of
from drover.apps.popups import popup
from drover.apps.screens import Popup, Screen, Seen
from drover.apps.shapes import empty, panel
from drover.apps.tables import App, load
from drover.apps.view import View, view_of
from drover.apps.windows import elsewhere, system_packages
from drover.phone.hierarchy import Hierarchy


def recognise(app: App, hierarchy: Hierarchy, package: str | None = None) -> Seen:
    """What this hierarchy shows of the app; `package` names a clone, where the account has one."""
    return _recognised(app, hierarchy, package)


# Every button of a script asks again what the screen is, and one that stands still is read as the same hierarchy.
@lru_cache(maxsize=4)
def _recognised(app: App, hierarchy: Hierarchy, package: str | None) -> Seen:
    system = _system(hierarchy)
    if system is not None:
        return system
    other = elsewhere(app, hierarchy, package)
    if other is not None:
        return Seen(screen=other)
    view = view_of(app, hierarchy)
    if empty(view):
        return _empty(view)
    base = _screen(view)
    stop, front = blocker(view, base)
    over = None if stop else popup(view, base)
    shown = front or (Screen.POPUP if over and base is Screen.UNKNOWN else base)
    return Seen(
        screen=shown,
        popup=over,
        blocker=stop,
        behind=base if front and base is not Screen.UNKNOWN else None,
        language=view.language,
        handle=_handle(view),
        details=_details(view, shown),
    )


def _system(hierarchy: Hierarchy) -> Seen | None:
    android = load("android")
    # Some dumps hold every window: a system's dialog is looked for in its own before it is among all that is there.
    own = system_packages(hierarchy)
    for packages in (own, None) if own else (None,):
        view = View(android, hierarchy, packages)
        screen = _screen(view)
        if screen is not Screen.UNKNOWN:
            return Seen(screen=screen, popup=popup(view, screen), language=view.language)
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
