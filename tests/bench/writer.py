"""How long another writer waits while an operation on many rows runs: in the store, at 300 000 tasks.

The other writer stores a setting every 5 ms, which is what an intent costs; the baseline is the same with nothing else.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

from drover.policy.records import NewTask
from drover.store import Store, bulk, events, intake, retention, settings
from drover.store.batch import driver_of
from tests.bench.filling import fill
from tests.bench.measure import Figure, percentile

TASKS = 300_000
FAILED, PRUNED, DELETED, MADE = 99_500, 100_000, 50_000, 10_000
EVERY_S = 0.005


def run(rounds: int) -> Generator[list[Figure]]:
    for _ in range(rounds):
        yield _round()


def _round() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "drover.db") as store:
        store.write_sync(fill, TASKS)
        fail = f"UPDATE tasks SET status = 3 WHERE id <= {FAILED}"
        store.write_sync(lambda conn: driver_of(conn).execute(fail).rowcount)
        nothing, _ = _meanwhile(store, lambda: time.sleep(2))
        return [
            figure
            for name, operation in _operations(store).items()
            for figure in _figures(store, name, operation, percentile(nothing, 99))
        ]


def _operations(store: Store) -> dict[str, Callable[[], Iterable[Any]]]:
    now, last = store.clock(), store.read_sync(bulk.last_id)
    pruned = list(range(FAILED + 1, FAILED + PRUNED + 1))
    deleted = list(range(FAILED + PRUNED + 1, FAILED + PRUNED + DELETED + 1))
    return {
        f"retry-all of {FAILED}": lambda: store.steps_sync(bulk.retry_failed, 0, last=last, now=now),
        f"prune of {PRUNED}": lambda: store.steps_sync(retention.drop_tasks, 0, ids=pruned, now=now),
        f"delete batch of {DELETED}": lambda: store.steps_sync(bulk.delete, 0, ids=deleted, now=now),
        f"one request of {MADE} tasks": lambda: _request(store),
        "all events dropped": lambda: store.steps_sync(events.drop, 0, before=store.clock()),
    }


def _request(store: Store) -> Iterable[Any]:
    config = {"target_user": "somebody", "access_method": "direct"}
    new = [NewTask(serial=f"R{n % 100}", script_name="follow", script_config=config) for n in range(MADE)]
    intake_id = store.write_sync(intake.begin, now=store.clock())
    parts = intake.parts_of(new)
    yield from store.steps_sync(intake.write_down, 0, intake_id=intake_id, parts=parts)
    ids = store.write_sync(intake.accept, intake_id, MADE, now=store.clock(), key=None, digest="")
    yield from store.steps_sync(intake.store_parts, 0, first_id=ids[0])


def _figures(store: Store, name: str, operation: Callable[[], Iterable[Any]], nothing_s: float) -> list[Figure]:
    waits, spent_s = _meanwhile(store, lambda: sum(1 for _ in operation()))
    figures = {"p99 of a write meanwhile": percentile(waits, 99), "longest wait of a write": max(waits)}
    return [
        Figure(name=f"{name}", value=spent_s, unit="s"),
        *(
            Figure(name=f"{name}: {what}", value=value * 1000, unit="ms",
                   baseline=nothing_s * 1000, baseline_name="p99 with nothing else")
            for what, value in figures.items()
        ),
    ]  # fmt: skip


def _meanwhile(store: Store, work: Callable[[], object]) -> tuple[list[float], float]:
    """The times of small writes during the work, and the work's own."""
    waits, ending = list[float](), threading.Event()

    def write() -> None:
        while not ending.wait(EVERY_S):
            begun = time.perf_counter()
            store.write_sync(settings.put, "bench", begun)
            waits.append(time.perf_counter() - begun)

    thread = threading.Thread(target=write)
    thread.start()
    begun = time.perf_counter()
    work()
    spent_s = time.perf_counter() - begun
    ending.set()
    thread.join()
    return waits, spent_s
