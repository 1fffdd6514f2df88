"""Backups beside work: the library changes, tasks come, and what was copied is one moment's."""

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from drover.archive.backup import Making
from drover.archive.restore import restore
from drover.config import Config
from drover.media.inspector import Inspector
from drover.media.library import LibraryFolder
from drover.store import Store, StoreUnavailableError, materials, tasks
from drover.supervisor.settings import Settings
from drover.supervisor.tasks.library import MaterialLibrary
from drover.supervisor.upkeep.backups import Backups
from drover.wire.backups import BackupProgress, MakeBackup
from drover.wire.faults import Code, RequestError
from drover.wire.materials import DeleteMaterial, Material
from tests.support.library import add_item, library_in
from tests.support.stored import new

HALFWAY = 3
SIZE = 300_000


@pytest.fixture
def folder(tmp_path: Path) -> LibraryFolder:
    return library_in(tmp_path)


@pytest.fixture
def materials_room(store: Store, folder: LibraryFolder) -> Iterator[MaterialLibrary]:
    inspector = Inspector()
    yield MaterialLibrary(Settings(Config()), store, folder, inspector, [], SIZE)
    inspector.close()


@pytest.fixture
def backups(store: Store, materials_room: MaterialLibrary) -> Backups:
    return Backups(store, materials_room, made_by="drover 1")


class Gate:
    """Holds the copying after some files, until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._reached, self._opened = threading.Event(), threading.Event()
        done = Making.file_done

        def file_done(making: Making) -> None:
            done(making)
            if making.shown().files_done == HALFWAY and not self._opened.is_set():
                self._reached.set()
                assert self._opened.wait(60)

        monkeypatch.setattr(Making, "file_done", file_done)

    async def reached(self) -> None:
        assert await asyncio.to_thread(self._reached.wait, 60)

    def open(self) -> None:
        self._opened.set()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


async def add_tasks(store: Store, ended: asyncio.Task[object]) -> int:
    """Tasks, one after another, for as long as that takes; how many."""
    count = 0
    while not ended.done():
        await store.write(tasks.insert, [new()], now=store.clock())
        count += 1
    return count


def test_r18_a_backup_under_load_restores_every_file_that_its_rows_name(
    store: Store, folder: LibraryFolder, materials_room: MaterialLibrary, backups: Backups, gate: Gate, tmp_path: Path
) -> None:
    items = [add_item(store, folder, os.urandom(SIZE), f"{n}.png") for n in range(9)]

    async def story() -> tuple[int, Material]:
        making = asyncio.create_task(backups.make(MakeBackup(path=str(tmp_path / "copy.tar"))))
        load = asyncio.create_task(add_tasks(store, making))
        await gate.reached()
        seen = backups.progress()
        assert (seen.path, seen.files_done, seen.files) == (str(tmp_path / "copy.tar"), HALFWAY, 9)
        assert HALFWAY * SIZE < seen.bytes_done < seen.bytes
        # Those that are copied last go now, and another comes.
        for item in items[HALFWAY:]:
            await materials_room.answer(DeleteMaterial(material_id=item.id))
        later = add_item(store, folder, b"later")
        gate.open()
        made = await making
        assert (made.files, made.missing, made.rows["materials"]) == (9, [], 9)
        return await load, later

    added, later = asyncio.run(story())
    assert added > 0
    assert backups.progress() == BackupProgress()
    # What was deleted goes as soon as nobody copies it any more.
    named = {item.path for item in (*items[:HALFWAY], later)}
    assert {str(path.relative_to(folder.copies)) for path in folder.copies.glob("*/*")} == named
    restored = restore(
        tmp_path / "copy.tar", tmp_path / "new" / "drover.db", LibraryFolder(tmp_path / "new" / "media"), stamp="now"
    )
    assert (restored.files, restored.missing) == (9, [])
    with Store.open(tmp_path / "new" / "drover.db") as again:
        assert again.read_sync(materials.page)[0] == 9
        assert again.read_sync(tasks.stats).total == restored.facts.rows["tasks"] <= added


def test_one_backup_at_a_time(
    store: Store, folder: LibraryFolder, backups: Backups, gate: Gate, tmp_path: Path
) -> None:
    for n in range(HALFWAY):
        add_item(store, folder, os.urandom(SIZE), f"{n}.png")

    async def story() -> None:
        first = asyncio.create_task(backups.make(MakeBackup(path=str(tmp_path / "first.tar"))))
        await gate.reached()
        with pytest.raises(RequestError, match=r"made already, to .*/first\.tar") as caught:
            await backups.make(MakeBackup(path=str(tmp_path / "second.tar")))
        assert caught.value.failure.code is Code.CONFLICT
        gate.open()
        await first
        await backups.make(MakeBackup(path=str(tmp_path / "second.tar")))

    asyncio.run(story())


def test_a_backup_whose_client_left_is_given_up(
    store: Store, folder: LibraryFolder, materials_room: MaterialLibrary, backups: Backups, gate: Gate, tmp_path: Path
) -> None:
    items = [add_item(store, folder, os.urandom(SIZE), f"{n}.png") for n in range(9)]
    (tmp_path / "there").mkdir()

    async def story() -> None:
        making = asyncio.create_task(backups.make(MakeBackup(path=str(tmp_path / "there" / "copy.tar"))))
        await gate.reached()
        await materials_room.answer(DeleteMaterial(material_id=items[-1].id))
        making.cancel()
        await asyncio.sleep(0)  # the cancellation is heard
        gate.open()
        with pytest.raises(asyncio.CancelledError):
            await making

    asyncio.run(story())
    assert list((tmp_path / "there").iterdir()) == []
    assert not (folder.copies / items[-1].path).exists()
    assert backups.progress() == BackupProgress()


def test_a_library_that_cannot_be_tidied_takes_no_backup_away(
    store: Store, folder: LibraryFolder, backups: Backups, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_item(store, folder, b"content")

    def fail(_conn: object) -> set[str]:
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(materials, "paths", fail)
    made = asyncio.run(backups.make(MakeBackup(path=str(tmp_path / "copy.tar"))))
    assert (made.files, (tmp_path / "copy.tar").exists()) == (1, True)


@pytest.mark.parametrize("library", [True, False])
def test_where_it_cannot_be_written_is_said(backups: Backups, tmp_path: Path, library: bool) -> None:
    (tmp_path / "mine.tar").write_text("mine")
    for path, code, why in (
        ("copy.tar", Code.INVALID, "expected an absolute path"),
        (str(tmp_path / "mine.tar"), Code.CONFLICT, "exists already"),
        (str(tmp_path / "none" / "copy.tar"), Code.INVALID, "cannot be written"),
    ):
        with pytest.raises(RequestError, match=why) as caught:
            asyncio.run(backups.make(MakeBackup(path=path, library=library)))
        assert caught.value.failure.code is code
    assert (tmp_path / "mine.tar").read_text() == "mine"
