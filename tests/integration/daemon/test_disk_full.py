"""A disk that fills up under the daemon, as a small file system: refused, nothing lost, well again by itself."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from drover.wire.faults import Code, RequestError
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import PhoneProcess, wait_until


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """An empty file system of 24 MB; skipped where this user may not mount one."""
    with tempfile.TemporaryDirectory(prefix="dd-disk-") as folder:
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", folder], capture_output=True, check=False
        )
        if made.returncode:
            pytest.skip(f"no file system can be mounted here: {made.stderr.decode().strip()}")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def fill(path: Path) -> None:
    """Take every byte that is left."""
    with path.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def test_r14_a_full_disk_refuses_loses_nothing_and_recovers(adb_server: AdbServer, small_disk: Path) -> None:
    settings = {"DROVER_DAEMON_DATA_DIR": str(small_disk / "data")}
    with DroverDaemon(adb_port=adb_server.port, settings=settings) as daemon:
        accepted = daemon.follow("R0NEVER", target="before")
        ballast = small_disk / "ballast"
        fill(ballast)
        refused: list[RequestError] = []

        def is_refused() -> bool:
            """The log has room of its own for a few more rows; what is accepted meanwhile counts as accepted."""
            try:
                accepted.extend(daemon.follow("R0NEVER", target=f"full{len(accepted)}"))
            except RequestError as error:
                refused.append(error)
            return bool(refused)

        wait_until(is_refused, timeout_s=60, what="a refusal")
        assert (refused[0].failure.code, refused[0].failure.retry_after_s) == (Code.UNAVAILABLE, 5)
        assert "disk" in str(refused[0])
        assert [daemon.task(task_id).id for task_id in accepted] == accepted
        ballast.unlink()
        accepted += daemon.follow("R0NEVER", target="after")
        pid = daemon.status().pid
        daemon.kill()
        daemon.start()
        assert daemon.status().pid != pid
        assert [daemon.task(task_id).id for task_id in accepted] == accepted


def test_r14_old_evidence_makes_room_first(adb_server: AdbServer, small_disk: Path) -> None:
    with PhoneProcess(adb_server, 1) as phones:
        serial = phones.phones[0].serial
        settings = {"DROVER_DAEMON_DATA_DIR": str(small_disk / "data"), "DROVER_RETENTION_MIN_FREE_MB": "0"}
        with DroverDaemon(adb_port=adb_server.port, settings=settings) as daemon:
            daemon.wait_idle(serial)
            (task_id,) = daemon.follow(serial, target="ada")
            done = daemon.wait_task(task_id, lambda task: task.status.ended)
            folder = small_disk / "data" / "tasks" / str(task_id)
            assert {path.name for path in folder.iterdir()} > set(done.evidence) > set()
            daemon.stop()
            # Less is free than this asks for: the whole disk is smaller.
            daemon.environment["DROVER_RETENTION_MIN_FREE_MB"] = "64"
            daemon.start()
            wait_until(lambda: os.listdir(folder) == ["log.txt"], timeout_s=30, what="the evidence to go")
            daemon.wait_task(task_id, lambda task: task.evidence == [])
            assert daemon.follow("R0NEVER", target="after")
