"""HTTP servers under the shim's application, the real droverd behind it: durable POSTs, and S10's load next to GETs.

Servers that are not installed are left out. Each runs with 48 threads; a new droverd and database for each. The
client is one process of raw asyncio, so the rates are those of client, server and daemon together on this machine.
"""

import asyncio
import importlib.util
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from tests.bench.measure import Figure, percentile
from tests.support.daemon import DroverDaemon
from tests.support.phones import wait_until

THREADS = 48
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
HALF_OPEN, STREAMS, LOOKERS = 200, 32, 4
BODY = b'{"serials": ["R0NEVER"], "script_name": "follow", "script_config": {"target_user": "ada"}}'
POST = (
    b"POST /api/v1/task HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
)
GET = b"GET /api/v1/task HTTP/1.1\r\nHost: localhost\r\n\r\n"
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


def run() -> list[Figure]:
    installed = {name: command for name, (module, command) in COMMANDS.items() if importlib.util.find_spec(module)}
    print(f"  not installed: {', '.join(sorted(COMMANDS.keys() - installed.keys())) or 'none'}")
    taken: dict[str, list[_Taken]] = {name: [] for name in installed}
    for _ in range(ROUNDS):  # each in turn, so that what else the machine does meets all of them
        for name, command in installed.items():
            with DroverDaemon(adb_port=1) as daemon, _serving(command, daemon) as port:
                taken[name].append(_measure(port))
    return [figure for name, rounds in taken.items() for figure in _figures(name, rounds)]


class _Taken(NamedTuple):
    """One round: POSTs a second over 1 and 16 connections, GET's p99 in ms alone and under load, streams opened."""

    post_1: float
    post_16: float
    alone: float
    loaded: float
    streams: float


def _measure(port: int) -> _Taken:
    post_1, _ = asyncio.run(_ask(port, POST, 1))
    post_16, _ = asyncio.run(_ask(port, POST, 16))
    _, alone = asyncio.run(_ask(port, GET, LOOKERS))
    opened, loaded = asyncio.run(_under_load(port))
    return _Taken(post_1, post_16, alone, loaded, opened)


def _figures(name: str, rounds: list[_Taken]) -> list[Figure]:
    middle = _Taken(*(statistics.median(values) for values in zip(*rounds, strict=True)))
    load = f"{HALF_OPEN} half-open, {middle.streams:.0f} of {STREAMS} streams"
    return [
        Figure(name=f"{name}: POST, 1 connection", value=middle.post_1, unit="/s"),
        Figure(name=f"{name}: POST, 16 connections", value=middle.post_16, unit="/s"),
        Figure(name=f"{name}: GET /task p99 under {load}", value=middle.loaded, unit="ms",
               baseline=middle.alone, baseline_name="alone"),
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
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _ask(port: int, request: bytes, connections: int) -> tuple[float, float]:
    """Answers a second, and the 99th percentile in milliseconds."""
    times: list[float] = []
    end = time.perf_counter() + SECONDS
    await asyncio.gather(*(_keep_asking(port, request, end, times) for _ in range(connections)))
    return len(times) / SECONDS, percentile(times, 99) * 1000 if times else float("nan")


async def _keep_asking(port: int, request: bytes, end: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    while time.perf_counter() < end:
        begun = time.perf_counter()
        writer.write(request)
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SECONDS)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            times.append(SECONDS)
            break
        assert head.startswith(b"HTTP/1.1 200"), head
        lowered = head.lower()
        length = int(lowered.partition(b"content-length:")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - begun)
    writer.close()


async def _under_load(port: int) -> tuple[int, float]:
    """How many streams were opened, and the percentile of GETs meanwhile."""
    held = [await _send(port, HALF) for _ in range(HALF_OPEN)]
    streams = [await _send(port, STREAM) for _ in range(STREAMS)]
    opened = sum(await asyncio.gather(*(_answered(reader) for reader, _ in streams)))
    _, p99 = await _ask(port, GET, LOOKERS)
    for _, writer in [*held, *streams]:
        writer.close()
    return opened, p99


async def _answered(reader: asyncio.StreamReader) -> bool:
    with suppress(TimeoutError, ConnectionError):
        return (await asyncio.wait_for(reader.readline(), 3)).startswith(b"HTTP/1.1 200")
    return False


async def _send(port: int, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    return reader, writer
