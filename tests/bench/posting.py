"""Durable POST /task and GET /task of a real daemon behind its gateway: rates, times, and CPU of each process.

The phone that the tasks are for is not there, so that nothing else happens; the load is a process of its own.
"""

from collections.abc import Generator
from urllib.parse import urlsplit

import msgspec

from tests.bench.load import Load, Loaded, request
from tests.bench.load import run as run_load
from tests.bench.measure import Figure
from tests.bench.processes import Family, cpu_s
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon

SECONDS, WARM_UP_S, WAITING = 1.2, 0.2, 20
CONNECTIONS = (16, 1)
BODY = msgspec.json.encode({"serials": ["R0NEVER"], "script_name": "follow", "script_config": {"target_user": "ada"}})


def run(rounds: int) -> Generator[list[Figure]]:
    for _ in range(rounds):
        with AdbServer() as adb, DroverDaemon(adb_port=adb.port, api=True) as daemon:
            url = daemon.api_url()
            daemon.follow("R0NEVER", target="\n".join(f"waiting{number}" for number in range(WAITING)))
            get = loaded(url, request("GET", f"{urlsplit(url).path}task"), 16)
            figures = [Figure(name="GET /task of 20 pending tasks, 16 connections", value=get.rate, unit="/s")]
            for connections in CONNECTIONS:
                figures += _posts(daemon, url, connections)
        yield figures


def posts(url: str, path: str, connections: int) -> Loaded:
    """POSTs of one task each for so many connections, after some that warm the server up."""
    data = request("POST", path, BODY)
    loaded(url, data, connections, WARM_UP_S)
    return loaded(url, data, connections)


def loaded(url: str, data: bytes, connections: int, seconds: float = SECONDS) -> Loaded:
    """The same request on so many connections of the server at `url`."""
    return run_load(Load.on(url, data, connections=connections, seconds=seconds))


def _posts(daemon: DroverDaemon, url: str, connections: int) -> list[Figure]:
    data = request("POST", f"{urlsplit(url).path}task", BODY)
    loaded(url, data, connections, WARM_UP_S)
    family = Family.of(daemon)
    before = cpu_s(family.daemon), cpu_s(family.gateway)
    done = loaded(url, data, connections)
    daemon_s, gateway_s = cpu_s(family.daemon) - before[0], cpu_s(family.gateway) - before[1]
    return [*rates(f"POST /task, {named(connections)}", done), *_cpu(connections, done, daemon_s, gateway_s)]


def rates(name: str, done: Loaded, *, peer_of: str = "") -> list[Figure]:
    """Rate and times of a load; `peer_of` as in Figure, without what is measured."""
    figures = {"rate": (done.rate, "/s"), "p50": (done.p50_ms, "ms"), "p99": (done.p99_ms, "ms")}
    return [
        Figure(name=f"{name}, {what}", value=value, unit=unit, peer_of=f"{peer_of}, {what}" if peer_of else "")
        for what, (value, unit) in figures.items()
    ]


def named(connections: int) -> str:
    return "1 connection" if connections == 1 else f"{connections} connections"


def _cpu(connections: int, done: Loaded, daemon_s: float, gateway_s: float) -> list[Figure]:
    parts = {"daemon's": daemon_s, "gateway's": gateway_s, "load's own": done.cpu_s}
    return [
        Figure(name=f"{whose} CPU for one POST, {named(connections)}", value=spent / done.answered * 1000, unit="ms")
        for whose, spent in parts.items()
    ]
