"""Copies of a live database, put back to equal counts; refusals change nothing."""

import stat
import threading
from pathlib import Path

import pytest

from drover.store import Store, StoreError, backup, tasks
from drover.store.schema import REVISION
from tests.support.stored import add, complete


def test_r18_a_backup_under_load_restores_to_equal_counts(store: Store, tmp_path: Path) -> None:
    enough, stop = threading.Event(), threading.Event()
    added: list[int] = []

    def load() -> None:
        while not stop.is_set():
            added.append(add(store))
            if len(added) == 200:
                enough.set()

    writer = threading.Thread(target=load)
    writer.start()
    assert enough.wait(60)
    before = len(added)
    facts = backup.copy(store.path, tmp_path / "copy.db")
    after = len(added)
    stop.set()
    writer.join()
    assert before <= facts.rows["tasks"] <= after + 1
    restored, old = backup.restore(tmp_path / "copy.db", tmp_path / "new" / "drover.db", stamp="now")
    assert (restored.rows, old) == (facts.rows, None)
    with Store.open(tmp_path / "new" / "drover.db") as again:
        assert again.read_sync(tasks.stats).total == facts.rows["tasks"]
        newest = again.read_sync(tasks.page)[1][0].id
        assert add(again) == newest + 1


def test_a_backup_is_private_whole_and_one_file(store: Store, tmp_path: Path) -> None:
    complete(store, add(store))
    folder = tmp_path / "a b?c#d%e"
    folder.mkdir()
    facts = backup.copy(store.path, folder / "copy.db")
    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600
    assert (facts.revision, facts.rows["tasks"], facts.rows["attempts"]) == (REVISION, 1, 1)
    assert facts.size == (folder / "copy.db").stat().st_size


def test_a_backup_is_never_written_over(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(StoreError, match="exists already"):
        backup.copy(store.path, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_a_folder_that_is_not_there_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        backup.copy(store.path, tmp_path / "none" / "copy.db")


@pytest.mark.parametrize("content", [b"", b"a letter to my aunt\n" * 400])
def test_what_is_no_backup_is_refused_and_the_database_stays(store: Store, tmp_path: Path, content: bytes) -> None:
    task_id = add(store)
    store.close()
    (tmp_path / "letter.db").write_bytes(content)
    before = store.path.read_bytes()
    with pytest.raises(StoreError, match="not a database of Drover's"):
        backup.restore(tmp_path / "letter.db", store.path, stamp="now")
    assert store.path.read_bytes() == before
    with Store.open(store.path) as again:
        assert again.read_sync(tasks.get, task_id) is not None


def test_a_damaged_backup_is_refused(store: Store, tmp_path: Path) -> None:
    for _ in range(50):
        add(store)
    backup.copy(store.path, tmp_path / "copy.db")
    image = bytearray((tmp_path / "copy.db").read_bytes())
    image[4096 * 3 : 4096 * 6] = b"\xff" * (4096 * 3)
    (tmp_path / "copy.db").write_bytes(image)
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        backup.restore(tmp_path / "copy.db", tmp_path / "other.db", stamp="now")
    assert not (tmp_path / "other.db").exists()


def test_what_was_there_before_a_restore_is_kept(store: Store, tmp_path: Path) -> None:
    first = add(store)
    backup.copy(store.path, tmp_path / "copy.db")
    second = add(store)
    store.close()
    _facts, old = backup.restore(tmp_path / "copy.db", store.path, stamp="20261125")
    assert old is not None
    assert old == store.path.with_name("drover.db.before-restore-20261125")
    with Store.open(store.path) as again, Store.open(old) as kept:
        assert [again.read_sync(tasks.get, i) is not None for i in (first, second)] == [True, False]
        assert [kept.read_sync(tasks.get, i) is not None for i in (first, second)] == [True, True]
