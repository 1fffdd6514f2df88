"""Copies of the database: taken from a live one without stopping its writers, checked, and put back."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import msgspec

from drover.durable import keep, sync
from drover.store.errors import StoreError

_COUNTED: Final = ("tasks", "attempts", "events", "devices", "accounts", "materials")


class BackupFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a copy holds: its schema's migration, its size in bytes, and the rows of the tables that people ask for."""

    path: str
    revision: str
    size: int
    rows: dict[str, int]


class LibraryItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the library that a copy names; `path` lies within the folder of the library's copies."""

    id: int
    name: str
    path: str
    sha256: str
    size: int


def copy(source: Path, target: Path) -> BackupFacts:
    """Copy the database as it is at one moment to `target` (0600), which exists either whole or not at all.

    The source may be written to meanwhile: in WAL mode a copy in one step reads one snapshot and holds up no one.
    Raises StoreError, among others if `target` exists: a backup is never written over.
    """
    with new_file(target) as part:
        copy_pages(source, part)
        facts = examine(part)
    return msgspec.structs.replace(facts, path=str(target))


@contextmanager
def new_file(target: Path) -> Generator[Path]:
    """A private file to fill, which is `target` once the block has ended well, and gone otherwise.

    Raises StoreError where `target` exists, where its folder cannot be written to, and for what fails in the block.
    """
    exists = f"{target}: exists already; a backup is never written over, choose another name"
    if target.exists():
        raise StoreError(exists)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # 0600 by its contract
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror}; choose another folder") from error
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
        keep(part, target)
    except FileExistsError:
        raise StoreError(exists) from None
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{target}: the backup failed: {error}; nothing was left there") from error
    finally:
        part.unlink(missing_ok=True)


def examine(path: Path) -> BackupFacts:
    """What a copy holds, checked whole; raises StoreError if it is damaged or no database of Drover's."""
    if not path.is_file():
        raise StoreError(f"{path}: there is no such file")
    try:
        with closing(_read(path)) as conn:
            found = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise StoreError(f"{path}: is damaged ({found})")
            revision = conn.execute("SELECT version_num FROM alembic_version").fetchone()
            tables = {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            rows = {
                table: conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our names
                for table in _COUNTED
                if table in tables
            }
    except sqlite3.Error as error:
        raise StoreError(f"{path}: is not a database of Drover's: {error}") from error
    if revision is None:
        raise StoreError(f"{path}: is not a database of Drover's: it names no schema")
    return BackupFacts(path=str(path), revision=str(revision[0]), size=path.stat().st_size, rows=rows)


def library(path: Path) -> list[LibraryItem]:
    """The library's items that a copy names, oldest first; the copy was examined before."""
    with closing(_read(path)) as conn:
        rows = conn.execute("SELECT id, name, path, sha256, size FROM materials ORDER BY id").fetchall()
    names = ("id", "name", "path", "sha256", "size")
    return [LibraryItem(**dict(zip(names, row, strict=True))) for row in rows]


def task_ids(path: Path) -> set[int]:
    """The tasks that a copy of this version's schema holds."""
    with closing(_read(path)) as conn:
        return {number for (number,) in conn.execute("SELECT id FROM tasks")}


def restore(
    backup: Path, path: Path, *, stamp: str, prepare: Callable[[Path], None] = lambda _copy: None
) -> tuple[BackupFacts, Path | None]:
    """Put the copy in the place of the database, whose files are kept next to it; the facts, and where the old one is.

    `prepare` changes the copy before it takes its place, and raises to give up. Nothing may have the database open: the
    caller holds the daemon's lock. Raises StoreError, having changed nothing.
    """
    facts = examine(backup)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.restoring")
    _remove(part)
    try:
        copy_pages(backup, part)
        prepare(part)
        sync(part)
    except StoreError:
        _remove(part)
        raise
    except (sqlite3.Error, OSError) as error:
        _remove(part)
        raise StoreError(f"{path}: cannot be restored: {error}; nothing was changed") from error
    old = _set_aside(path, stamp) if path.exists() else None
    part.replace(path)
    sync(path.parent)
    return facts, old


def _remove(part: Path) -> None:
    for suffix in ("-wal", "-shm", "-journal", ""):
        part.with_name(part.name + suffix).unlink(missing_ok=True)


def _read(path: Path) -> sqlite3.Connection:
    """A copy, which no one writes to."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def copy_pages(source: Path, target: Path) -> None:
    """All pages in one step, then out of WAL mode: a copy is one file."""
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as old, closing(sqlite3.connect(target)) as new:
        target.chmod(0o600)
        old.execute("PRAGMA busy_timeout = 5000")
        old.backup(new, pages=-1)
        new.execute("PRAGMA journal_mode = DELETE")


def _set_aside(path: Path, stamp: str) -> Path:
    """Move the database and its log together; the log goes first, so that it is never next to another database."""
    aside = path.with_name(f"{path.name}.before-restore-{stamp}")
    for suffix in ("-wal", "-shm", ""):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.replace(aside.with_name(aside.name + suffix))
    return aside
