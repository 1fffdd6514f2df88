"""Makes sure that the app acts as the wanted account, and reads which accounts it is logged in with.

The handle on the own profile is the only proof; what the switcher says is a way to it.
"""

from dataclasses import dataclass
from typing import Final, NoReturn

from drover.apps import AccountRow, Screen, same_handle
from drover.scripts.context import Context, ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.sights import describe
from drover.scripts.switcher import PAGE_S, close_switcher, is_switcher, open_switcher, own_profile, pages
from drover.wire.tasks import Reason

_SWITCHED_S: Final = 8.0
_LOOKS: Final = 3


@dataclass(frozen=True, kw_only=True)
class LoggedIn:
    """The accounts of one app: user names in the switcher's order, and the one that it acts as."""

    usernames: tuple[str, ...]
    active: str


def become(nav: Navigator, username: str) -> None:
    """Have the app act as this account; raises ScriptFailed `wrong_account` if it is not logged in there."""
    nav.ctx.step(f"checking that {nav.app.name} acts as @{username}", 5)
    shown = own_profile(nav)
    nav.ctx.saw_account(_handle(shown))
    if same_handle(shown.seen.handle, username):
        return
    nav.ctx.step(f"{nav.app.name} acts as @{shown.seen.handle}: switching to @{username}", 8)
    nav.tap(_find(nav, shown, username).name)
    _verify(nav, username)
    nav.ctx.saw_account(username)
    nav.ctx.step(f"{nav.app.name} acts as @{username} now", 10)


def recognise(nav: Navigator) -> None:
    """For a task that names no account: say as whom the app is logged in, and switch nothing.

    Raises ScriptFailed `wrong_account` where that account may not act now, NotReachedError where no profile is shown.
    """
    nav.ctx.step(f"looking which account {nav.app.name} is logged in with", 5)
    handle = _handle(own_profile(nav))
    nav.ctx.saw_account(handle)
    nav.ctx.step(f"{nav.app.name} acts as @{handle}", 10)


def _handle(own: Sight) -> str:
    """The handle of an own profile, which shows one."""
    return str(own.seen.handle)


def logged_in(nav: Navigator) -> LoggedIn:
    """Read the accounts that the app lists, and close the list; raises ScriptFailed, NotReachedError.

    An app that opens no switcher is logged in with the one account that its profile shows.
    """
    shown = own_profile(nav)
    active = _handle(shown)
    sheet = open_switcher(nav, shown)
    names: dict[str, str] = {active.lower(): active} if sheet is None else {}
    if sheet is not None:
        for rows in pages(nav, sheet):
            names.update({row.username.lower(): row.username for row in rows})
        close_switcher(nav)
        names.setdefault(active.lower(), active)
    return LoggedIn(usernames=tuple(names.values()), active=active)


def _find(nav: Navigator, shown: Sight, username: str) -> AccountRow:
    """The account's row on the open switcher, scrolled to; raises `wrong_account` with what is listed instead."""
    sheet = open_switcher(nav, shown)
    if sheet is None:
        _wrong(nav.ctx, shown, username, "and nothing on its profile opened an account switcher")
    listed: dict[str, None] = {}
    for rows in pages(nav, sheet):
        for row in rows:
            if same_handle(row.username, username):
                return row
            listed.setdefault(f"@{row.username}")
    close_switcher(nav)
    _wrong(nav.ctx, shown, username, f"and lists only {', '.join(listed)}")


def _verify(nav: Navigator, username: str) -> None:
    """Read the own profile until its handle is the wanted one: the app needs some seconds and may start again."""
    nav.reach(lambda sight: None if is_switcher(sight) else sight, what="the switched app", timeout_s=PAGE_S)
    for look in range(1, _LOOKS + 1):
        try:
            own_profile(nav, of=username, timeout_s=_SWITCHED_S)
            return
        except NotReachedError as error:
            if look < _LOOKS:
                continue
            if error.last.seen.screen is Screen.OWN_PROFILE:
                _wrong(nav.ctx, error.last, username, "and would not switch")
            raise


def _wrong(ctx: Context, sight: Sight, username: str, why: str) -> NoReturn:
    who = f"@{sight.seen.handle}" if sight.seen.handle else describe(sight)
    ctx.keep("wrong_account", sight.tree)
    raise ScriptFailed(
        Reason.WRONG_ACCOUNT,
        f"The app on {ctx.phone.serial} is logged in as {who} {why}; log in as @{username} there, then retry.",
    )
