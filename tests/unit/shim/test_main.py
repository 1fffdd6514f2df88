"""drover-shim as a process: what it listens on, what it prints, and how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from drover.wire.control import GetTaskStats
from tests.support.canaries import CANARY, COOKIE
from tests.support.control import FakeDaemon
from tests.support.rest import Rest

PASSWORD = f"{CANARY}-in-the-environment"


@contextmanager
def shim(path: Path, *options: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """A running shim and the URL that it printed. It logs all it can, and none of the secrets that were planted."""
    process = subprocess.Popen(
        [sys.executable, "-m", "drover_shim.main", "--socket", str(path), "--log-level", "debug", *options],
        env={**os.environ, "PROXY_PASSWORD": PASSWORD},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        output = "".join(process.communicate(timeout=10))
    assert COOKIE not in output  # every request of `Rest` carries it
    assert PASSWORD not in output


def port_of(line: str) -> int:
    found = re.fullmatch(r"API http://127\.0\.0\.1:(\d+)/api/v1/", line)
    assert found is not None, line
    return int(found.group(1))


def until(condition: Callable[[], bool], what: str, timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"no {what} within {timeout_s} s"
        time.sleep(0.02)


def test_s07_it_listens_on_loopback_only_answers_and_ends_within_two_seconds(fake: FakeDaemon) -> None:
    with shim(fake.path, "--port", "0") as (process, line):
        port = port_of(line)
        listening = [
            connection.laddr.ip
            for connection in psutil.Process(process.pid).net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert sorted(listening) in (["127.0.0.1"], ["127.0.0.1", "::1"])
        assert Rest(port).get("/license/check").data["plan_name"] == "Pro"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=2) == 0


def test_a_request_that_runs_when_it_must_end_does_not_hold_it_up(fake: FakeDaemon) -> None:
    fake.silent = {GetTaskStats}
    with shim(fake.path, "--port", "0") as (process, line):
        hanging = threading.Thread(target=_ask_and_be_cut_off, args=(port_of(line),))
        hanging.start()
        until(lambda: any(isinstance(sent.body, GetTaskStats) for sent in fake.requests), "request")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=3) == 0
        hanging.join(10)


def _ask_and_be_cut_off(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(b"GET /api/v1/task/stats HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert raw.recv(1024) == b""


def test_it_announces_its_url_and_does_so_again_to_a_restarted_daemon(fake: FakeDaemon) -> None:
    with shim(fake.path, "--port", "0") as (_, line):
        url = line.removeprefix("API ")
        until(lambda: fake.model.api_url == url, "announcement")
        fake.stop()
        until(lambda: fake.model.api_url == "", "end of the announcement")
        fake.start()
        until(lambda: fake.model.api_url == url, "second announcement")


def test_it_starts_without_a_daemon(short_dir: Path) -> None:
    with shim(short_dir / "control.sock", "--port", "0") as (_, line):
        assert Rest(port_of(line)).get("/task").code == 50301


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_s07_anything_but_loopback_is_refused_at_once_and_names_the_setting(host: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "drover_shim.main", "--host", host, "--port", "0"],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert run.returncode != 0
    assert "--host" in run.stderr
    assert "[api] host" in run.stderr
    assert "token" in run.stderr


def test_case_b9_on_the_socket_alone_no_port_is_open(fake: FakeDaemon, short_dir: Path) -> None:
    path = short_dir / "api" / "api.sock"
    with shim(fake.path, "--unix-socket", str(path), "--no-tcp", "--port", "0") as (process, line):
        assert line == f"API unix:{path}"
        listening = [one for one in psutil.Process(process.pid).net_connections("inet") if one.status == "LISTEN"]
        assert listening == []
        assert Rest(0, unix_path=path).get("/license/check").data["plan_name"] == "Pro"
        until(lambda: fake.model.api_socket == str(path), "announcement")
        assert fake.model.api_url == ""
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
        assert not path.exists()


def test_case_b9_a_second_gateway_on_the_socket_is_refused_and_the_first_serves_on(
    fake: FakeDaemon, short_dir: Path
) -> None:
    path = short_dir / "api" / "api.sock"
    with shim(fake.path, "--unix-socket", str(path), "--port", "0") as (first, line):
        assert Rest(port_of(line)).get("/task").code == 0
        with shim(fake.path, "--unix-socket", str(path), "--port", "0") as (second, line):
            assert line == ""
            assert second.wait(timeout=10) == 1
            assert second.stderr is not None
            assert f"served already (pid {first.pid})" in second.stderr.read()
        assert Rest(0, unix_path=path).get("/task").code == 0
        first.kill()
        first.wait(10)
        assert path.exists()
        with shim(fake.path, "--unix-socket", str(path), "--no-tcp") as (_, line):  # takes the dead one's place
            assert line == f"API unix:{path}"
            assert Rest(0, unix_path=path).get("/task").code == 0


def test_a_taken_port_is_named_or_another_one_is_used(fake: FakeDaemon) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with shim(fake.path, "--port", str(port)) as (process, line):
            assert line == ""
            assert process.wait(timeout=10) == 1
            assert process.stderr is not None
            message = process.stderr.read()
            assert str(port) in message
            assert "--free-port-if-taken" in message
            assert "Traceback" not in message
        with shim(fake.path, "--port", str(port), "--free-port-if-taken") as (_, line):
            assert port_of(line) != port


def test_it_ends_with_the_process_that_started_it(fake: FakeDaemon, tmp_path: Path) -> None:
    """A daemon that was killed leaves no shim behind that keeps the port."""
    child = [sys.executable, "-m", "drover_shim.main", "--socket", str(fake.path), "--port", "0", "--parent"]
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, pathlib, subprocess, sys; child = subprocess.Popen([*sys.argv[2:], str(os.getpid())]); "
            "pathlib.Path(sys.argv[1]).write_text(str(child.pid)); child.wait()",
            str(tmp_path / "pid"),
            *child,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    port = port_of(parent.stdout.readline().strip())
    pid = int((tmp_path / "pid").read_text())
    try:
        parent.kill()
        parent.wait(timeout=10)
        until(lambda: not _listens(port), "end of the orphan", timeout_s=5)
    finally:
        parent.stdout.close()
        if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            os.kill(pid, signal.SIGKILL)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
