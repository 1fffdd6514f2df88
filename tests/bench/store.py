"""How fast the store alone takes tasks durably: no daemon, no HTTP.

Rows a commit are reached both ways: as one request with many tasks, and as many clients that share commits. CPU is
that of the whole process, so that figures from a busy machine can be judged.
"""

import asyncio
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

from drover.policy.records import NewTask
from drover.store import Store, tasks
from tests.bench.measure import Figure

SECONDS = 1.0
CONFIG = {"target_user": "somebody", "access_method": "direct"}
NEW = NewTask(serial="R58M1", script_name="follow", script_config=CONFIG)


def run(rounds: int) -> Generator[list[Figure]]:
    for _ in range(rounds):
        alone = [_measure(f"one client, {count} tasks a request", 1, count) for count in (1, 16, 64)]
        shared = [_measure(f"{count} clients, one task a request", count, 1) for count in (16, 64)]
        yield [figure for figures in (*alone, *shared) for figure in figures]


def _one_client(store: Store, rows: int, seconds: float) -> int:
    """Rows stored by requests with so many tasks each, one request after the other."""
    until, stored = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        store.write_sync(tasks.insert, [NEW] * rows, now=store.clock())
        stored += rows
    return stored


async def _many_clients(store: Store, clients: int, seconds: float) -> int:
    """Rows stored by so many clients with one task at a time."""
    until = time.perf_counter() + seconds

    async def client() -> int:
        done = 0
        while time.perf_counter() < until:
            await store.write(tasks.insert, [NEW], now=store.clock())
            done += 1
        return done

    return sum(await asyncio.gather(*(client() for _ in range(clients))))


def _measure(what: str, clients: int, rows: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "drover.db") as store:
        began, cpu = time.perf_counter(), time.process_time()
        if clients == 1:
            stored = _one_client(store, rows, SECONDS)
        else:
            stored = asyncio.run(_many_clients(store, clients, SECONDS))
        spent, cpu = time.perf_counter() - began, time.process_time() - cpu
        return [
            Figure(name=f"store, {what}: rows", value=stored / spent, unit="/s"),
            Figure(name=f"store, {what}: rows a commit", value=stored / store.commits, unit="rows"),
            Figure(name=f"store, {what}: CPU a row", value=cpu / stored * 1e6, unit="µs"),
        ]
