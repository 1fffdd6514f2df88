"""What a migration does with what was stored before it."""

from pathlib import Path

from sqlalchemy import text

from drover.store import Store, accounts, database, tasks
from drover.wire.control import Account


def rows(store: Store, query: str) -> list[str]:
    """The one column of the query."""
    return store.read_sync(lambda conn: list(conn.execute(text(query)).scalars()))


ACCOUNT = "INSERT INTO accounts VALUES (:name, 'tiktok', :serial, 1)"
ONCE = "SELECT key, once FROM media_uses ORDER BY id"
TASK = """
INSERT INTO tasks (serial, username, platform, package, script_name, script_config, source, group_id, priority, status,
    remark, effect, retry_safe, created_at, not_before, pause_s, retry_count, max_retry_count, attempt, tries, settling,
    settle, progress, step, evidence)
VALUES ('a', :username, 'tiktok', '', 'follow', '{}', 'api', '', 0, :status,
    '', 'none', 1, 0, 0, 0, 0, 3, 0, 0, 0, :settle, 0, '', '[]')
"""


USE = """
INSERT INTO media_uses (account, key, task_id, position, name, file, state, at)
VALUES (:account, 'file:a', 7, 0, 'a', '{}', 'used', 0)
"""
ATTEMPT = """
INSERT INTO attempts (task_id, attempt, serial, boot_id, settle, effect, what, evidence, began_at, remark, counted_on)
VALUES (3, 1, 'a', 'b', 0, 'intent', '', '[]', 0, '', '2026-11-30')
"""


def test_r18_accounts_and_waiting_tasks_of_before_get_names_and_lanes(tmp_path: Path) -> None:
    from alembic import command

    path = tmp_path / "drover.db"
    config = database._alembic_config()  # pyright: ignore[reportPrivateUsage]  # to stop at an old revision
    engine = database.engine_for(path, writes=True)
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        for name, serial in (("Shop", "a"), ("shop", "b"), ("other", "c")):
            conn.execute(text(ACCOUNT), {"name": name, "serial": serial})
        for username, status, settle in (("Shop", 0, 0), (None, 0, 0), ("Shop", 0, 1), ("Shop", 2, 0)):
            conn.execute(text(TASK), {"username": username, "status": status, "settle": settle})
        command.upgrade(config, "0005")
        for account in ("tiktok@shop", "tiktok#a@b"):
            conn.execute(
                text("INSERT INTO account_use VALUES (:account, '2026-11-30', 'follow', 2)"), {"account": account}
            )
            conn.execute(text("INSERT INTO account_pauses VALUES (:account, 7)"), {"account": account})
            conn.execute(text(USE), {"account": account})
        conn.execute(text(ATTEMPT))
    engine.dispose()
    with Store.open(path) as store:
        assert store.read_sync(accounts.all) == [
            Account(username="other", serial="c", platform="tiktok", enabled=True),
            Account(username="shop", serial="b", platform="tiktok", enabled=True),
        ]
        lanes = store.read_sync(lambda conn: list(conn.execute(text("SELECT lane FROM tasks ORDER BY id")).scalars()))
        # R23: one key for each account; what was kept for a phone stays until its account is learned.
        for table in ("account_use", "account_pauses", "media_uses"):
            assert rows(store, f"SELECT account FROM {table} ORDER BY account") == ["tiktok#a@b", "tiktok:shop"]
        assert rows(store, "SELECT account FROM tasks ORDER BY id") == ["tiktok:shop", "tiktok#a", "tiktok:shop", ""]
        assert rows(store, "SELECT account FROM attempts") == ["tiktok:shop"]
        assert lanes == ["follow:tiktok:shop", "follow:tiktok#a", "?:tiktok:shop", ""]


def test_case_c10_uses_of_before_are_for_one_account_alone_where_one_had_them(tmp_path: Path) -> None:
    from alembic import command

    columns = "account, key, task_id, position, name, file, state, at"
    use = f"INSERT INTO media_uses ({columns}) VALUES (:a, :k, 1, 0, '', :f, 'used', 0)"
    file = '{"path": "x", "kind": "video", "media_type": "video/mp4", "size": 1}'
    path = tmp_path / "drover.db"
    config = database._alembic_config()  # pyright: ignore[reportPrivateUsage]  # to stop at an old revision
    engine = database.engine_for(path, writes=True)
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0005")
        conn.execute(text(TASK), {"username": None, "status": 3, "settle": 0})
        for account, key in (("tiktok@a", "one"), ("tiktok@a", "both"), ("tiktok@b", "both")):
            conn.execute(text(use), {"a": account, "k": key, "f": file})
    engine.dispose()
    with Store.open(path) as store:
        rows = store.read_sync(lambda conn: [tuple(row) for row in conn.execute(text(ONCE))])
        assert rows == [("one", 1), ("both", 0), ("both", 0)]
        task = store.read_sync(tasks.get, 1)
        assert task is not None
        assert task.media is None
