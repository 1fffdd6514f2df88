"""Backups that a client asks for: one at a time, in their own thread, given up with their client."""

import asyncio
from pathlib import Path

import structlog

from drover.archive.backup import Making, make
from drover.store import backup
from drover.store.errors import StoreError
from drover.store.store import Store
from drover.supervisor.tasks.library import MaterialLibrary
from drover.wire.backups import BackupMade, BackupProgress, MakeBackup
from drover.wire.faults import Code, RequestError

log = structlog.get_logger("drover.daemon")


class Backups:
    """Makes them. The library loses no file while it is copied; items that are deleted meanwhile go afterwards."""

    def __init__(self, store: Store, materials: MaterialLibrary, *, made_by: str) -> None:
        self._store = store
        self._materials = materials
        self._made_by = made_by
        self._making: Making | None = None

    def progress(self) -> BackupProgress:
        """How far the one is that is being made."""
        return BackupProgress() if self._making is None else self._making.shown()

    async def make(self, body: MakeBackup) -> BackupMade:
        """Answers when it is whole and durable; raises RequestError."""
        target = Path(body.path)
        if not target.is_absolute():
            raise RequestError(Code.INVALID, f"path: expected an absolute path, got {body.path!r}")
        if self._making is not None:
            message = f"a backup is being made already, to {self._making.target}; try again when it has ended"
            raise RequestError(Code.CONFLICT, message)
        self._making = making = Making(target)
        try:
            made = await (self._with_library(making) if body.library else self._database_alone(target))
        except StoreError as error:
            code = Code.CONFLICT if target.exists() else Code.INVALID
            raise RequestError(code, str(error), {"path": body.path}) from None
        finally:
            self._making = None
        log.info("backup_made", path=made.path, size=made.size, files=made.files, missing=len(made.missing))
        return made

    async def _with_library(self, making: Making) -> BackupMade:
        async with self._materials.kept() as library:
            work = asyncio.create_task(
                asyncio.to_thread(make, self._store.path, library, making, made_by=self._made_by)
            )
            try:
                return await asyncio.shield(work)
            except asyncio.CancelledError:
                making.give_up()
                log.warning("backup_given_up", path=str(making.target))
                await asyncio.wait([work])  # until then its files are read, and no other may begin
                work.exception()
                raise

    async def _database_alone(self, target: Path) -> BackupMade:
        facts = await asyncio.to_thread(backup.copy, self._store.path, target)
        return BackupMade(path=facts.path, schema=facts.revision, size=facts.size, rows=facts.rows)
