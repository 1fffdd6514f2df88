"""Copies of what the daemon keeps, made while it works."""

import msgspec


class MakeBackup(msgspec.Struct, frozen=True, kw_only=True, tag="make_backup"):
    """Copy the database, as it is at one moment, to a new file on the daemon's machine; `path` is absolute."""

    path: str


class BackupMade(msgspec.Struct, frozen=True, kw_only=True, tag="backup_made"):
    """The copy is whole, checked and durable. `size` in bytes, `rows` by table, `schema` the newest migration in it."""

    path: str
    schema: str
    size: int
    rows: dict[str, int]
