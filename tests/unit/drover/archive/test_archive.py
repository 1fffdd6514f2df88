"""Backups with the library: whole or refused, checked file by file when they are put back, and nothing lost by it."""

import io
import os
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, text

from drover.archive import backup as making_module
from drover.archive import file as archive_file
from drover.archive.backup import GivenUpError, Making, make
from drover.archive.file import ArchiveReader, Entry
from drover.archive.restore import Restored, restore
from drover.media.library import LibraryFolder
from drover.store import Store, StoreError, backup, materials, tasks
from drover.store.restoration import GAP
from drover.wire.backups import BackupMade
from tests.support.library import add_item, files_under, library_in
from tests.support.stored import add


@pytest.fixture
def library(tmp_path: Path) -> LibraryFolder:
    return library_in(tmp_path)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "copy.tar"


def made(store: Store, library: LibraryFolder, target: Path) -> BackupMade:
    return make(store.path, library, Making(target), made_by="drover 1")


def put_back(source: Path, machine: Path) -> Restored:
    return restore(source, machine / "drover.db", LibraryFolder(machine / "media"), stamp="now")


def rewrite(path: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    """The archive with its members changed."""
    with tarfile.open(path) as old:
        members = {member.name: old.extractfile(member).read() for member in old}  # type: ignore[union-attr]
    change(members)
    with tarfile.open(path, "w") as new:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            new.addfile(info, io.BytesIO(data))


# --- made and put back --------------------------------------------------------------------------------------------


def test_r18_a_backup_holds_the_library_and_is_whole_on_another_machine(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path
) -> None:
    task_id = add(store)
    items = [add_item(store, library, os.urandom(3_000_000), "clip.png"), add_item(store, library, b"", "empty.png")]
    done = made(store, library, target)
    assert (done.files, done.files_size, done.missing) == (2, 3_000_000, [])
    assert (done.rows["tasks"], done.rows["materials"], done.size) == (1, 2, target.stat().st_size)
    assert [path.name for path in target.parent.iterdir()] == ["copy.tar"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    restored = put_back(target, tmp_path / "new")
    assert (restored.files, restored.missing, restored.checked) == (2, [], True)
    assert (restored.old, restored.aside) == (None, None)
    assert files_under(tmp_path / "new" / "media") == files_under(tmp_path / "media")
    with Store.open(tmp_path / "new" / "drover.db") as again:
        assert again.read_sync(tasks.get, task_id) is not None
        assert again.read_sync(materials.page) == (2, items[::-1])
    private = [path for path in (tmp_path / "new" / "media").rglob("*") if path.stat().st_mode & 0o077]
    assert private == []


def test_other_programs_can_unpack_it(store: Store, library: LibraryFolder, target: Path, tmp_path: Path) -> None:
    item = add_item(store, library, b"content")
    made(store, library, target)
    with tarfile.open(target) as plain:
        plain.extractall(tmp_path / "by_hand", filter="data")
    assert (tmp_path / "by_hand" / "library" / item.path).read_bytes() == b"content"
    assert backup.examine(tmp_path / "by_hand" / "drover.db").rows["materials"] == 1


def test_what_is_missing_or_damaged_is_named_when_the_backup_is_made(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path
) -> None:
    gone, rotten, good = (add_item(store, library, bytes([n]) * 2_000_000, f"{n}.png") for n in range(3))
    (library.copies / gone.path).unlink()
    (library.copies / rotten.path).write_bytes(b"x" * 2_000_000)
    done = made(store, library, target)
    assert done.files == 1
    assert [(missing.material_id, missing.name, missing.why) for missing in done.missing] == [
        (gone.id, "0.png", "its file is gone"),
        (rotten.id, "1.png", "its file is damaged: the content is not what was added"),
    ]
    restored = put_back(target, tmp_path / "new")
    assert [missing.why for missing in restored.missing] == [
        "was not in the backup: its file is gone",
        "was not in the backup: its file is damaged: the content is not what was added",
    ]
    assert (tmp_path / "new" / "media" / "library" / good.path).exists()


def unreadable(patched: pytest.MonkeyPatch, first: bytes) -> None:
    """A disk that fails where content begins with this."""
    whole_read = archive_file._Reader.read  # pyright: ignore[reportPrivateUsage]

    def read(self: archive_file._Reader, size: int = -1, /) -> bytes:  # pyright: ignore[reportPrivateUsage]
        data = whole_read(self, size)
        if data.startswith(first):
            raise OSError(5, "Input/output error")
        return data

    patched.setattr(archive_file._Reader, "read", read)  # pyright: ignore[reportPrivateUsage]


def test_a_file_that_cannot_be_read_to_its_end_spoils_nothing_else(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, good, worn = (add_item(store, library, letter * 3_000_000) for letter in (b"a", b"b", b"c"))
    with monkeypatch.context() as patched:
        unreadable(patched, b"a")
        done = made(store, library, target)
    assert [(m.material_id, m.why) for m in done.missing] == [
        (broken.id, "its file cannot be read: Input/output error")
    ]
    with monkeypatch.context() as patched:
        unreadable(patched, b"c")
        restored = put_back(target, tmp_path / "new")
    assert [(m.material_id, m.why) for m in restored.missing] == [
        (broken.id, "was not in the backup: its file cannot be read: Input/output error"),
        (worn.id, "cannot be read in the backup: [Errno 5] Input/output error"),
    ]
    assert files_under(tmp_path / "new" / "media" / "library") == {good.path: b"b" * 3_000_000}


# --- refused, nothing changed -------------------------------------------------------------------------------------


def test_an_archive_that_was_cut_off_or_is_another_programs_is_refused(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path
) -> None:
    add_item(store, library, os.urandom(1_000_000))
    made(store, library, target)
    data = target.read_bytes()
    for name, content in {
        "cut.tar": data[: len(data) // 2],
        "end.tar": data[: data.rindex(b"manifest.json")],
        "garbled.tar": data[:300] + b"\xff" * 300 + data[600:],
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(StoreError, match=r"cut off|cannot be read"):
            put_back(tmp_path / name, tmp_path / "new")
    with tarfile.open(tmp_path / "other.tar", "w") as other:
        other.add(__file__, "library/a.mp4")
    with pytest.raises(StoreError, match="no archive of Drover's"):
        put_back(tmp_path / "other.tar", tmp_path / "new")
    assert files_under(tmp_path / "new") == {}


@pytest.mark.parametrize(
    "name", ["../../drover.db", "drover.db", "library/../../x", "/etc/passwd", "library/ab/..", "thumbnails/x\n"]
)
def test_s13_an_archive_leads_nowhere_outside(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path, name: str
) -> None:
    made(store, library, target)

    def poison(members: dict[str, bytes]) -> None:
        manifest = msgspec.json.decode(members["manifest.json"])
        manifest["files"] = [{"name": name, "size": 1, "sha256": "00"}]
        members[name], members["manifest.json"] = b"x", msgspec.json.encode(manifest)

    rewrite(target, poison)
    with pytest.raises(StoreError, match="names a file that Drover never writes"):
        put_back(target, tmp_path / "new")
    assert files_under(tmp_path / "new") == {}


def test_a_damaged_database_changes_nothing(store: Store, library: LibraryFolder, target: Path, tmp_path: Path) -> None:
    add_item(store, library, b"content")
    made(store, library, target)
    rewrite(target, lambda members: members.update({"drover.db": b"\0" + members["drover.db"][1:]}))
    with pytest.raises(StoreError, match=r"its database is damaged in the backup; nothing was changed"):
        put_back(target, tmp_path / "new")
    assert files_under(tmp_path / "new") == {}


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize(("schema", "origin"), [("9999", "a newer"), ("0011", "a development version of")])
def test_r18_a_backup_of_a_schema_that_no_migration_starts_from_is_refused(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path, plain: bool, schema: str, origin: str
) -> None:
    def age(conn: Connection) -> None:
        conn.execute(text("UPDATE alembic_version SET version_num = :schema"), {"schema": schema})

    store.write_sync(age)
    if plain:
        backup.copy(store.path, target)
    else:
        made(store, library, target)
    with pytest.raises(StoreError, match=rf"made by {origin} Drover \(schema {schema}\)"):
        put_back(target, tmp_path / "new")
    assert files_under(tmp_path / "new") == {}


def test_no_room_is_said_before_anything_is_written(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_item(store, library, b"content")
    with monkeypatch.context() as full:
        full.setattr(making_module, "RESERVE_BYTES", 10**18)
        with pytest.raises(StoreError, match=r"needs 0 MB, and its disk has \d+ MB left; make room"):
            made(store, library, target)
    assert list(target.parent.iterdir()) == []
    made(store, library, target)
    with monkeypatch.context() as full:
        full.setattr("drover.archive.restore.RESERVE_BYTES", 10**18)
        with pytest.raises(StoreError, match="Nothing was changed"):
            put_back(target, tmp_path / "new")
    assert files_under(tmp_path / "new") == {}


def test_a_backup_that_is_given_up_leaves_nothing(store: Store, library: LibraryFolder, target: Path) -> None:
    add_item(store, library, os.urandom(5_000_000))
    making = Making(target)
    making.give_up()
    with pytest.raises(GivenUpError):
        make(store.path, library, making, made_by="drover 1")
    assert list(target.parent.iterdir()) == []


SPARSE = 3_000_000_000


def sparse(name: str, *, old_gnu: bool) -> tuple[tarfile.TarInfo, bytes]:
    """A member of 3 GB that takes a block or two, as GNU tar writes it in its old way or in that of pax."""
    info = tarfile.TarInfo(name)
    if not old_gnu:
        info.pax_headers = {
            "GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.name": name,
            "GNU.sparse.size": str(SPARSE), "GNU.sparse.numblocks": "1", "GNU.sparse.map": "0,0",
        }  # fmt: skip
        return info, b""
    info.type = tarfile.GNUTYPE_SPARSE
    head = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    head[386:410] = b"%011o\0%011o\0" % (0, 0)
    head[483:495] = b"%011o\0" % SPARSE if SPARSE < 8**11 else b"\0" * 12
    head[148:156] = b"        "
    head[148:156] = b"%06o\0 " % sum(head)
    return info, bytes(head)


def written(path: Path, members: dict[str, bytes], odd: tarfile.TarInfo, head: bytes = b"") -> None:
    """An archive with one odd member before the others."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as new:
        if head:
            new.fileobj.write(head)
            new.offset += len(head)
        else:
            new.addfile(odd)
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            new.addfile(info, io.BytesIO(data))


def members_of(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as old:
        return {member.name: old.extractfile(member).read() for member in old}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["drover.db", "manifest.json", "elsewhere"])
@pytest.mark.parametrize("old_gnu", [True, False])
def test_case_b13_a_sparse_member_writes_nothing(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path, name: str, old_gnu: bool
) -> None:
    made(store, library, target)
    members = members_of(target)
    members.pop(name, None)
    odd, head = sparse(name, old_gnu=old_gnu)
    written(target, members, odd, head)
    with tarfile.open(target) as crafted:
        found = crafted.next()
        assert found is not None
        assert (found.issparse(), found.size) == (True, SPARSE)
    with pytest.raises(StoreError, match=f"holds '{name}', which is no plain file"):
        put_back(target, tmp_path / "new")
    assert files_under(tmp_path / "new") == {}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_case_b13_links_and_devices_are_refused(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path, kind: bytes
) -> None:
    made(store, library, target)
    odd = tarfile.TarInfo("library")
    odd.type, odd.linkname = kind, "/etc/passwd"
    written(target, members_of(target), odd)
    with pytest.raises(StoreError, match="no plain file"):
        put_back(target, tmp_path / "new")
    assert files_under(tmp_path / "new") == {}


def test_case_b13_a_member_of_another_size_than_the_manifest_says_is_not_written(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path
) -> None:
    item = add_item(store, library, b"1" * 1000)
    made(store, library, target)
    rewrite(target, lambda members: members.update({f"library/{item.path}": b"1" * 5_000_000}))
    with ArchiveReader(target) as archive:
        (entry,) = [one for one in archive.manifest.files if one.name == f"library/{item.path}"]
        into = io.BytesIO()
        assert archive.extract(entry, into, lambda _bytes: None) == "is damaged in the backup"
        assert into.getvalue() == b""
    assert [lost.why for lost in put_back(target, tmp_path / "new").missing] == ["is damaged in the backup"]


def test_case_b13_a_manifest_of_negative_sizes_or_files_twice_is_refused(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path
) -> None:
    add_item(store, library, b"content")
    made(store, library, target)
    whole = target.read_bytes()

    def negative(members: dict[str, bytes]) -> None:
        members["manifest.json"] = members["manifest.json"].replace(b'"size": 7', b'"size": -7')

    def twice(members: dict[str, bytes]) -> None:
        manifest = msgspec.json.decode(members["manifest.json"])
        manifest["files"] *= 2
        members["manifest.json"] = msgspec.json.encode(manifest)

    for change, words in ((negative, "is no backup that this version knows"), (twice, "names a file twice")):
        target.write_bytes(whole)
        rewrite(target, change)
        with pytest.raises(StoreError, match=words):
            put_back(target, tmp_path / "new")
    assert files_under(tmp_path / "new") == {}


def test_case_b13_more_members_than_the_manifest_can_account_for_are_refused(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path
) -> None:
    add_item(store, library, b"content")
    made(store, library, target)
    rewrite(target, lambda members: members.update({f"library/{n}": b"x" for n in range(5)}))
    with pytest.raises(StoreError, match=r"holds 9 files, and by its manifest\.json at most 4"):
        put_back(target, tmp_path / "new")
    assert files_under(tmp_path / "new") == {}


# --- put back -----------------------------------------------------------------------------------------------------


def test_a_file_that_is_damaged_in_the_backup_is_named_and_the_rest_is_put_back(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path
) -> None:
    rotten, gone, good = (add_item(store, library, bytes([n]) * 1000, f"{n}.png") for n in range(3))
    made(store, library, target)

    def harm(members: dict[str, bytes]) -> None:
        members[f"library/{rotten.path}"] = b"x" * 1000
        del members[f"library/{gone.path}"]

    rewrite(target, harm)
    restored = put_back(target, tmp_path / "new")
    assert (restored.files, [(m.material_id, m.name, m.why) for m in restored.missing]) == (
        1,
        [(rotten.id, "0.png", "is damaged in the backup"), (gone.id, "1.png", "is not in the backup")],
    )
    copies = files_under(tmp_path / "new" / "media" / "library")
    assert copies == {good.path: b"\2" * 1000}
    # Where the machine has a whole copy still, nothing is missing.
    store.close()
    assert put_back(target, tmp_path).missing == []


def test_files_that_are_there_stay_and_damaged_ones_are_replaced(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path
) -> None:
    whole, rotten = add_item(store, library, b"1" * 1000), add_item(store, library, b"2" * 1000)
    made(store, library, target)
    (library.copies / rotten.path).write_bytes(b"x" * 1000)
    before = (library.copies / whole.path).stat()
    store.close()
    restored = put_back(target, tmp_path)
    assert (restored.files, restored.missing) == (2, [])
    assert (library.copies / rotten.path).read_bytes() == b"2" * 1000
    after = (library.copies / whole.path).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("plain", [True, False])
def test_what_only_the_old_database_names_is_kept_with_it(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path, plain: bool
) -> None:
    kept = add_item(store, library, b"kept")
    if plain:
        backup.copy(store.path, target)
    else:
        made(store, library, target)
    later = add_item(store, library, b"later")
    store.close()
    restored = put_back(target, tmp_path)
    assert restored.old == tmp_path / "drover.db.before-restore-now"
    assert restored.aside == tmp_path / "media.before-restore-now"
    assert files_under(library.copies) == {kept.path: b"kept"}
    assert files_under(tmp_path / "media.before-restore-now") == {
        f"library/{later.path}": b"later",
        f"thumbnails/{later.sha256}.jpg": b"small later",
    }


def test_r18_a_plain_copy_of_the_database_is_put_back_and_says_what_is_missing(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path
) -> None:
    there, gone, short = (add_item(store, library, bytes([n]) * 1000, f"{n}.png") for n in range(3))
    backup.copy(store.path, target)
    new = library_in(tmp_path / "new")
    for item, content in ((there, b"\0" * 1000), (short, b"cut")):
        (new.copies / item.path).parent.mkdir(exist_ok=True)
        (new.copies / item.path).write_bytes(content)
    restored = put_back(target, tmp_path / "new")
    assert (restored.files, restored.checked) == (1, False)
    assert [(m.material_id, m.why) for m in restored.missing] == [
        (gone.id, "is not on this machine"),
        (short.id, "is damaged on this machine"),
    ]


def test_a_reader_says_what_is_wrong_with_one_file(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path
) -> None:
    made(store, library, target)
    with ArchiveReader(target) as archive:
        entry = archive.manifest.database
        for wrong in (entry.size + 1, entry.size - 1):
            bad = Entry(name=entry.name, size=wrong, sha256=entry.sha256)
            assert archive.extract(bad, io.BytesIO(), lambda _bytes: None) == "is damaged in the backup"
        assert archive.extract(entry, io.BytesIO(), lambda _bytes: None) == ""


def test_case_b2_task_folders_here_are_no_logs_of_restored_tasks(
    store: Store, library: LibraryFolder, target: Path, tmp_path: Path, empty_database: Path
) -> None:
    add(store)
    made(store, library, target)
    here = tmp_path / "here"
    (here / "tasks" / "9000").mkdir(parents=True)
    (here / "tasks" / "1").mkdir()
    # The folders of this database's own tasks stay; those of tasks made since are kept, and their numbers never given.
    done = put_back(target, here)
    assert (done.folders_aside, done.past.next_task) == (here / "tasks.before-restore-now", 9000 + GAP + 1)
    assert [path.name for path in (here / "tasks.before-restore-now").iterdir()] == ["9000"]
    # Those of another database's tasks go aside: its task 1 is not ours.
    shutil.copy(empty_database, here / "drover.db")
    with closing(sqlite3.connect(here / "drover.db")) as raw:
        raw.execute("UPDATE settings SET value = '\"another\"' WHERE key = 'lineage'")
        raw.commit()
    done = restore(target, here / "drover.db", LibraryFolder(here / "media"), stamp="later")
    aside = here / "tasks.before-restore-later"
    assert done.folders_aside == aside
    assert [path.name for path in aside.iterdir()] == ["1"]
    assert list((here / "tasks").iterdir()) == []
    assert done.past.next_task == 9000 + GAP + 1
