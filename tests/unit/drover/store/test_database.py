"""Opening: rights, settings, migrations, and refusal of what must not be touched."""

import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import Connection

from drover.store import Store, StoreError, tasks
from tests.support.stored import add


def test_s28_file_and_directory_are_private_from_creation(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with Store.open(tmp_path / "new" / "drover.db") as store:
            add(store)
            found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    finally:
        os.umask(old)
    assert set(found) == {"drover.db", "drover.db-wal", "drover.db-shm"}
    assert set(found.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_both_connections_are_durable_and_check_foreign_keys(store: Store) -> None:
    def pragmas(conn: Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
        return {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    assert store.write_sync(pragmas) == {**expected, "query_only": 0}
    assert store.read_sync(pragmas) == {**expected, "query_only": 1}


def test_opening_again_changes_nothing(store: Store) -> None:
    task_id = add(store)
    store.close()
    with Store.open(store.path) as again:
        assert again.read_sync(tasks.get, task_id) is not None


def test_r18_a_newer_schema_is_refused_and_not_touched(tmp_path: Path, empty_database: Path) -> None:
    path = tmp_path / "drover.db"
    shutil.copy(empty_database, path)
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"written by a newer Drover \(schema 9999"):
        Store.open(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "bookmarks.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE bookmarks (url TEXT)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program's database"):
        Store.open(path)
    assert path.read_bytes() == before


def test_what_is_no_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "drover.db"
    path.write_bytes(b"this is a letter to my aunt\n" * 500)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="file is not a database"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_damaged_database_is_refused_and_not_touched(tmp_path: Path, empty_database: Path) -> None:
    path = tmp_path / "drover.db"
    shutil.copy(empty_database, path)
    with Store.open(path) as store:
        for _ in range(50):
            add(store)
    image = bytearray(path.read_bytes())
    image[4096 * 3 : 4096 * 6] = b"\xff" * (4096 * 3)
    path.write_bytes(image)
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        Store.open(path)
    assert path.read_bytes() == bytes(image)


def crashed(tmp_path: Path, empty_database: Path) -> tuple[Path, Path]:
    """Database and log as a killed daemon leaves them."""
    path = tmp_path / "left" / "drover.db"
    path.parent.mkdir()
    shutil.copy(empty_database, tmp_path / "live.db")
    with Store.open(tmp_path / "live.db") as store:
        for _ in range(50):
            add(store)
        for suffix in ("", "-wal"):
            shutil.copy(tmp_path / f"live.db{suffix}", f"{path}{suffix}")
    return path, path.with_name("drover.db-wal")


def test_a_start_leaves_the_log_where_it_is(tmp_path: Path, empty_database: Path) -> None:
    path, wal = crashed(tmp_path, empty_database)
    before = path.read_bytes(), wal.read_bytes()
    with Store.open(path) as store:
        assert (path.read_bytes(), wal.read_bytes()) == before
        assert store.read_sync(tasks.stats).total == 50


def test_r03_a_damaged_database_keeps_its_log_when_it_is_refused(tmp_path: Path, empty_database: Path) -> None:
    path, wal = crashed(tmp_path, empty_database)
    image = bytearray(path.read_bytes())
    image[4096 * 3 :] = b"\xff" * (len(image) - 4096 * 3)  # all, because the log holds some of the pages
    path.write_bytes(image)
    before = wal.read_bytes()
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        Store.open(path)
    assert (path.read_bytes(), wal.read_bytes()) == (bytes(image), before)


def test_a_path_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot open the database"):
        Store.open(tmp_path / "file" / "drover.db")


def test_odd_paths_work(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a b?c#d%e" / "drover.db") as store:
        assert add(store) == 1
    assert (tmp_path / "a b?c#d%e" / "drover.db").exists()
