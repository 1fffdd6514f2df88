"""The own profile and the account switcher that it opens: reached, read to its end, closed. Nothing here decides."""

from collections.abc import Iterator
from typing import Final

from drover.apps import AccountRow, Screen, accounts, accounts_scrolled, same_handle, switcher_buttons
from drover.apps.view import View
from drover.apps.zones import from_bottom
from drover.phone.engine import PhoneTimeoutError
from drover.phone.hierarchy import Hierarchy, Node
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.sights import is_loading

PAGE_S: Final = 15.0
_BAR_S: Final = 4.0
_SHEET_S: Final = 6.0
_STILL_S: Final = 4.0
_BACKS: Final = 4
_WAYS: Final = 3
_MOST_PAGES: Final = 15


def own_profile(nav: Navigator, *, of: str | None = None, timeout_s: float = PAGE_S, restart: bool = True) -> Sight:
    """The own profile with its handle, that of this account if one is named, reached by the navigation bar.

    Without `restart` the app is never ended: an upload may be running in it. Raises NotReachedError; its last sight
    may be the own profile of another account.
    """
    nav.tap(_profile_tab(nav, restart=restart))

    def is_it(sight: Sight) -> Sight | None:
        seen = sight.seen
        own = seen.screen is Screen.OWN_PROFILE and seen.handle is not None
        return sight if own and (of is None or same_handle(seen.handle, of)) else None

    return nav.reach(
        is_it, what=f"the own profile of @{of}" if of else "the account's own profile", timeout_s=timeout_s
    )


def open_switcher(nav: Navigator, shown: Sight) -> Sight | None:
    """Open the switcher from the own profile, by what is likeliest to open it; None if nothing does."""
    for button in switcher_buttons(nav.app, shown.tree)[:_WAYS]:
        try:
            nav.tap(button)
            return nav.reach(is_switcher, what="the account switcher", timeout_s=_SHEET_S, patient=True)
        except NotReachedError as error:
            if error.last.seen.screen is not Screen.OWN_PROFILE:
                nav.phone.back()
    return None


def is_switcher(sight: Sight) -> Sight | None:
    """The sight, if it is the account switcher's."""
    return sight if sight.seen.screen is Screen.ACCOUNT_SWITCHER else None


def pages(nav: Navigator, sheet: Sight) -> Iterator[list[AccountRow]]:
    """The rows that the open switcher shows, page after page, until scrolling shows nothing new.

    Each page has come to rest, so that the rows of the last one given may be tapped.
    """
    rows = accounts(nav.app, sheet.tree)
    seen: set[str] = set()
    for _ in range(_MOST_PAGES):
        yield rows
        new = {row.username for row in rows} - seen
        if not new or len(rows) < 2:
            return
        seen |= new
        _scroll(nav, rows)
        rows = _at_rest(nav)


def _scroll(nav: Navigator, rows: list[AccountRow]) -> None:
    """Drag the lowest row to the place of the second, so that no row is passed over."""
    low, high = (row.target.bounds.center for row in (rows[-1], rows[min(1, len(rows) - 2)]))
    nav.drag(rows[-1].target, (high[0] - low[0], high[1] - low[1]))


def _at_rest(nav: Navigator) -> list[AccountRow]:
    """The rows once two looks agree where they are; what was seen last if they never do."""
    last: list[AccountRow] = []

    def same(tree: Hierarchy) -> list[AccountRow] | None:
        rows = accounts_scrolled(nav.app, tree)
        places = [(row.username, row.target.bounds) for row in rows]
        before = [(row.username, row.target.bounds) for row in last]
        last[:] = rows
        return rows if rows and places == before else None

    try:
        return nav.phone.wait_until(same, timeout_s=_STILL_S, what="the list of accounts to come to rest")
    except PhoneTimeoutError:
        return last


def close_switcher(nav: Navigator) -> None:
    """Put the sheet away by BACK; not where it is gone already, since BACK on the profile would leave the app."""
    if nav.look().seen.screen is not Screen.OWN_PROFILE:
        nav.phone.back()


def _profile_tab(nav: Navigator, *, restart: bool) -> Node:
    """The tab that opens the own profile. Pages that hide the navigation bar are left by BACK, at last by a restart."""
    nav.phone.launch(nav.ctx.package)
    for _ in range(_BACKS):
        try:
            return nav.reach(lambda sight: _tab(nav, sight), what="the navigation bar", timeout_s=_BAR_S, patient=True)
        except NotReachedError as error:
            if error.last.seen.screen in (Screen.LAUNCHER, Screen.OTHER_APP):
                nav.phone.launch(nav.ctx.package)
            elif not is_loading(error.last):
                nav.phone.back()
    if restart:
        nav.ctx.step(f"{nav.app.name} shows no navigation bar: starting it again", 5)
        nav.phone.force_stop(nav.ctx.package)
    nav.phone.launch(nav.ctx.package)
    return nav.reach(lambda sight: _tab(nav, sight), what="the navigation bar", timeout_s=PAGE_S)


def _tab(nav: Navigator, sight: Sight) -> Node | None:
    view = View(nav.app, sight.tree)
    by_id = [node for node in view.with_id("tabs") if node.id == "profile_tab"]
    low = [target for _, target in view.buttons("tab_profile") if from_bottom(view, target) < 0.25]
    return next(iter((*by_id, *low)), None)
