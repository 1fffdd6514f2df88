"""What each query of the store costs at a million tasks, without a daemon.

The plans of the queries are tested in tests/unit/drover/store.
"""

import tempfile
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from drover.policy.pace import Pace
from drover.policy.records import NewTask
from drover.store import Store, account_pace, attempts, bulk, queue, tasks
from tests.bench.filling import fill
from tests.bench.measure import Figure, seconds_of, tails

ROWS, CALLS = 1_000_000, 30
HELD: Final = "held"
PACE: Final = Pace(zone=UTC, limits={"follow": 60, "unfollow": 60})


def run(rounds: int) -> Generator[list[Figure]]:
    """The database is filled once; each round adds a few tasks to it."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "drover.db") as store:
        store.write_sync(fill, ROWS)
        _hold_many(store)
        for _ in range(rounds):
            yield _figures(_calls(store, ROWS))


def _figures(calls: Mapping[str, Callable[[], Any]]) -> list[Figure]:
    return [
        figure
        for what, call in calls.items()
        for figure in tails(f"store, {what}", [seconds_of(call) * 1000 for _ in range(CALLS)])
    ]


def _calls(store: Store, rows: int) -> dict[str, Callable[[], Any]]:
    """Each query by what it is called in the table."""
    return {**_pages(store, rows), **_dispatching(store), **_others(store)}


def _pages(store: Store, rows: int) -> dict[str, Callable[[], Any]]:
    wanted: tuple[dict[str, Any], ...] = (
        {},
        {"page": rows // 40},
        {"page": rows // 23},
        {"status": 2},
        {"status": 2, "page": rows // 50},
        {"status": 3, "serial": "R58M7"},
        {"status": 2, "serial": "R58M8", "page": 200},
        {"serial": "R58M7", "page": 250},
        {"script_name": "unfollow", "page": rows // 130},
        {"source": "ui", "page": rows // 400},
        {"status": 0, "source": "ui"},
        {"status": 3, "source": "ui"},
        {"status": 2, "source": "ui", "script_name": "unfollow", "page": rows // 800},
        {"status": 2, "source": "api", "script_name": "follow", "page": rows // 100},
        {"serial": "R58M7", "source": "ui"},
        {"serial": "R58M7", "status": 3, "script_name": "follow", "source": "api", "page": 100},
    )
    return {f"page {one}": partial(store.read_sync, tasks.page, **one) for one in wanted}


def _dispatching(store: Store) -> dict[str, Callable[[], Any]]:
    """Of all phones, of one, and past the tasks that `_hold_many` left."""
    now, serials = store.clock(), [f"R58M{number}" for number in range(100)]
    read: Callable[..., Any] = store.read_sync
    held = list(read(account_pace.holds, [HELD], now=now, pace=PACE).account_queues)
    ids = [task.id for task in read(tasks.page, serial=HELD, page_size=20)[1]]
    return {
        "queue.heads of 100 devices, 5000 pending": partial(read, queue.heads, serials, now=now),
        "account_pace.holds of these": partial(read, account_pace.holds, serials, now=now, pace=PACE),
        "queue.heads of 1 device": partial(read, queue.heads, serials[:1], now=now),
        "account_pace.holds of 1 device": partial(read, account_pace.holds, serials[:1], now=now, pace=PACE),
        "queue.heads past 10000 held tasks": partial(read, queue.heads, [HELD], now=now, held=held),
        "queue.waiting of 20 held tasks": partial(read, queue.waiting, ids, now=now, pace=PACE),
        "queue.next_due": partial(read, queue.next_due, now=now),
        "queue.lengths": partial(read, queue.lengths),
    }


def _others(store: Store) -> dict[str, Callable[[], Any]]:
    now = store.clock()
    late: dict[str, Any] = {"alive_at": now - timedelta(days=1), "now": now, "grace_s": 900.0}
    one = [NewTask(serial="R58M1", script_name="follow", script_config={"target_user": "x"})]
    return {
        "stats": lambda: store.read_sync(tasks.stats),
        "attempts.open": lambda: store.read_sync(attempts.open),
        "bulk.fail_missed": lambda: list(store.steps_sync(bulk.fail_missed, 0, **late)),
        "tasks.insert of one, durable": lambda: store.write_sync(tasks.insert, one, now=now),
    }


def _hold_many(store: Store) -> None:
    """Ten thousand tasks of an account that pauses."""
    now = store.clock()
    many = [NewTask(serial=HELD, username="me", script_name="follow", script_config={}) for _ in range(10_000)]
    store.write_sync(tasks.insert, many, now=now)
    store.write_sync(account_pace.pause, "tiktok:me", now=now, pause_s=86_400.0)
