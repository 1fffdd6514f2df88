"""Starting adb's server: only where it may be, not while one lives, and not all the time. A real one."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from drover.config import AdbSection, Config
from drover.supervisor.settings import Settings
from drover.supervisor.upkeep import adb_server
from drover.supervisor.upkeep.adb_server import START_EVERY_S, AdbServer, own_version
from tests.support.adb import free_port


class Rig:
    """A starter for a port of its own. Time stands still unless it is told to pass; `started` are its servers."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.started: list[subprocess.Popen[bytes]] = []
        self.config = AdbSection(port=free_port())
        self.log = folder / "adb-server.log"
        monkeypatch.setattr("drover.supervisor.clock.monotonic_s", lambda: self.now)
        for name in ("HOME", "TMPDIR"):
            monkeypatch.setenv(name, str(folder))
        for name in ("ADB_MDNS", "ADB_USB", "ADB_EMU"):
            monkeypatch.setenv(name, "0")

    def starter(self, **changed: Any) -> AdbServer:
        return AdbServer(Settings(Config(adb=replace(self.config, **changed))), self.log)

    def ensure(self, server: AdbServer) -> list[str]:
        """What it says of it."""
        with capture_logs() as logs:
            server.ensure()
        if "adb_server_started" in (events := [str(line["event"]) for line in logs]):
            self.started.append(vars(server)["_process"])
        return events

    def end(self) -> None:
        """All that were started."""
        for process in self.started:
            process.kill()
            process.wait(20)


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    made = Rig(tmp_path, monkeypatch)
    yield made
    made.end()


def test_one_is_started_detached_once_and_again_when_it_has_died(rig: Rig) -> None:
    server = rig.starter()
    assert rig.ensure(server) == ["adb_server_started"]
    pid = rig.started[0].pid
    assert os.getsid(pid) == pid  # so that it outlives us and no terminal's signal reaches it
    assert f"tcp:localhost:{rig.config.port}" in psutil.Process(pid).cmdline()
    rig.now += START_EVERY_S
    assert rig.ensure(server) == []  # it lives, and may still be opening its port
    rig.end()
    rig.now += START_EVERY_S
    assert rig.ensure(server) == ["adb_server_started"]
    rig.end()
    assert rig.ensure(server) == []  # not all the time
    assert rig.log.exists()


@pytest.mark.parametrize("changed", [{"start_server": False}, {"host": "10.0.0.9"}])
def test_none_is_started_where_it_may_not_be(rig: Rig, changed: dict[str, Any]) -> None:
    assert rig.ensure(rig.starter(**changed)) == []


def test_one_that_cannot_be_started_is_said_to_be_and_tried_later(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    server = rig.starter()
    with monkeypatch.context() as patched:
        patched.setattr(adb_server, "_adb", lambda: "/no/such/adb")
        assert rig.ensure(server) == ["adb_server_not_started"]
        assert rig.ensure(server) == []
        assert own_version() == ""
    rig.now += START_EVERY_S
    assert rig.ensure(server) == ["adb_server_started"]


def test_the_version_is_that_of_the_protocol() -> None:
    assert own_version().isdigit()
