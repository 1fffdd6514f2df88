"""Requests that look after the daemon's own data."""

from drover.config import ConfigError
from drover.supervisor.api.handlers.table import Table
from drover.supervisor.api.state import DaemonState
from drover.supervisor.upkeep.doctor import diagnose
from drover.wire import control
from drover.wire.faults import Code, RequestError


class UpkeepHandlers:
    """Backups, the doctor, the configuration. Only the control socket leads here: no path comes from the network."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return {
            control.MakeBackup: self._backup,
            control.GetBackupProgress: self._backup_progress,
            control.Diagnose: self._diagnose,
            control.ReloadConfig: self._reload,
        }

    async def _backup(self, body: control.MakeBackup) -> control.BackupMade:
        return await self._state.upkeep.backups.make(body)

    async def _backup_progress(self, _body: control.GetBackupProgress) -> control.BackupProgress:
        return self._state.upkeep.backups.progress()

    async def _diagnose(self, _body: control.Diagnose) -> control.Diagnosis:
        return control.Diagnosis(findings=await diagnose(self._state))

    async def _reload(self, _body: control.ReloadConfig) -> control.ConfigReloaded:
        try:
            return self._state.upkeep.reloader.reload()
        except ConfigError as error:
            raise RequestError(Code.INVALID, f"{error}; the configuration in force stays") from None
