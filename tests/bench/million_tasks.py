"""What the store costs at a million tasks: run as `python tests/bench/million_tasks.py [ROWS]`; prints one table.

Not a test: figures depend on the machine. The plans of the queries are tested in tests/unit/drover/store.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from drover.policy.pace import Pace
from drover.policy.records import NewTask
from drover.store import Store, account_pace, attempts, bulk, queue, tasks
from tests.bench.filling import fill


def _timed(what: str, call: Callable[[], Any], rounds: int = 30) -> None:
    times: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    print(f"{what:64} p50 {times[len(times) // 2]:8.2f} ms   worst {times[-1]:8.2f} ms")


def _report(store: Store, rows: int) -> None:
    def page(**wanted: Any) -> Callable[[], Any]:
        return lambda: store.read_sync(tasks.page, **wanted)

    _timed("stats", lambda: store.read_sync(tasks.stats))
    for wanted in (
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
    ):
        _timed(f"page {wanted}", page(**wanted))
    now = store.clock()
    serials = [f"R58M{i}" for i in range(100)]
    _timed("queue.heads of 100 devices, 5000 pending", lambda: store.read_sync(queue.heads, serials, now=now))
    pace = Pace(zone=UTC, limits={"follow": 60, "unfollow": 60})
    _timed("account_pace.holds of these", lambda: store.read_sync(account_pace.holds, serials, now=now, pace=pace))
    _timed("queue.heads of 1 device", lambda: store.read_sync(queue.heads, serials[:1], now=now))
    _timed(
        "account_pace.holds of 1 device", lambda: store.read_sync(account_pace.holds, serials[:1], now=now, pace=pace)
    )
    many = [NewTask(serial="held", username="me", script_name="follow", script_config={}) for _ in range(10_000)]
    store.write_sync(tasks.insert, many, now=now)
    store.write_sync(account_pace.pause, "tiktok:me", now=now, pause_s=60.0)
    held = list(store.read_sync(account_pace.holds, ["held"], now=now, pace=pace).account_queues)
    _timed("queue.heads past 10000 held tasks", lambda: store.read_sync(queue.heads, ["held"], now=now, held=held))
    last = store.read_sync(tasks.page, serial="held", page_size=20)[1]
    ids = [task.id for task in last]
    _timed("queue.waiting of 20 held tasks", lambda: store.read_sync(queue.waiting, ids, now=now, pace=pace))
    _timed("queue.next_due", lambda: store.read_sync(queue.next_due, now=now))
    _timed("queue.lengths", lambda: store.read_sync(queue.lengths))
    _timed("attempts.open", lambda: store.read_sync(attempts.open))
    day_ago = now - timedelta(days=1)
    late: dict[str, Any] = {"alive_at": day_ago, "now": now, "grace_s": 900.0}
    _timed("bulk.fail_missed", lambda: list(store.steps_sync(bulk.fail_missed, 0, **late)))
    one = [NewTask(serial="R58M1", script_name="follow", script_config={"target_user": "x"})]
    _timed("tasks.insert of one, durable", lambda: store.write_sync(tasks.insert, one, now=now))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "drover.db") as store:
        began = time.perf_counter()
        store.write_sync(fill, rows)
        print(f"{rows} tasks stored in {time.perf_counter() - began:.1f} s, {store.path.stat().st_size / 1e6:.0f} MB")
        _report(store, rows)


if __name__ == "__main__":
    main()
