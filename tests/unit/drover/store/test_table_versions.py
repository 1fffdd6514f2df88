"""What is kept in memory of a table is read again after any change of it, and only then."""

import asyncio

import pytest
from sqlalchemy import Connection, text

from drover.store import Store, accounts, settings
from drover.wire.control import Account

ADA = Account(username="ada", platform="tiktok", serial="R1", enabled=True)
ACCOUNTS = ("accounts",)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the accounts were read from the database."""
    found: list[int] = []
    real = accounts.all

    def counted(conn: Connection) -> list[Account]:
        found.append(1)
        return real(conn)

    monkeypatch.setattr(accounts, "all", counted)
    return found


def test_a_table_is_read_once_until_it_changes(store: Store, looks: list[int]) -> None:
    async def scene() -> None:
        assert await store.recall(accounts.all, ACCOUNTS) == []
        assert await store.recall(accounts.all, ACCOUNTS) == []
        assert len(looks) == 1
        await store.write(settings.put, "other", 1)
        await store.recall(accounts.all, ACCOUNTS)
        assert len(looks) == 1
        await store.write(accounts.put, ADA)
        assert await store.recall(accounts.all, ACCOUNTS) == [ADA]
        assert len(looks) == 2

    asyncio.run(scene())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts SET serial = 'R2'",
        "DELETE FROM accounts",
        "INSERT INTO accounts SELECT 'bob', 'bob', platform, serial, enabled, package, note FROM accounts",
    ],
)
def test_whatever_statement_changes_the_table_is_noticed(store: Store, change: str) -> None:
    columns = "name, username, platform, serial, enabled, package, note"

    async def scene() -> None:
        await store.write(accounts.put, ADA)
        before = await store.recall(accounts.all, ACCOUNTS)
        await store.write(
            lambda conn: conn.execute(text(change.replace("accounts SELECT", f"accounts ({columns}) SELECT")))
        )
        assert await store.recall(accounts.all, ACCOUNTS) == await store.read(accounts.all) != before

    asyncio.run(scene())


def test_what_was_undone_changes_nothing_that_is_seen(store: Store) -> None:
    def put_then_raise(conn: Connection) -> None:
        accounts.put(conn, ADA)
        raise LookupError("on purpose")

    async def scene() -> None:
        await store.recall(accounts.all, ACCOUNTS)
        with pytest.raises(LookupError):
            await store.write(put_then_raise)
        assert await store.recall(accounts.all, ACCOUNTS) == []

    asyncio.run(scene())
