"""The components that look after the daemon's own data, made in their order."""

from functools import partial

from drover.supervisor.core import Core
from drover.supervisor.tasks.components import TaskComponents
from drover.supervisor.tasks.startup_recovery import stamp_alive
from drover.supervisor.upkeep.backups import Backups
from drover.supervisor.upkeep.disk import Disk
from drover.supervisor.upkeep.reload import Reloader
from drover.supervisor.upkeep.retention import Retention


class UpkeepComponents:
    """`retention` is there before the others; `version` is written into backups."""

    def __init__(self, core: Core, tasks: TaskComponents, retention: Retention, version: str) -> None:
        self.retention = retention
        self.backups = Backups(core.store, tasks.materials, made_by=f"drover {version}")
        self.disk = Disk(core.settings.config.task_folders, write=partial(stamp_alive, core.store))
        self.reloader = Reloader(core.settings, core.boot.load, tasks.scripts, core.signal)
