"""Requests that look after the daemon's own data."""

import asyncio
from pathlib import Path

from drover.config import ConfigError
from drover.store import backup
from drover.store.errors import StoreError
from drover.supervisor.diagnosis import diagnose
from drover.supervisor.handlers.table import Table
from drover.supervisor.state import DaemonState
from drover.wire import control
from drover.wire.faults import Code, RequestError


class UpkeepHandlers:
    """Backups, the doctor, the configuration. Only the control socket leads here: no path comes from the network."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return {control.MakeBackup: self._backup, control.Diagnose: self._diagnose, control.ReloadConfig: self._reload}

    async def _diagnose(self, _body: control.Diagnose) -> control.Diagnosis:
        return control.Diagnosis(findings=await diagnose(self._state))

    async def _reload(self, _body: control.ReloadConfig) -> control.ConfigReloaded:
        try:
            return self._state.reload()
        except ConfigError as error:
            raise RequestError(Code.INVALID, f"{error}; the configuration in force stays") from None

    async def _backup(self, body: control.MakeBackup) -> control.BackupMade:
        target = Path(body.path)
        if not target.is_absolute():
            raise RequestError(Code.INVALID, f"path: expected an absolute path, got {body.path!r}")
        try:
            facts = await asyncio.to_thread(backup.copy, self._state.store.path, target)
        except StoreError as error:
            code = Code.CONFLICT if target.exists() else Code.INVALID
            raise RequestError(code, str(error), {"path": body.path}) from None
        return control.BackupMade(path=facts.path, schema=facts.revision, size=facts.size, rows=facts.rows)
