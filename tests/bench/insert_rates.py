"""How fast tasks are stored durably: run as `python tests/bench/insert_rates.py [SECONDS]`; prints one table.

Rows a commit are reached both ways: as one request with many tasks, and as many clients that share commits. CPU is
that of the whole process, so that figures from a busy machine can be judged.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from drover.policy.records import NewTask
from drover.store import Store, tasks

CONFIG = {"target_user": "somebody", "access_method": "direct"}
NEW = NewTask(serial="R58M1", script_name="follow", script_config=CONFIG)


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


def _measure(what: str, clients: int, rows: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "drover.db") as store:
        began, cpu = time.perf_counter(), time.process_time()
        if clients == 1:
            stored = _one_client(store, rows, seconds)
        else:
            stored = asyncio.run(_many_clients(store, clients, seconds))
        spent, cpu = time.perf_counter() - began, time.process_time() - cpu
        rate, group, each = stored / spent, stored / store.commits, cpu / stored * 1e6
        print(f"{what:36} {rate:8.0f} rows/s {group:6.1f} a commit {each:6.0f} µs CPU a row")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    for count in (1, 16, 64):
        _measure(f"one client, {count} tasks a request", 1, count, seconds)
    for count in (16, 64):
        _measure(f"{count} clients, one task a request", count, 1, seconds)


if __name__ == "__main__":
    main()
