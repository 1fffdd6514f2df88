"""The API over a Unix socket, with a real droverd and its own gateway, by real HTTP (case B9)."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from drover.wire.control import AuditPage, ConfigReloaded, Diagnose, Diagnosis, ListAudit, ReloadConfig
from drover.wire.doctor import Finding
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until
from tests.support.rest import Rest

SOCKET_ONLY = {"DROVER_API_SOCKET": "api.sock", "DROVER_API_TCP": "false"}
FOLLOW = {"serials": ["absent-1"], "script_name": "follow", "script_config": {"target_users": ["ada"]}}


def socket_of(daemon: DroverDaemon) -> Path:
    """The gateway's socket, once it answers."""
    return Path(wait_until(lambda: daemon.status().api_socket, timeout_s=30, what="the gateway's socket"))


def ctl(daemon: DroverDaemon, *words: str) -> subprocess.CompletedProcess[str]:
    socket = str(daemon.runtime_dir / "control.sock")
    command = [sys.executable, "-m", "drover_ctl.main", "--socket", socket, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def rest_api(daemon: DroverDaemon) -> list[Finding]:
    findings = daemon.client.ask(Diagnose(), Diagnosis).findings
    return [finding for finding in findings if finding.check == "REST API"]


@pytest.fixture(scope="module")
def local(adb_server: AdbServer) -> Iterator[DroverDaemon]:
    """A daemon whose API is on the socket alone, started under a umask that would let everybody in."""
    before = os.umask(0)
    try:
        daemon = DroverDaemon(adb_port=adb_server.port, api=True, settings=SOCKET_ONLY)
        daemon.launch()
    finally:
        os.umask(before)
    try:
        daemon.wait_answering()
        yield daemon
    finally:
        daemon.__exit__(None, None, None)


def test_case_b9_the_socket_alone_is_served_and_no_port_is_open(local: DroverDaemon) -> None:
    path = socket_of(local)
    assert path == local.runtime_dir / "api.sock"
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    assert Rest(0, unix_path=path).get("/license/check").data["plan_name"] == "Pro"
    family = [psutil.Process(local.process.pid), *psutil.Process(local.process.pid).children(recursive=True)]
    found = [one for process in family for one in process.net_connections("inet") if one.status == "LISTEN"]
    assert found == []


def test_case_b9_status_doctor_and_healthz_show_the_socket(local: DroverDaemon) -> None:
    path = socket_of(local)
    rest = Rest(0, unix_path=path)
    assert rest.send("GET", "/healthz").data["api_socket"] == str(path)
    assert f"API        {path}" in ctl(local, "status").stdout
    shown = json.loads(ctl(local, "status", "--json").stdout)["daemon"]
    assert (shown["api_url"], shown["api_socket"]) == ("", str(path))
    assert [(finding.level, finding.subject) for finding in rest_api(local)] == [("ok", str(path))]


def test_case_b9_the_audit_names_the_peer(local: DroverDaemon) -> None:
    assert Rest(0, unix_path=socket_of(local)).post("/task", FOLLOW).code == 0
    (entry,) = local.client.ask(ListAudit(limit=1), AuditPage).entries
    assert (entry.address, entry.route) == (f"uid:{os.getuid()}", "POST /api/v1/task")
    assert f"uid:{os.getuid()}" in ctl(local, "audit", "list").stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_case_b9_curl_speaks_to_it_as_the_readme_says(local: DroverDaemon) -> None:
    command = ["curl", "-sS", "--unix-socket", str(socket_of(local)), "http://localhost/api/v1/task/stats"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(done.stdout)["code"] == 0


def test_case_b9_a_gateway_that_was_killed_leaves_nothing_that_stops_the_next(local: DroverDaemon) -> None:
    path = socket_of(local)
    (first,) = gateways(local)
    first.kill()
    wait_until(lambda: [one.pid for one in gateways(local)] not in ([], [first.pid]), timeout_s=30, what="the next")
    wait_until(lambda: local.status().api_socket, timeout_s=30, what="its announcement")
    assert Rest(0, unix_path=path).get("/task/stats").code == 0


def gateways(daemon: DroverDaemon) -> list[psutil.Process]:
    """Its gateways that live; one that was killed is a zombie until the daemon has heard of it."""
    found: list[psutil.Process] = []
    for child in psutil.Process(daemon.process.pid).children():
        with suppress(psutil.NoSuchProcess):  # ZombieProcess is one
            found += [child] if "drover_shim.main" in child.cmdline() else []
    return found


@pytest.mark.parametrize("case", ["long", "open", "file"])
def test_case_b9_a_place_where_no_socket_can_be_ends_the_start_and_names_it(adb_server: AdbServer, case: str) -> None:
    daemon = DroverDaemon(adb_port=adb_server.port, api=True)
    folder = daemon.folder / "sockets"
    folder.mkdir(mode=0o700)
    path = folder / "api.sock"
    if case == "long":
        path, words = folder / ("x" * 100), "DROVER_API_SOCKET: longer than the 10"
    elif case == "open":
        folder.chmod(0o755)
        words = f"chmod 700 {folder}"
    else:
        path.write_text("not a socket")
        words = f"{path} is there already and is no socket"
    daemon.environment["DROVER_API_SOCKET"] = str(path)
    with pytest.raises(AssertionError, match="droverd ended with 1"):
        daemon.start()
    daemon.wait_logged(words)
    assert "Traceback" not in daemon.log()
    assert case != "file" or path.read_text() == "not a socket"
    daemon.__exit__(None, None, None)


def test_case_b9_the_socket_next_to_tcp_and_a_reload_that_waits_for_the_next_start(
    adb_server: AdbServer,
) -> None:
    daemon = DroverDaemon(adb_port=adb_server.port, api=True)
    file = daemon.folder / "home" / ".config" / "drover" / "drover.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[api]\nsocket = "api.sock"\n')
    daemon.environment["HOME"] = str(daemon.folder / "home")
    with daemon:
        path = socket_of(daemon)
        url = daemon.api_url()
        assert f"API        {url} and {path}" in ctl(daemon, "status").stdout
        assert (
            Rest(0, unix_path=path).get("/task/stats").data
            == Rest(int(url.split(":")[2].split("/")[0])).get("/task/stats").data
        )
        file.write_text('[api]\nsocket = "other.sock"\ntcp = false\n')
        done = daemon.client.ask(ReloadConfig(), ConfigReloaded)
        assert (done.applied, done.after_restart) == ([], ["api.tcp", "api.socket"])
        assert daemon.status().api_socket == str(path)
        daemon.stop()
        assert not path.exists()
        daemon.start()
        assert socket_of(daemon) == daemon.runtime_dir / "other.sock"
        assert daemon.status().api_url == ""
