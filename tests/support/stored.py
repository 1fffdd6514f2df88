"""Short ways to a stored task in a given state."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from drover.policy.records import Attempt, Complete, Fail, NewTask
from drover.store import Store, attempts, bulk, logins, tasks
from drover.store.batch import driver_of
from drover.store.schema import BLOCK
from drover.wire.accounts import Login, LoginSource
from drover.wire.tasks import Effect, Reason, Task

V = TypeVar("V")


def new(serial: str = "R58M1", **more: Any) -> NewTask:
    """A follow task for a phone."""
    values: dict[str, Any] = {"script_name": "follow", "script_config": {"target_user": "somebody"}, **more}
    return NewTask(serial=serial, **values)


def add(store: Store, serial: str = "R58M1", **more: Any) -> int:
    """The id of one more pending task."""
    return store.write_sync(tasks.insert, [new(serial, **more)], now=store.clock())[0]


GROUP_PAUSE_S = 120.0


def add_group(store: Store, count: int) -> list[int]:
    """The ids of a request's tasks on one phone, the first of which has no pause."""
    wanted = [new(group_id="g", pause_s=GROUP_PAUSE_S if number else 0.0) for number in range(count)]
    return store.write_sync(tasks.insert, wanted, now=store.clock())


def free(store: Store) -> int:
    """How many pending tasks could begin now."""
    query = "SELECT COUNT(*) FROM tasks WHERE status = 0 AND not_before <= ?"

    def count(conn: Connection) -> int:
        return int(conn.exec_driver_sql(query, (int(store.clock().timestamp() * 1_000_000),)).scalar() or 0)

    return store.read_sync(count)


def begin(store: Store, task_id: int, boot_id: str = "boot-1") -> Attempt:
    """Its next attempt, begun."""
    return store.write_sync(attempts.begin, task_id, boot_id=boot_id, now=store.clock())[0]


def complete(store: Store, task_id: int) -> Task:
    """The pending task, run to its good end without an effect."""
    ended = store.write_sync(attempts.finish, begin(store, task_id).fence, Complete(), now=store.clock())
    assert ended is not None
    return ended


def fail(
    store: Store,
    task_id: int,
    reason: Reason = Reason.TIMEOUT,
    *,
    retry_safe: bool = True,
    effect: Effect = Effect.NONE,
) -> Task:
    """The pending task, run to a bad end."""
    decision = Fail(reason=reason, remark="it did not work", retry_safe=retry_safe, effect=effect)
    ended = store.write_sync(attempts.finish, begin(store, task_id).fence, decision, now=store.clock())
    assert ended is not None
    return ended


def all_of(steps: Iterable[list[V]]) -> list[V]:
    """What all steps of an operation gave, as one list."""
    return [one for some in steps for one in some]


def retry_all(store: Store) -> tuple[int, list[int]]:
    """Retry every failed task: how many those were, and which were left alone."""
    last = store.read_sync(bulk.last_id)
    done = list(store.steps_sync(bulk.retry_failed, 0, last=last, now=store.clock()))
    return sum(count for count, _ in done), [one for _, left in done for one in left]


def counted(conn: Connection) -> tuple[dict[Any, int], dict[Any, int]]:
    """(what the counters say, what COUNT(*) says), without zeros, by (serial, script_name, source, status)."""
    dimensions, driver = "serial, script_name, source, status", driver_of(conn)
    kept = driver.execute(f"SELECT {dimensions}, n FROM counters WHERE n <> 0")
    seen = driver.execute(f"SELECT {dimensions}, COUNT(*) FROM tasks GROUP BY {dimensions}")
    return {row[:4]: row[4] for row in kept}, {row[:4]: row[4] for row in seen}


def blocks_counted(conn: Connection) -> tuple[set[Any], set[Any]]:
    """(what the counts of blocks say, what COUNT(*) says), zeros too: there are none."""
    driver = driver_of(conn)
    kept = driver.execute("SELECT block, status, script_name, source, n FROM task_blocks")
    seen = driver.execute(f"SELECT id / {BLOCK}, status, script_name, source, COUNT(*) FROM tasks GROUP BY 1, 2, 3, 4")
    return set(kept), set(seen)


def counters_are_right(store: Store) -> bool:
    """Whether the counters and the counts of blocks say what counting says."""
    return all(kept == seen for kept, seen in (store.read_sync(counted), store.read_sync(blocks_counted)))


def login_of(username: str, serial: str = "R58M1", **more: Any) -> Login:
    """TikTok on the phone, seen logged in as this account."""
    fields: dict[str, Any] = {
        "platform": "tiktok",
        "package": "com.zhiliaoapp.musically",
        "source": LoginSource.SCRIPT,
        "learned_at": datetime(2026, 12, 1, tzinfo=UTC),
        **more,
    }
    return Login(serial=serial, username=username, **fields)


def logged_in(store: Store, username: str, serial: str = "R58M1", **more: Any) -> None:
    """The store learns that TikTok on the phone is logged in as this account."""
    store.write_sync(logins.learn, login_of(username, serial, **more))
