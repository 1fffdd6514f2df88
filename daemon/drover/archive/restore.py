"""Puts a backup back where no daemon works: the library first, checked file by file, then the database.

What was there before is kept: the database next to the new one, and the files that only it names.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from drover.archive.file import COPIES, ArchiveReader, Entry, Manifest, OnBytes, digest_of, is_archive
from drover.media.library import RESERVE_BYTES, LibraryFolder
from drover.store import backup, restoration
from drover.store.backup import BackupFacts, LibraryItem
from drover.store.database import UNRELEASED, known_revisions, migrate
from drover.store.errors import StoreError
from drover.store.restoration import Restoration
from drover.wire.backups import MissingFile

_UNPACKED: Final = ".unpacked"
_BEFORE: Final = ".before-restore-"
TASK_FOLDERS: Final = "tasks"


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What is there now. `files` of the library are there, `missing` are not; `old`, `aside` and `folders_aside` (logs
    of tasks that the restored database does not hold) hold what was before; `past` is what is held, and what is known
    of the time since.

    `checked` says whether the files' contents were compared with their digests, or their sizes only.
    """

    facts: BackupFacts
    files: int
    missing: list[MissingFile]
    checked: bool
    old: Path | None
    aside: Path | None
    past: Restoration
    folders_aside: Path | None


def restore(
    source: Path,
    database: Path,
    library: LibraryFolder,
    *,
    stamp: str,
    begins: Callable[[int], None] = lambda _bytes: None,
    on_bytes: OnBytes = lambda _bytes: None,
) -> Restored:
    """Put the backup in the place of database and library; `begins` hears how many bytes `on_bytes` will count.

    Nothing may have the database open: the caller holds the daemon's lock. Raises StoreError with the database as it
    was, for what is no whole backup, of a newer Drover, or too large for the disk.
    """
    try:
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        library.prepare()
        if is_archive(source):
            return _from_archive(source, database, library, stamp, begins, on_bytes)
        _refuse_unknown(source, backup.examine(source))
        return _put_back(source, database, backup.library(source), library, stamp)
    except OSError as error:
        raise StoreError(f"{source}: cannot be restored: {error}") from error


def _from_archive(
    source: Path, database: Path, library: LibraryFolder, stamp: str, begins: Callable[[int], None], on_bytes: OnBytes
) -> Restored:
    unpacked = database.with_name(database.name + _UNPACKED)
    with ArchiveReader(source) as archive:
        manifest = archive.manifest
        _check_room(database.parent, library, manifest)
        begins(manifest.database.size + sum(entry.size for entry in manifest.files))
        try:
            if why := _unpack(archive, manifest.database, unpacked, on_bytes):
                raise StoreError(f"{source}: its database {why}; nothing was changed")
            _refuse_unknown(source, backup.examine(unpacked))
            items = backup.library(unpacked)
            faults = {item.material_id: f"was not in the backup: {item.why}" for item in manifest.missing}
            faults |= _unpack_library(archive, items, library, on_bytes)
            os.sync()  # all files at once, before the database names them: a sync for each would take minutes
            return _put_back(unpacked, database, items, library, stamp, faults)
        finally:
            unpacked.unlink(missing_ok=True)


def _unpack_library(
    archive: ArchiveReader, items: list[LibraryItem], library: LibraryFolder, on_bytes: OnBytes
) -> dict[int, str]:
    """Bring every file of the archive; by item, what is wrong with those that are not whole now."""
    of_path = {f"{COPIES}/{item.path}": item for item in items}
    faults: dict[int, str] = {}
    for entry in archive.manifest.files:
        there = library.root / entry.name
        if _is_whole(there, entry):
            on_bytes(entry.size)
            continue
        there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        why = _unpack(archive, entry, there, on_bytes)
        if why and entry.name in of_path:
            faults[of_path[entry.name].id] = why
    return faults


