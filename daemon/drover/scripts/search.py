"""Finds a user by the app's search: by its own link where there is one, else by typing; exactly this user or no one."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from drover.apps import Screen, same_handle
from drover.apps.view import View
from drover.apps.zones import from_top
from drover.phone.hierarchy import Node
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.wire.tasks import Reason

_SWIPES: Final = 3
_LOAD_S: Final = 10.0
_TAB_S: Final = 5.0
_FOCUS_S: Final = 4.0


def open_by_search(nav: Navigator, target: str) -> None:
    """Search for the user and open the row that is exactly theirs; raises ScriptFailed `user_not_found`."""
    nav.ctx.step(f"searching for @{target}", 25)
    if "search" in nav.app.links and (nav.app.clone_links or nav.ctx.package in nav.app.packages):
        nav.open_link(nav.app.links["search"].format(query=quote(target, safe="")))
    else:
        _type_search(nav, target)
    _users_tab(nav)
    row = _find(nav, target)
    nav.ctx.step(f"opening @{target} from the results", 40)
    nav.tap(row)


def _type_search(nav: Navigator, target: str) -> None:
    nav.phone.launch(nav.ctx.package)
    way = nav.reach(lambda sight: _way_to_field(nav, sight), what="the way to search")
    if way not in _fields(nav, way):
        nav.tap(way)
    _focus_field(nav)
    nav.phone.type_text(target)
    nav.phone.enter()


def _focus_field(nav: Navigator) -> None:
    """Typing goes where the focus is. A popup, or the page that the field opens, may swallow the first tap."""
    for last in (False, False, True):
        nav.tap(nav.reach(lambda sight: _field(nav, sight), what="the search field"))
        try:
            nav.reach(
                lambda sight: _focused_field(nav, sight), what="the focus in the search field", timeout_s=_FOCUS_S
            )
            return
        except NotReachedError:
            if last:
                raise


def _focused_field(nav: Navigator, sight: Sight) -> Node | None:
    field = _field(nav, sight)
    return field if field is not None and field.focused else None


def _way_to_field(nav: Navigator, sight: Sight) -> Node | None:
    view = View(nav.app, sight.tree)
    tabs = [node for node in view.with_id("tabs") if node.id == "search_tab"]
    buttons = [target for _, target in view.buttons(*_known(nav, "tab_search", "search"))]
    return _field(nav, sight) or next(iter((*tabs, *buttons)), None)


def _field(nav: Navigator, sight: Sight) -> Node | None:
    view = View(nav.app, sight.tree)
    high = [node for node in (*view.with_id(*_known_ids(nav)), *view.fields) if from_top(view, node) < 0.25]
    return next((node for node in high if node.focused), next(iter(high), None))


def _fields(nav: Navigator, node: Node) -> list[Node]:
    known = {name for meaning in _known_ids(nav) for name in nav.app.ids[meaning]}
    return [node] if node.id in known or node.cls.endswith("EditText") else []


def _known(nav: Navigator, *meanings: str) -> list[str]:
    return [meaning for meaning in meanings if meaning in nav.app.labels]


def _known_ids(nav: Navigator) -> list[str]:
    return [meaning for meaning in ("search_field",) if meaning in nav.app.ids]


def _users_tab(nav: Navigator) -> None:
    """Open the tab of users, where the app has tabs of results."""
    results = nav.reach(lambda sight: sight if _is_results(sight) else None, what="search results")
    if results.seen.details.get("tab") == "users":
        return
    view = View(nav.app, results.tree)
    tabs = [target or node for node in view.shown("results_users") for target in (view.target(node),)]
    if not tabs:
        return
    nav.tap(tabs[0])
    # Which tab is selected may not be readable; only exact rows are opened anyway.
    nav.find(_is_users_tab, what="the tab of users", timeout_s=_TAB_S)


def _is_users_tab(sight: Sight) -> Sight | None:
    return sight if sight.seen.details.get("tab") == "users" else None


def _is_results(sight: Sight) -> bool:
    return sight.seen.screen is Screen.SEARCH_RESULTS


def _find(nav: Navigator, target: str) -> Node:
    """The row of exactly this user, scrolled to if need be."""
    for swipe in range(_SWIPES + 1):
        rows = _rows(nav)
        row = exact_row(rows, target)
        if row is not None:
            return row
        if not rows or swipe == _SWIPES:
            break
        nav.phone.swipe_up(nav.look().tree)
    nav.ctx.keep("not_found")
    raise ScriptFailed(
        Reason.USER_NOT_FOUND,
        f"{nav.app.name}'s search on {nav.phone.serial} knows nobody called exactly @{target}; check the name.",
    )


def _rows(nav: Navigator) -> list[Node]:
    """Labels of the users found, once results are there; empty if the app says there are none."""

    def loaded(sight: Sight) -> list[Node] | None:
        if sight.seen.details.get("results") == "none":
            return []
        return user_labels(View(nav.app, sight.tree)) or None

    return nav.reach(loaded, what="the users found", timeout_s=_LOAD_S, patient=True)


def user_labels(view: View) -> list[Node]:
    """Labels below the title bar that may be handles: those with @ where there are some, else single words."""
    low = [node for node in view.labelled if node.bounds.center[1] > 0.15 * view.height and node.text]
    with_id = view.with_id("search_user")
    marked = [node for node in low if node.text.startswith("@")]
    return (
        with_id or marked or [node for node in low if " " not in node.text and not view.app.lexicon.meanings(node.text)]
    )


def exact_row(rows: Iterable[Node], target: str) -> Node | None:
    """The label that is this handle and nothing more: a lookalike is someone else."""
    return next((node for node in rows if same_handle(node.label, target)), None)
