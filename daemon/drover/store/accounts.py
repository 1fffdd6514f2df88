"""Accounts and the devices that they are logged in on. No passwords, ever."""

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy import delete as delete_from
from sqlalchemy.dialects.sqlite import insert

from drover.store.schema import accounts
from drover.wire.control import Account


def put(conn: Connection, account: Account) -> None:
    """Register the account, or move or change it."""
    statement = insert(accounts).values(
        username=account.username, platform=account.platform, serial=account.serial, enabled=account.enabled
    )
    changed = {"serial": statement.excluded.serial, "enabled": statement.excluded.enabled}
    conn.execute(statement.on_conflict_do_update(index_elements=["username", "platform"], set_=changed))


def delete(conn: Connection, username: str, platform: str = "tiktok") -> bool:
    """Forget the account; False if there was none."""
    where = (accounts.c.username == username) & (accounts.c.platform == platform)
    return conn.execute(delete_from(accounts).where(where)).rowcount > 0


def all(conn: Connection) -> list[Account]:
    """Every account in the order of names."""
    return [_account(row) for row in conn.execute(select(accounts).order_by(accounts.c.username, accounts.c.platform))]


def find(conn: Connection, username: str, platform: str = "tiktok") -> Account | None:
    """The account of this name."""
    where = (accounts.c.username == username) & (accounts.c.platform == platform)
    row = conn.execute(select(accounts).where(where)).first()
    return None if row is None else _account(row)


def on_device(conn: Connection, serial: str) -> list[Account]:
    """The accounts on one device in the order of names, disabled ones too."""
    query = select(accounts).where(accounts.c.serial == serial).order_by(accounts.c.username, accounts.c.platform)
    return [_account(row) for row in conn.execute(query)]


def _account(row: Any) -> Account:
    return Account(username=row.username, serial=row.serial, platform=row.platform, enabled=row.enabled)
