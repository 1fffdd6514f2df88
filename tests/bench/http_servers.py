"""HTTP servers under the shim's application, the real droverd behind it: durable POSTs, and S10's load next to GETs.

Servers that are not installed are left out. Each runs with 48 threads; a new droverd and database for each. The
client is one process of raw asyncio, so the rates are those of client, server and daemon together on this machine.
"""

import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from urllib.parse import urlsplit

from tests.bench.load import request
from tests.bench.measure import Figure
from tests.bench.posting import CONNECTIONS, loaded, named, posts, rates
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until
from tests.support.processes import end

THREADS = 48
HALF_OPEN, STREAMS, LOOKERS = 200, 32, 4
STREAM = b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF = b"GET /api/v1/task HTTP/1.1\r\nHost: loc"
APP = "tests.bench.wsgi:application"

COMMANDS: dict[str, tuple[str, Callable[[int, str], list[str]]]] = {
    "waitress (ours)": ("waitress", lambda port, path: ["drover_shim.main", "--socket", path, "--port", str(port)]),
    "granian": (
        "granian",
        lambda port, _: ["granian", "--interface", "wsgi", "--port", str(port), "--blocking-threads", str(THREADS),
                         "--log-level", "error", APP],
    ),
    "cheroot": ("cheroot", lambda port, _: ["cheroot", "--bind", f"127.0.0.1:{port}", "--threads", str(THREADS), APP]),
    "gunicorn gthread": (
        "gunicorn",
        lambda port, _: ["gunicorn", "-k", "gthread", "--threads", str(THREADS), "-w", "1", "-b", f"127.0.0.1:{port}",
                         "--log-level", "error", APP],
    ),
}  # fmt: skip


def run(rounds: int) -> Generator[list[Figure]]:
    installed = {name: command for name, (module, command) in COMMANDS.items() if importlib.util.find_spec(module)}
    missing = ", ".join(sorted(COMMANDS.keys() - installed.keys()))
    for _ in range(rounds):
        figures: list[Figure] = []
        for name, command in installed.items():
            with DroverDaemon(adb_port=1) as daemon, _serving(command, daemon) as port:
                figures += _measure(name, port)
        yield [replace(figures[0], note=f"not installed: {missing}" if missing else ""), *figures[1:]]


def _measure(name: str, port: int) -> list[Figure]:
    url = f"http://127.0.0.1:{port}/api/v1/"
    path = urlsplit(url).path
    posted = [figure for count in CONNECTIONS for figure in rates(
        f"{name}: POST, {named(count)}", posts(url, f"{path}task", count))]  # fmt: skip
    look = request("GET", f"{path}task")
    alone = loaded(url, look, LOOKERS)
    with _crowd(port) as streams:
        crowded = loaded(url, look, LOOKERS)
    crowd = f"{HALF_OPEN} half-open, {STREAMS} streams"
    return [
        *posted,
        Figure(name=f"{name}: GET /task p99 with {crowd}", value=crowded.p99_ms, unit="ms", baseline=alone.p99_ms,
               baseline_name="alone"),
        Figure(name=f"{name}: streams that were opened of {STREAMS}", value=streams, unit="streams"),
    ]  # fmt: skip


@contextmanager
def _serving(command: Callable[[int, str], list[str]], daemon: DroverDaemon) -> Generator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    path = str(daemon.runtime_dir / "control.sock")
    environment = {**os.environ, "DROVER_BENCH_SOCKET": path}
    process = subprocess.Popen([sys.executable, "-m", *command(port, path)], env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: _listens(port), timeout_s=20, what="the server")
        yield port
    finally:
        end(process)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _crowd(port: int) -> Generator[int]:
    """Clients that hold their connections while others ask; how many streams were answered."""
    with ExitStack() as stack:

        def sent(data: bytes) -> socket.socket:
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            sock.settimeout(3)
            sock.sendall(data)
            return sock

        for _ in range(HALF_OPEN):
            sent(HALF)
        yield sum(_answered(stream) for stream in [sent(STREAM) for _ in range(STREAMS)])


def _answered(stream: socket.socket) -> bool:
    with suppress(TimeoutError, ConnectionError):
        return stream.recv(64).startswith(b"HTTP/1.1 200")
    return False
