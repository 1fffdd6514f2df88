"""The daemon as a service: systemd's notifications, the command line, the gateway that it keeps running."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import psutil

from drover.wire.control import Diagnose, Diagnosis, GetStatus, ListTasks, MakeBackup, TaskPage
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until


def test_systemd_hears_ready_watchdog_and_stopping(adb_server: AdbServer) -> None:
    with tempfile.TemporaryDirectory(prefix="dd-") as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        path = f"{folder}/notify"
        sock.bind(path)
        sock.settimeout(10)
        settings = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "3000000"}
        with DroverDaemon(adb_port=adb_server.port, settings=settings) as daemon:
            assert sock.recv(100) == b"READY=1"
            assert [sock.recv(100) for _ in range(2)] == [b"WATCHDOG=1"] * 2
            assert daemon.stop() == 0
            rest = [sock.recv(100)]
            while rest[-1] == b"WATCHDOG=1":
                rest.append(sock.recv(100))
            assert rest[-1] == b"STOPPING=1"


def test_the_gateway_is_started_and_restarted_after_its_death(adb_server: AdbServer) -> None:
    with DroverDaemon(adb_port=adb_server.port, api=True) as daemon:
        url = daemon.api_url()
        with urllib.request.urlopen(f"{url}task/stats", timeout=10) as answer:
            assert json.load(answer)["code"] == 0
        (shim,) = (p for p in psutil.Process(daemon.process.pid).children() if "drover_shim" in " ".join(p.cmdline()))
        os.kill(shim.pid, signal.SIGKILL)
        wait_until(lambda: daemon.status().api_url not in ("", url), timeout_s=20, what="the next gateway")
        daemon.stop()
        assert not shim.is_running()


def test_bad_configuration_is_refused_with_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "drover.toml"
    file.write_text("[adb]\n\nprot = 5037\n")
    done = subprocess.run(
        [sys.executable, "-m", "drover.main", "--config", str(file), "--check-config"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert f"{file}:3: adb.prot: is not a known key" in done.stderr


def test_a_folder_of_media_that_is_missing_is_named_by_the_check(tmp_path: Path) -> None:
    file = tmp_path / "drover.toml"
    file.write_text(f"[media]\nroots = ['{tmp_path}/none']\n")
    done = subprocess.run(
        [sys.executable, "-m", "drover.main", "--config", str(file), "--check-config"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert f"{file}:2: media.roots[0]: {tmp_path}/none does not exist" in done.stderr


def test_s29_the_doctor_flags_loose_rights(adb_server: AdbServer) -> None:
    with DroverDaemon(adb_port=adb_server.port, api=True) as daemon:
        daemon.api_url()
        key = Path(daemon.environment["HOME"]) / ".android" / "adbkey"

        def found(check: str) -> list[tuple[str, str]]:
            answer = daemon.client.ask(Diagnose(), Diagnosis)
            return [(f.level.value, f.fix) for f in answer.findings if f.check == check]

        assert found("adb server") == [("ok", "")]
        assert found("REST API")[0] == ("ok", "")  # where others use this machine, a warning follows (B9)
        assert [found(check)[0][0] for check in ("data", "database", "socket folder", "adb key")] == ["ok"] * 4
        key.chmod(0o644)
        assert found("adb key") == [("warning", f"chmod 600 {key}")]


def test_no_process_and_no_socket_outlives_a_stopped_daemon(adb_server: AdbServer) -> None:
    with DroverDaemon(adb_port=adb_server.port, api=True) as daemon:
        daemon.api_url()
        assert daemon.client.call(GetStatus()) is not None
        family = psutil.Process(daemon.process.pid).children(recursive=True)
        assert len(family) >= 2  # zygote and gateway
        assert daemon.stop() == 0
        assert [process for process in family if process.is_running()] == []
        assert not (daemon.runtime_dir / "control.sock").exists()


def test_daemon_that_is_killed_leaves_no_worker(adb_server: AdbServer) -> None:
    with DroverDaemon(adb_port=adb_server.port, api=True) as daemon:
        daemon.api_url()
        family = psutil.Process(daemon.process.pid).children(recursive=True)
        daemon.kill()
        wait_until(lambda: not any(process.is_running() for process in family), what="the end of its children")


def test_r18_a_backup_of_the_running_daemon_is_put_back(adb_server: AdbServer, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with DroverDaemon(adb_port=adb_server.port) as daemon:
        kept = daemon.follow("R0NEVER", target="before")
        daemon.client.call(MakeBackup(path=str(copy)))
        lost = daemon.follow("R0NEVER", target="after")
        restore = [sys.executable, "-m", "drover.main", "--restore", str(copy)]
        refused = subprocess.run(restore, env=daemon.environment, capture_output=True, text=True)
        assert refused.returncode != 0
        assert "runs already" in refused.stderr
        assert daemon.task(lost[0]).id == lost[0]
        daemon.stop()
        done = subprocess.run(restore, env=daemon.environment, capture_output=True, text=True, check=True)
        assert "1 tasks" in done.stdout
        daemon.start()
        found = daemon.client.ask(ListTasks(), TaskPage)
        assert [task.id for task in found.tasks] == kept
