"""Copies of what the daemon keeps, made while it works."""

import msgspec


class MakeBackup(msgspec.Struct, frozen=True, kw_only=True, tag="make_backup"):
    """Copy the database, as it is at one moment, and the library that it names to a new file; `path` is absolute.

    With `library` False the file is a copy of the database alone. One at a time; when the connection of whoever asked
    ends, the backup is given up and nothing stays.
    """

    path: str
    library: bool = True


class GetBackupProgress(msgspec.Struct, frozen=True, kw_only=True, tag="get_backup_progress"):
    """Ask how far the backup is that is being made now."""


class BackupProgress(msgspec.Struct, frozen=True, kw_only=True, tag="backup_progress"):
    """How many of the library's files and bytes are in it so far; `path` is "" while none is being made."""

    path: str = ""
    files_done: int = 0
    files: int = 0
    bytes_done: int = 0
    bytes: int = 0


class MissingFile(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the library whose file is not there, and why."""

    material_id: int
    name: str
    why: str


class BackupMade(msgspec.Struct, frozen=True, kw_only=True, tag="backup_made"):
    """The copy is whole, checked and durable. `size` in bytes, `rows` by table, `schema` the newest migration in it.

    `files` of the library with `files_size` bytes are in it; `missing` are those that should be and cannot.
    """

    path: str
    schema: str
    size: int
    rows: dict[str, int]
    files: int = 0
    files_size: int = 0
    missing: list[MissingFile] = []
