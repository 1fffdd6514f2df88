"""Backups, the doctor and the configuration: who asks for them over the socket gets data or a refusal."""

from pathlib import Path

import pytest

from drover.config import Config, ConfigError, TasksSection
from drover.wire.control import (
    BackupMade,
    BackupProgress,
    ConfigReloaded,
    Diagnose,
    Diagnosis,
    GetBackupProgress,
    MakeBackup,
    ReloadConfig,
)
from drover.wire.faults import Code
from tests.support.supervised import Rig, Supervised


def test_a_backup_lies_where_it_was_asked_for_and_takes_no_place_that_is_taken(rig: Rig, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"

    async def scene(daemon: Supervised) -> None:
        await daemon.create()
        made = await daemon.ask(MakeBackup(path=str(target), library=False), BackupMade)
        assert (made.path, made.size) == (str(target), target.stat().st_size)
        assert (await daemon.refused(MakeBackup(path=str(target), library=False))).code is Code.CONFLICT
        assert (await daemon.refused(MakeBackup(path="here.db"))).code is Code.INVALID
        assert await daemon.ask(GetBackupProgress(), BackupProgress) == BackupProgress()

    rig.play(scene)


def test_the_doctor_looks_at_everything(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        checks = {finding.check for finding in (await daemon.ask(Diagnose(), Diagnosis)).findings}
        assert {"adb server", "data", "database", "socket folder"} <= checks

    rig.play(scene)


def test_r19_a_bad_configuration_is_refused_and_the_old_one_stays(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(daemon: Supervised) -> None:
        boot, config = daemon.state.core.boot, daemon.state.core.settings.config

        def bad() -> Config:
            raise ConfigError("drover.toml:2: tasks.max_tries: expected 1 to 10")

        monkeypatch.setattr(daemon.state.upkeep.reloader, "_load", bad)
        failure = await daemon.refused(ReloadConfig())
        assert failure.code is Code.INVALID
        assert "tasks.max_tries: expected 1 to 10; the configuration in force stays" in failure.message
        assert daemon.state.core.settings.config is config
        rig.set(tasks=TasksSection(max_tries=4))
        monkeypatch.setattr(daemon.state.upkeep.reloader, "_load", boot.load)
        assert await daemon.ask(ReloadConfig(), ConfigReloaded) == ConfigReloaded(applied=[], after_restart=[])

    rig.play(scene)
