"""R18: what a migration does with a database that is there already, shown with a second one that only tests have."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drover.store import Store, StoreError, backup, database, restoration, tasks
from drover.store.schema import REVISION
from tests.support.stored import add

NOW = datetime(2026, 12, 1, tzinfo=UTC)
LATER = """
from alembic import op

revision = "v2"
down_revision = "v1"


def upgrade():
    op.execute("CREATE TABLE seen (task_id INTEGER NOT NULL)")
    op.execute("INSERT INTO seen SELECT id FROM tasks")
    {more}
"""
Upgrade = Callable[..., None]


@pytest.fixture
def upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Upgrade:
    """From its call on, what opens a database is the next version of Drover; `more` ends its migration."""

    def called(more: str = "pass") -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(database.MIGRATIONS, folder)
        (folder / "versions" / "v2_seen.py").write_text(LATER.format(more=more))
        monkeypatch.setattr(database, "MIGRATIONS", folder)
        monkeypatch.setattr(database, "REVISION", "v2")

    return called


def rows(path: Path, query: str) -> list[object]:
    """The one column of the query."""
    with closing(sqlite3.connect(path)) as conn:
        return [value for (value,) in conn.execute(query)]


def test_r18_an_older_schema_is_backed_up_once_then_migrated(store: Store, upgrade: Upgrade) -> None:
    task_id = add(store)
    store.close()
    upgrade()
    saved = store.path.with_name(f"drover.db.schema-{REVISION}.backup")
    for _start in range(2):
        with Store.open(store.path) as newer:
            assert newer.read_sync(tasks.get, task_id) is not None
            add(newer)
        assert rows(store.path, "SELECT task_id FROM seen") == [task_id]
        assert rows(saved, "SELECT id FROM tasks") == [task_id]
    assert backup.examine(saved).revision == REVISION
    assert backup.examine(store.path).revision == "v2"


def test_r18_a_migration_that_fails_leaves_everything_as_it_was(store: Store, upgrade: Upgrade) -> None:
    task_id = add(store)
    store.close()
    upgrade('op.execute("INSERT INTO seen VALUES (NULL)")')
    with pytest.raises(StoreError, match="NOT NULL constraint failed"):
        Store.open(store.path)
    assert backup.examine(store.path).revision == REVISION
    assert rows(store.path, "SELECT name FROM sqlite_master WHERE name = 'seen'") == []
    assert rows(store.path, "SELECT id FROM tasks") == [task_id]


def put_back(copy: Path, over: Path) -> restoration.Restoration:
    """The copy in the place of the database."""
    done: list[restoration.Restoration] = []

    def prepare(part: Path) -> None:
        database.migrate(part)
        done.append(restoration.prepare(part, before=over, highest_folder=0, now=NOW))

    backup.restore(copy, over, stamp="now", prepare=prepare)
    return done[0]


def test_r18_after_a_rollback_the_backup_of_before_the_upgrade_is_put_back(
    store: Store, upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = add(store)
    store.close()
    with monkeypatch.context():
        upgrade()
        with Store.open(store.path) as newer:
            last = add(newer)
    monkeypatch.undo()
    with pytest.raises(StoreError, match=r"newer Drover \(schema v2, this one knows up to v1\).*restore a backup"):
        Store.open(store.path)
    done = put_back(store.path.with_name("drover.db.schema-v1.backup"), store.path)
    with Store.open(store.path) as again:
        assert again.read_sync(tasks.get, first) is not None
        assert again.read_sync(tasks.get, last) is None
        assert add(again) == done.next_task > last, "the id of a task that is gone is not given again"


def test_r18_r22_a_backup_of_before_the_upgrade_is_migrated_and_what_it_replaces_too(
    store: Store, tmp_path: Path, upgrade: Upgrade
) -> None:
    add(store)
    copy = tmp_path / "copy.db"
    backup.copy(store.path, copy)
    last = add(store)
    store.close()
    upgrade()
    done = put_back(copy, store.path)
    assert (done.since_known, done.next_task) == (True, last + 1)
    with Store.open(store.path) as again:
        assert add(again) == last + 1
    assert backup.examine(store.path).revision == "v2"


@pytest.mark.parametrize("revision", ["0001", "0011"])
def test_a_schema_of_before_the_first_release_is_refused_and_not_touched(
    tmp_path: Path, empty_database: Path, revision: str
) -> None:
    path = tmp_path / "drover.db"
    shutil.copy(empty_database, path)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        raw.commit()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=rf"schema {revision}.*droverctl account export.*move drover.db\* away"):
        Store.open(path)
    assert path.read_bytes() == before
    assert list(tmp_path.glob("*.backup")) == []


def test_r22_a_database_of_before_the_first_release_is_replaced_and_its_ids_are_not_given_again(
    store: Store, tmp_path: Path
) -> None:
    add(store)
    copy = tmp_path / "copy.db"
    backup.copy(store.path, copy)
    last = add(store)
    store.close()
    with closing(sqlite3.connect(store.path)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0011'")
        raw.commit()
    assert put_back(copy, store.path).next_task > last
