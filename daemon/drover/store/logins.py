"""Which account an app on a phone is logged in as: the fact, and what it makes of keys that do not know their account.

A pending task that names no account stays in the account queue of its phone's app. Every look at that queue goes
through the fact, so that a change of it costs one row, however many tasks wait.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from drover.policy.accounts import PLATFORMS
from drover.policy.pace import account_key, handle_of, phone_of
from drover.store import account_keys
from drover.store.arrays import json_array
from drover.store.prepared import Prepared
from drover.store.schema import logins
from drover.wire.accounts import Login, LoginSource

_MAIN: Final = Prepared(
    "SELECT serial, platform, username FROM logins WHERE main AND serial IN (SELECT value FROM json_each(:serials))"
)
_CURRENT: Final = Prepared(
    "SELECT username FROM logins WHERE serial = :serial AND platform = :platform "
    "AND CASE :package WHEN '' THEN main ELSE package = :package END"
)
_COLUMNS: Final = ("serial", "platform", "package", "main", "username", "source", "app_version", "learned_at")


# --- reading --------------------------------------------------------------------------------------------------------


def current(conn: Connection, serial: str, platform: str, package: str = "") -> str:
    """The name of the account that the app was last seen with, "" if that is not known.

    `package` "" is the app that a task without a package gets.
    """
    return _CURRENT.scalar(conn, serial=serial, platform=platform, package=package) or ""


def resolved(conn: Connection, keys: Collection[str]) -> dict[str, str]:
    """Each of these account keys with the key of the account that it stands for now; known ones are their own."""
    unknown = {key: phone_of(key) for key in keys if not handle_of(key)}
    found = {key: key for key in keys}
    if not unknown:
        return found
    serials = {serial for _platform, serial in unknown.values()}
    rows = _MAIN.tuples(conn, serials=json_array(serials))
    names = {(platform, serial): username for serial, platform, username in rows}
    return found | {
        key: account_key(platform, names.get((platform, serial)), serial) for key, (platform, serial) in unknown.items()
    }


def account_of(conn: Connection, task: Any) -> str:
    """The key that the next attempt of a stored task counts under.

    One that looks what an earlier attempt did acts as the account of that attempt, not as the one that is logged in.
    """
    if task["reconcile"] and handle_of(task["account"]):
        return str(task["account"])
    if task["username"]:
        return account_key(task["platform"], task["username"], task["serial"])
    return account_key(task["platform"], current(conn, task["serial"], task["platform"]), task["serial"])


def all(conn: Connection, serial: str | None = None) -> list[Login]:
    """What is known of every phone, or of one, in the order of serials."""
    query = select(logins).order_by(logins.c.serial, logins.c.platform, logins.c.package)
    if serial is not None:
        query = query.where(logins.c.serial == serial)
    return [_login(row) for row in conn.execute(query)]


def outdated(conn: Connection, serial: str, apps: Mapping[str, str]) -> list[Login]:
    """The facts of a phone whose app is gone or was installed in another version since."""
    return [login for login in all(conn, serial) if login.app_version and apps.get(login.package) != login.app_version]


# --- changing -------------------------------------------------------------------------------------------------------


def learn(conn: Connection, login: Login) -> None:
    """The app was seen logged in as this account. What counted for the unknown account of the phone counts for it."""
    if login.main:
        other = (logins.c.serial == login.serial, logins.c.platform == login.platform)
        conn.execute(update(logins).where(*other, logins.c.package != login.package).values(main=False))
    values = {column: getattr(login, column) for column in _COLUMNS}
    statement = insert(logins).values({**values, "source": login.source.value})
    changed = {column: statement.excluded[column] for column in _COLUMNS[3:]}
    conn.execute(statement.on_conflict_do_update(index_elements=list(_COLUMNS[:3]), set_=changed))
    if login.main:
        nameless = account_key(login.platform, None, login.serial)
        account_keys.merge_keys(conn, nameless, account_key(login.platform, login.username, login.serial))


def forget(conn: Connection, serial: str, platform: str, package: str = "") -> None:
    """It is not known any more: logged out, or the app was removed. `package` as in `current`."""
    app = logins.c.package == package if package else logins.c.main
    conn.execute(delete(logins).where(logins.c.serial == serial, logins.c.platform == platform, app))


def forget_outdated(conn: Connection, serial: str, apps: Mapping[str, str]) -> list[Login]:
    """Forget what `outdated` finds, and return it."""
    gone = outdated(conn, serial, apps)
    for login in gone:
        forget(conn, serial, login.platform, login.package)
    return gone


def move(conn: Connection, serial: str, device: str) -> None:
    """Two names were one phone: what is known under the first goes to the second; the later of two facts stays."""
    known = {(login.platform, login.package): login.learned_at for login in all(conn, device)}
    for login in all(conn, serial):
        at = known.get((login.platform, login.package))
        if at is None or login.learned_at > at:
            learn(conn, msgspec.structs.replace(login, serial=device))
    conn.execute(delete(logins).where(logins.c.serial == serial))
    for platform in PLATFORMS:
        nameless = account_key(platform, None, device)
        account_keys.merge_keys(conn, account_key(platform, None, serial), resolved(conn, [nameless])[nameless])


def _login(row: Any) -> Login:
    values = {column: getattr(row, column) for column in _COLUMNS if column != "source"}
    return Login(**values, source=LoginSource(row.source))
