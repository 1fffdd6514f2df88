"""Copies of the database: taken from a live one without stopping its writers, checked, and put back."""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from drover.durable import sync
from drover.store.errors import StoreError

_COUNTED: Final = ("tasks", "attempts", "events", "devices", "accounts")


class BackupFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a copy holds: its schema's migration, its size in bytes, and the rows of the tables that people ask for."""

    path: str
    revision: str
    size: int
    rows: dict[str, int]


def copy(source: Path, target: Path) -> BackupFacts:
    """Copy the database as it is at one moment to `target` (0600), which exists either whole or not at all.

    The source may be written to meanwhile: in WAL mode a copy in one step reads one snapshot and holds up nobody.
    Raises StoreError, among others if `target` exists: a backup is never written over.
    """
    if target.exists():
        raise StoreError(f"{target}: exists already; a backup is never written over, choose another name")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # 0600 by its contract
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror}; choose another folder") from error
    os.close(descriptor)
    part = Path(name)
    try:
        _copy_pages(source, part)
        facts = examine(part)
        _keep(part, target)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{target}: the backup failed: {error}; nothing was left there") from error
    finally:
        part.unlink(missing_ok=True)
    return msgspec.structs.replace(facts, path=str(target))


def examine(path: Path) -> BackupFacts:
    """What a copy holds, checked whole; raises StoreError if it is damaged or no database of Drover's."""
    if not path.is_file():
        raise StoreError(f"{path}: there is no such file")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as conn:
            found = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise StoreError(f"{path}: is damaged ({found})")
            revision = conn.execute("SELECT version_num FROM alembic_version").fetchone()
            tables = {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            rows = {
                table: conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - names of our own
                for table in _COUNTED
                if table in tables
            }
    except sqlite3.Error as error:
        raise StoreError(f"{path}: is not a database of Drover's: {error}") from error
    if revision is None:
        raise StoreError(f"{path}: is not a database of Drover's: it names no schema")
    return BackupFacts(path=str(path), revision=str(revision[0]), size=path.stat().st_size, rows=rows)


def restore(backup: Path, path: Path, *, stamp: str) -> tuple[BackupFacts, Path | None]:
    """Put the copy in the place of the database, whose files are kept beside it; the facts, and where the old one is.

    Nothing may have the database open: the caller holds the daemon's lock. Raises StoreError, having changed nothing.
    """
    facts = examine(backup)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.restoring")
    part.unlink(missing_ok=True)
    try:
        _copy_pages(backup, part)
        sync(part)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"{path}: cannot be restored: {error}; nothing was changed") from error
    old = _set_aside(path, stamp) if path.exists() else None
    part.replace(path)
    sync(path.parent)
    return facts, old


def _copy_pages(source: Path, target: Path) -> None:
    """All pages in one step, then out of WAL mode: a copy is one file."""
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as old, closing(sqlite3.connect(target)) as new:
        target.chmod(0o600)
        old.execute("PRAGMA busy_timeout = 5000")
        old.backup(new, pages=-1)
        new.execute("PRAGMA journal_mode = DELETE")


def _keep(part: Path, target: Path) -> None:
    """Give the finished copy its name, durably; link and not rename, so that nothing is ever replaced."""
    sync(part)
    try:
        os.link(part, target)
    except FileExistsError:
        raise StoreError(f"{target}: exists already; a backup is never written over, choose another name") from None
    sync(target.parent)


def _set_aside(path: Path, stamp: str) -> Path:
    """Move the database and its log together; the log goes first, so that it is never beside another database."""
    aside = path.with_name(f"{path.name}.before-restore-{stamp}")
    for suffix in ("-wal", "-shm", ""):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.replace(aside.with_name(aside.name + suffix))
    return aside
