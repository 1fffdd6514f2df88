"""A daemon with a million tasks: what its answers take over HTTP, one client after another, and its start.

The database is filled once, and the daemon stays up between the rounds; it is killed and started again in each.
"""

import time
from collections.abc import Generator
from datetime import timedelta
from urllib.parse import urlsplit

from drover.store import Store, retention
from drover.wire.control import DeleteTasks, ListTasks, TaskPage, TasksDeleted
from tests.bench.filling import fill
from tests.bench.load import Load, request
from tests.bench.load import run as run_load
from tests.bench.measure import Figure, seconds_of, tails
from tests.bench.posting import BODY
from tests.bench.start import Notified
from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon

TASKS, NAME = 1_000_000, "1,000,000 tasks"
MOST, SECONDS = 50, 2.0
"""Requests of each kind in a round, and how long they may take together."""

QUERIES = {
    "page 1": "task",
    "100 pending": "task?status=0&page_size=100",
    "status 0": "task?status=0",
    "page 5,000": "task?page=5000",
    "page 25,000": "task?page=25000",
    "three filters, page 5,000": "task?status=2&source=api&script_name=follow&page=5000",
    "one phone, page 250": "task?serial=R58M7&page=250",
    "stats": "task/stats",
    "metrics": "/metrics",
}
"""Paths below the API's base, or from the root."""


def run(rounds: int) -> Generator[list[Figure]]:
    with AdbServer() as adb, Notified() as notified:
        daemon = DroverDaemon(adb_port=adb.port, api=True)
        filled(daemon, TASKS, old=0)
        daemon.environment["NOTIFY_SOCKET"] = notified.path
        with daemon:
            notified.wait(b"READY=1")
            for _ in range(rounds):
                figures = _answers(daemon)
                _delete_posted(daemon)
                yield [*figures, *_retention(daemon), _restart(daemon, notified)]


def filled(daemon: DroverDaemon, tasks: int, *, old: int) -> None:
    """So many tasks in the database of a daemon that does not run yet; see filling.py."""
    daemon.data_dir.mkdir(parents=True, exist_ok=True)
    with Store.open(daemon.data_dir / "drover.db") as store:
        store.write_sync(fill, tasks, old=old)


def _answers(daemon: DroverDaemon) -> list[Figure]:
    url = daemon.api_url()
    base = urlsplit(url).path
    requests = {what: request("GET", path if path.startswith("/") else base + path) for what, path in QUERIES.items()}
    requests["POST"] = request("POST", f"{base}task", BODY)
    return [figure for what, data in requests.items() for figure in _times(url, what, data)]


def _times(url: str, what: str, data: bytes) -> list[Figure]:
    done = run_load(Load.on(url, data, seconds=SECONDS, most=MOST))
    name = f"{NAME}: {what}"
    return [
        Figure(name=f"{name}, p50", value=done.p50_ms, unit="ms"),
        Figure(name=f"{name}, p99", value=done.p99_ms, unit="ms"),
    ]


def _delete_posted(daemon: DroverDaemon) -> None:
    """What the POSTs made would be the first page of the next round."""
    posted = ListTasks(serial="R0NEVER", page_size=100)
    while ids := [task.id for task in daemon.client.ask(posted, TaskPage).tasks]:
        daemon.client.ask(DeleteTasks(task_ids=ids), TasksDeleted)


def _retention(daemon: DroverDaemon) -> list[Figure]:
    """What a sweep of retention reads that finds nothing old, a step at a time, in a store of its own."""
    steps: list[float] = []
    with Store.open(daemon.data_dir / "drover.db") as store:
        now, cursor = store.clock(), 0
        old = now - timedelta(days=1)
        until = time.perf_counter() + SECONDS
        while time.perf_counter() < until and len(steps) < MOST:
            begun = time.perf_counter()
            step = store.read_sync(retention.look, cursor, old=old, stale=None)
            steps.append((time.perf_counter() - begun) * 1000)
            cursor = step.cursor or 0
    return tails(f"{NAME}: a step of retention", steps)


def _restart(daemon: DroverDaemon, notified: Notified) -> Figure:
    daemon.kill()

    def ready() -> None:
        daemon.launch()
        notified.wait(b"READY=1")

    spent = seconds_of(ready)
    daemon.wait_answering()
    return Figure(name=f"{NAME}: killed and started again, READY", value=spent, unit="s")
