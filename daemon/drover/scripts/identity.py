"""Makes sure that the app acts as the wanted account: reads the handle of the own profile, switches if it is listed."""

from typing import Final, NoReturn

from drover.apps import Screen, accounts, same_handle
from drover.apps.view import View
from drover.phone.hierarchy import Node
from drover.scripts.context import Context, ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight, describe
from drover.wire.tasks import Reason

_BACKS: Final = 4
_PAGE_S: Final = 15.0


def become(nav: Navigator, username: str) -> None:
    """Have the app act as this account; raises ScriptFailed `wrong_account` if it is not logged in there."""
    nav.ctx.step(f"checking that {nav.app.name} acts as @{username}", 5)
    shown = _own_profile(nav)
    if same_handle(shown.seen.handle, username):
        return
    nav.ctx.step(f"{nav.app.name} acts as @{shown.seen.handle}: switching to @{username}", 8)
    _switch(nav, shown, username)
    after = _own_profile(nav)
    if not same_handle(after.seen.handle, username):
        _wrong(nav.ctx, after, username, "and would not switch")


def _own_profile(nav: Navigator) -> Sight:
    """The own profile with its handle, reached from the launcher by the navigation bar."""
    nav.phone.launch(nav.ctx.package)
    tab = _profile_tab(nav)
    if tab is not None:
        nav.tap(tab)
    return nav.reach(_is_own_profile, what="the account's own profile", timeout_s=_PAGE_S)


def _is_own_profile(sight: Sight) -> Sight | None:
    return sight if sight.seen.screen is Screen.OWN_PROFILE and sight.seen.handle else None


def _profile_tab(nav: Navigator) -> Node | None:
    """The tab that opens the own profile; pages that hide the navigation bar are left by BACK. None: it is open."""
    for _ in range(_BACKS):
        try:
            return nav.reach(
                lambda sight: _tab_or_open(nav, sight), what="the navigation bar", timeout_s=4, patient=True
            )
        except NotReachedError as lost:
            if lost.last.seen.screen in (Screen.LAUNCHER, Screen.OTHER_APP):
                nav.phone.launch(nav.ctx.package)
            else:
                nav.phone.back()
    raise NotReachedError("the navigation bar", nav.look())


def _tab_or_open(nav: Navigator, sight: Sight) -> Node | None:
    view = View(nav.app, sight.tree)
    by_id = [node for node in view.with_id("tabs") if node.id == "profile_tab"]
    low = [target for _, target in view.buttons("tab_profile") if target.bounds.center[1] > 0.75 * view.height]
    return next(iter((*by_id, *low)), None)


def _switch(nav: Navigator, shown: Sight, username: str) -> None:
    """Open the account switcher by the name in the title bar and choose the account."""
    title = _title(nav, shown)
    if title is None:
        _wrong(nav.ctx, shown, username, "and its profile shows nothing that switches accounts")
    nav.tap(title)
    try:
        sheet = nav.reach(_is_switcher, what="the account switcher", timeout_s=8, patient=True)
    except NotReachedError:
        _wrong(nav.ctx, shown, username, "and no account switcher opened")
    rows = accounts(nav.app, sheet.tree)
    row = next((row for row in rows if same_handle(row.username, username)), None)
    if row is None:
        nav.phone.back()
        _wrong(nav.ctx, shown, username, f"and lists only {', '.join('@' + row.username for row in rows)}")
    nav.tap(row.target)
    nav.reach(lambda sight: None if _is_switcher(sight) else sight, what="the switched app", timeout_s=_PAGE_S)


def _is_switcher(sight: Sight) -> Sight | None:
    return sight if sight.seen.screen is Screen.ACCOUNT_SWITCHER else None


def _title(nav: Navigator, shown: Sight) -> Node | None:
    """The account's name in the middle of the title bar, as far as it can be tapped."""
    view = View(nav.app, shown.tree)
    for node in view.labelled:
        x, y = node.bounds.center
        known = any(view.app.lexicon.meanings(word) for word in view.words(node))
        target = view.target(node)
        if target and node.text and not known and y < 0.15 * view.height and 0.2 < x / view.width < 0.8:
            return target
    return None


def _wrong(ctx: Context, sight: Sight, username: str, why: str) -> NoReturn:
    who = f"@{sight.seen.handle}" if sight.seen.handle else describe(sight)
    ctx.keep("wrong_account", sight.tree)
    raise ScriptFailed(
        Reason.WRONG_ACCOUNT,
        f"The app on {ctx.phone.serial} is logged in as {who} {why}; log in as @{username} there, then retry.",
    )