def _unpack(archive: ArchiveReader, entry: Entry, there: Path, on_bytes: OnBytes) -> str:
    """Write one file, if it is what the manifest says; else what is wrong with it, and nothing is there."""
    part = there.with_name(f".{there.name}{_UNPACKED}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            why = archive.extract(entry, file, on_bytes)
        if not why:
            part.replace(there)
        return why
    finally:
        part.unlink(missing_ok=True)


def _put_back(
    copy: Path,
    database: Path,
    items: Sequence[LibraryItem],
    library: LibraryFolder,
    stamp: str,
    faults: Mapping[int, str] | None = None,
) -> Restored:
    """Change the databases, and see what is there of the items that the new one names.

    `faults`: None if nothing was unpacked.
    """
    prepared: list[Restoration] = []
    facts, old = backup.restore(
        copy, database, stamp=stamp, prepare=lambda part: prepared.append(_past(part, database))
    )
    past = prepared[0]
    missing = [
        MissingFile(material_id=item.id, name=item.name, why=why)
        for item in items
        if (why := _fault(item, library, faults))
    ]
    aside = library.root.with_name(f"{library.root.name}{_BEFORE}{stamp}")
    moved = library.set_aside({item.path for item in items}, aside)
    return Restored(
        facts=facts,
        files=len(items) - len(missing),
        missing=missing,
        checked=faults is not None,
        old=old,
        aside=aside if moved else None,
        past=past,
        folders_aside=_set_folders_aside(database, set() if past.another else backup.task_ids(database), stamp),
    )


def _past(copy: Path, database: Path) -> Restoration:
    """Make the copy safe to start from, with what the database knows that it replaces."""
    migrate(copy)
    highest = _highest_folder(database.parent)
    return restoration.prepare(copy, before=database, highest_folder=highest, now=datetime.now(UTC))


def _highest_folder(data: Path) -> int:
    """The largest task id that has a folder there, those included that earlier restores moved aside."""
    places = [data / TASK_FOLDERS, *data.glob(f"{TASK_FOLDERS}{_BEFORE}*")]
    return max((number for folders in places for number in _task_ids(folders)), default=0)


def _task_ids(folders: Path) -> list[int]:
    names = [path.name for path in folders.iterdir()] if folders.is_dir() else []
    return [int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 18]


def _set_folders_aside(database: Path, own: Set[int], stamp: str) -> Path | None:
    """Move logs and evidence away that are not of the database's `own` tasks. Those of another database must not be
    read as theirs, and what was done since the backup would be removed as left by deleted tasks."""
    folders = database.with_name(TASK_FOLDERS)
    strangers = [number for number in _task_ids(folders) if number not in own]
    if not strangers:
        return None
    aside = folders.with_name(f"{TASK_FOLDERS}{_BEFORE}{stamp}")
    aside.mkdir(mode=0o700)
    for number in strangers:
        (folders / str(number)).rename(aside / str(number))
    return aside


def _fault(item: LibraryItem, library: LibraryFolder, faults: Mapping[int, str] | None) -> str:
    """What is wrong with an item's file, "" if nothing is."""
    there = library.copies / item.path
    if not there.is_file():
        return (faults or {}).get(item.id, "is not on this machine")
    if there.stat().st_size != item.size:
        return (faults or {}).get(item.id, "is damaged on this machine")
    if faults and item.id in faults:  # a file of that name was there already: it may be the one
        return "" if digest_of(there) == item.sha256 else faults[item.id]
    return ""


def _is_whole(there: Path, entry: Entry) -> bool:
    return _has_size(there, entry.size) and digest_of(there) == entry.sha256


def _has_size(there: Path, size: int) -> bool:
    return there.is_file() and there.stat().st_size == size


def _refuse_unknown(source: Path, facts: BackupFacts) -> None:
    if facts.revision not in known_revisions():
        origin = "a development version of" if facts.revision in UNRELEASED else "a newer"
        raise StoreError(
            f"{source}: was made by {origin} Drover (schema {facts.revision}); restore it with that version. "
            "Nothing was changed"
        )


def _check_room(folder: Path, library: LibraryFolder, manifest: Manifest) -> None:
    """The database is written twice: unpacked, then copied into its place."""
    lacking = [entry.size for entry in manifest.files if not _has_size(library.root / entry.name, entry.size)]
    needed = 2 * manifest.database.size + sum(lacking)
    free = shutil.disk_usage(folder).free
    if needed > free - RESERVE_BYTES:
        raise StoreError(
            f"{folder}: the backup needs {needed / 1e6:.0f} MB, and the disk has {free / 1e6:.0f} MB left; "
            "make room, then restore again. Nothing was changed"
        )
