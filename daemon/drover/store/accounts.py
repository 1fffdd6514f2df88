"""Accounts and the devices that they are logged in on. No passwords, ever.

A name is the same in upper and lower case; it is shown as it was written.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, literal_column, select
from sqlalchemy import delete as delete_from
from sqlalchemy.dialects.sqlite import insert

from drover.policy.accounts import changed, checked, merged, the_one
from drover.policy.pace import account_key
from drover.store.arrays import among, json_array
from drover.store.errors import ConflictError
from drover.store.prepared import Prepared
from drover.store.schema import accounts
from drover.store.steps import Step, index_after
from drover.wire.control import Account, AccountsImported, ChangeAccount


def put(conn: Connection, account: Account, *, new: bool = False) -> None:
    """Register the account, or move or change it; with `new` raises ConflictError for one that exists."""
    if new and find(conn, account.username, account.platform) is not None:
        raise ConflictError(f"account @{account.username}: is registered on {account.platform} already")
    put_all(conn, [account])


def change(conn: Connection, wanted: ChangeAccount) -> Account:
    """Change what the request says and return the account; raises RequestError, as policy.accounts does."""
    known = the_one(wanted.username, wanted.platform, all(conn))
    account = checked(changed(known, wanted))
    put_all(conn, [account])
    return account


def remove(conn: Connection, username: str, platform: str | None) -> Account:
    """Forget the account that is meant and return it; raises RequestError, as policy.accounts does."""
    known = the_one(username, platform, all(conn))
    delete(conn, known.username, known.platform)
    return known


def merge(conn: Connection, changes: Sequence[ChangeAccount], *, dry_run: bool = False) -> AccountsImported:
    """Import accounts, all or none, or with `dry_run` only count what that would do."""
    stored, new, same = merged(_named(conn, changes), changes)
    if not dry_run:
        put_all(conn, stored)
    return AccountsImported(created=new, changed=len(stored) - new, unchanged=same, dry_run=dry_run)


def merge_some(conn: Connection, at: int, size: int, *, changes: Sequence[ChangeAccount]) -> Step[AccountsImported]:
    """A step of an import that was found good as a whole; after a crash the same import again goes on with the rest."""
    done = merge(conn, changes[at : at + size])
    return Step(done, min(size, len(changes) - at), index_after(at, size, changes))


def _named(conn: Connection, changes: Sequence[ChangeAccount]) -> list[Account]:
    """The registered accounts of these names, on any platform."""
    names = json_array([change.username.lower() for change in changes])
    query = select(accounts).where(among(accounts.c.name, "names"))
    return [_account(row) for row in conn.execute(query, {"names": names})]


def put_all(conn: Connection, some: Sequence[Account]) -> None:
    """Register or change every one."""
    if some:
        rows = [
            {"name": account.username.lower(), **{column: getattr(account, column) for column in _COLUMNS}}
            for account in some
        ]
        conn.execute(_PUT, rows)


def delete(conn: Connection, username: str, platform: str = "tiktok") -> bool:
    """Forget the account; False if there was none."""
    return conn.execute(delete_from(accounts).where(*_is(username, platform))).rowcount > 0


def all(conn: Connection) -> list[Account]:
    """Every account in the order of names."""
    return [_account(row) for row in conn.execute(select(accounts).order_by(*_ORDER))]


def find(conn: Connection, username: str, platform: str = "tiktok") -> Account | None:
    """The account of this name."""
    row = conn.execute(select(accounts).where(*_is(username, platform))).first()
    return None if row is None else _account(row)


def disabled(conn: Connection) -> list[str]:
    """The keys of the accounts that are disabled, by policy.pace; read from an index of these alone."""
    return [account_key(*row) for row in _DISABLED.tuples(conn)]


_DISABLED: Final = Prepared(
    select(accounts.c.platform, accounts.c.username, accounts.c.serial).where(accounts.c.enabled == literal_column("0"))
)


_COLUMNS = ("username", "platform", "serial", "enabled", "package", "note")
_NEW = insert(accounts)
_PUT = _NEW.on_conflict_do_update(
    index_elements=["name", "platform"],
    set_={column: _NEW.excluded[column] for column in _COLUMNS if column != "platform"},
)
_ORDER = (accounts.c.name, accounts.c.platform)


def _is(username: str, platform: str) -> tuple[Any, Any]:
    return accounts.c.name == username.lower(), accounts.c.platform == platform


def _account(row: Any) -> Account:
    return Account(**{column: getattr(row, column) for column in _COLUMNS})
