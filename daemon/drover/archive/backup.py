"""Makes a backup of database and library while a daemon works: reads one snapshot, holds up no writer."""

import shutil
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from drover.archive.file import COPIES, DATABASE, FORMAT, THUMBNAILS, ArchiveWriter, Entry, Manifest, UnreadableError
from drover.media.library import RESERVE_BYTES, LibraryFolder
from drover.store import backup
from drover.store.backup import LibraryItem
from drover.store.errors import StoreError
from drover.wire.backups import BackupMade, BackupProgress, MissingFile


class GivenUpError(Exception):
    """No one wants the backup any more."""


class Making:
    """How far a backup is. Another thread may ask, and may give it up."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._files = self._bytes = self._files_done = self._bytes_done = 0
        self._given_up = threading.Event()

    def give_up(self) -> None:
        """End it at the next chunk."""
        self._given_up.set()

    def shown(self) -> BackupProgress:
        return BackupProgress(
            path=str(self.target),
            files_done=self._files_done,
            files=self._files,
            bytes_done=self._bytes_done,
            bytes=self._bytes,
        )

    def begin(self, items: Sequence[LibraryItem], database: int) -> None:
        """So much is to be read."""
        self._files, self._bytes = len(items), database + sum(item.size for item in items)

    def read(self, size: int) -> None:
        """So many more bytes went through; raises GivenUpError."""
        self._bytes_done += size
        if self._given_up.is_set():
            raise GivenUpError

    def file_done(self) -> None:
        self._files_done += 1


def make(database: Path, library: LibraryFolder, making: Making, *, made_by: str) -> BackupMade:
    """Fill `making.target` (0600), which exists either whole or not at all; raises StoreError and GivenUpError.

    The library must lose no file meanwhile. What it lacks, or holds damaged, is named in the result and the archive.
    """
    with backup.new_file(making.target) as part:
        copy = part.with_name(f"{part.name}.db")
        try:
            backup.copy_pages(database, copy)
            facts = backup.examine(copy)
            items = backup.library(copy)
            making.begin(items, facts.size)
            _check_room(making.target, facts.size + sum(item.size for item in items))
            with ArchiveWriter(part, making.read) as archive:
                manifest = Manifest(
                    format=FORMAT,
                    made_by=made_by,
                    made_at=datetime.now(UTC),
                    database=archive.add(DATABASE, copy),
                    files=[],
                    missing=[],
                )
                copied = _add_library(archive, items, library, making, manifest)
                archive.finish(manifest)
        finally:
            copy.unlink(missing_ok=True)
        size = part.stat().st_size
    return BackupMade(
        path=str(making.target),
        schema=facts.revision,
        size=size,
        rows=facts.rows,
        files=len(copied),
        files_size=sum(entry.size for entry in copied),
        missing=manifest.missing,
    )


def _add_library(
    archive: ArchiveWriter, items: Sequence[LibraryItem], library: LibraryFolder, making: Making, manifest: Manifest
) -> list[Entry]:
    """The copies of items that are in the archive now; the manifest names them, their thumbnails and what lacks."""
    copied: list[Entry] = []
    for item in items:
        try:
            copied.append(_add_copy(archive, item, library))
        except UnreadableError as error:
            manifest.missing.append(MissingFile(material_id=item.id, name=item.name, why=str(error)))
        else:
            manifest.files.append(copied[-1])
            manifest.files.extend(_add_thumbnail(archive, item, library))
        making.file_done()
    return copied


def _add_copy(archive: ArchiveWriter, item: LibraryItem, library: LibraryFolder) -> Entry:
    entry = archive.add(f"{COPIES}/{item.path}", library.copies / item.path)
    if entry.sha256 != item.sha256:
        raise UnreadableError("its file is damaged: the content is not what was added")
    return entry


def _add_thumbnail(archive: ArchiveWriter, item: LibraryItem, library: LibraryFolder) -> list[Entry]:
    try:
        return [archive.add(f"{THUMBNAILS}/{item.sha256}.jpg", library.thumbnail_path(item.sha256))]
    except UnreadableError:
        return []  # a picture for people to look at; nothing depends on it


def _check_room(target: Path, size: int) -> None:
    free = shutil.disk_usage(target.parent).free
    if size > free - RESERVE_BYTES:
        raise StoreError(
            f"{target}: needs {size / 1e6:.0f} MB, and its disk has {free / 1e6:.0f} MB left; "
            "make room, choose another disk, or copy the database alone (--database-only)"
        )
