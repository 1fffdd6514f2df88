"""Tasks against a real database: stored, listed, counted, stopped, retried, deleted."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from drover.policy import remarks
from drover.policy.records import Complete, Fail
from drover.store import (
    ConflictError,
    NotFoundError,
    Store,
    attempts,
    events,
    tasks,
)
from drover.wire.tasks import Effect, Reason, Status, TaskStats
from tests.support.clock import Clock
from tests.support.stored import add, begin, complete, fail, new


def test_what_is_stored_comes_back_whole(store: Store, clock: Clock) -> None:
    when = clock() + timedelta(hours=3, microseconds=7)
    task_id = add(
        store,
        "127.0.0.1:5555",
        username="someone",
        script_config={"target_user": "x", "emoji": "🦊", "deep": [1, {"a": None}]},
        source="ui",
        group_id="g1",
        priority=4,
        scheduled_at=when,
        max_retry_count=5,
    )
    task = store.read_sync(tasks.get, task_id)
    assert task is not None
    assert task.serial == "127.0.0.1:5555"
    assert task.script_config == {"target_user": "x", "emoji": "🦊", "deep": [1, {"a": None}]}
    assert (task.username, task.source, task.group_id, task.priority) == ("someone", "ui", "g1", 4)
    assert (task.created_at, task.scheduled_at, task.max_retry_count) == (clock(), when, 5)
    assert (task.status, task.effect, task.attempt, task.evidence) == (Status.PENDING, Effect.NONE, 0, [])


def test_ids_come_in_order_and_are_never_given_again(store: Store) -> None:
    ids = store.write_sync(tasks.insert, [new(), new("b"), new("c")], now=store.clock())
    assert ids == [1, 2, 3]
    serials = [store.read_sync(tasks.get, i).serial for i in ids]  # type: ignore[union-attr]
    assert serials == ["R58M1", "b", "c"]
    store.write_sync(tasks.delete, [3])
    assert add(store) == 4


def test_a_request_is_stored_all_or_not_at_all(store: Store) -> None:
    bad = new(script_config={"not": object()})  # JSON cannot hold it
    with pytest.raises(TypeError):
        store.write_sync(tasks.insert, [new(), new(), bad], now=store.clock())
    assert store.read_sync(tasks.stats) == TaskStats()
    assert store.read_sync(events.last_id) == 0


def test_an_unknown_task_is_none(store: Store) -> None:
    assert store.read_sync(tasks.get, 12345) is None


# --- pages --------------------------------------------------------------------------------------------------------


def _facts(i: int) -> dict[str, Any]:
    """What the i-th of the mixed tasks is like: every 6th completed, every 7th failed, and so on."""
    return {
        "serial": "abc"[i % 3],
        "script_name": "unfollow" if i % 4 == 0 else "follow",
        "source": "ui" if i % 5 == 0 else "api",
        "status": 2 if i % 6 == 0 else 3 if i % 7 == 0 else 0,
    }


def _fill(conn: Connection, now: datetime) -> None:
    """60 mixed tasks with the ids 1 to 60, in one transaction."""
    for i in range(1, 61):
        facts = _facts(i)
        status = facts.pop("status")
        tasks.insert(conn, [new(**facts)], now=now)
        if status:
            fence = attempts.begin(conn, i, boot_id="b", now=now)[0].fence
            failed = Fail(reason=Reason.TIMEOUT, remark="", retry_safe=True, effect=Effect.NONE)
            attempts.finish(conn, fence, Complete() if status == 2 else failed, now=now)


def _matching(wanted: dict[str, Any]) -> list[int]:
    """The ids that match, by a look at the numbers alone, newest first."""
    return [i for i in range(60, 0, -1) if wanted.items() <= _facts(i).items()]


@pytest.fixture
def mixed(store: Store) -> Store:
    store.write_sync(_fill, store.clock())
    return store


FILTERS: list[dict[str, Any]] = [
    {},
    {"status": 0},
    {"status": 1},
    {"status": 2},
    {"status": 3},
    {"serial": "a"},
    {"serial": "nobody"},
    {"script_name": "unfollow"},
    {"source": "ui"},
    {"status": 0, "serial": "b"},
    {"status": 2, "source": "ui", "script_name": "unfollow"},
    {"status": 0, "serial": "c", "script_name": "follow", "source": "api"},
]


@pytest.mark.parametrize("wanted", FILTERS)
@pytest.mark.parametrize("size", [1, 7, 100])
def test_pages_hold_every_match_once_newest_first(mixed: Store, wanted: dict[str, Any], size: int) -> None:
    expected, found, number = _matching(wanted), list[int](), 1
    while True:
        total, tasks_on_page = mixed.read_sync(tasks.page, **wanted, page=number, page_size=size)
        assert total == len(expected)
        if not tasks_on_page:
            break
        found += [task.id for task in tasks_on_page]
        number += 1
    assert found == expected


def test_stats_and_totals(mixed: Store) -> None:
    stats = mixed.read_sync(tasks.stats)
    assert stats == TaskStats(total=60, pending=43, running=0, completed=10, failed=7)


# --- stop, retry, delete ------------------------------------------------------------------------------------------


def test_a_waiting_task_is_stopped(store: Store, clock: Clock) -> None:
    task = store.write_sync(tasks.stop_pending, add(store), now=clock())
    assert task is not None
    assert (task.status, task.reason, task.retry_safe) == (Status.FAILED, Reason.STOPPED, True)
    assert (task.remark, task.end_time) == (remarks.STOPPED_UNBEGUN, clock())


def test_only_a_waiting_task_is_stopped_here(store: Store, clock: Clock) -> None:
    running, ended = add(store), complete(store, add(store)).id
    begin(store, running)
    for task_id in (running, ended, 999):
        assert store.write_sync(tasks.stop_pending, task_id, now=clock()) is None


def test_a_retry_begins_a_new_round(store: Store, clock: Clock) -> None:
    task_id = fail(store, add(store)).id
    task = store.write_sync(tasks.retry, task_id, now=clock(), force=False)
    assert (task.id, task.status, task.retry_count) == (task_id, Status.PENDING, 1)
    assert (task.reason, task.remark, task.progress, task.start_time, task.end_time) == (None, "", 0, None, None)
    assert begin(store, task_id).attempt == 2


def test_only_failed_tasks_are_retried(store: Store, clock: Clock) -> None:
    for task_id in (add(store), complete(store, add(store)).id):
        with pytest.raises(ConflictError, match="only failed tasks can be retried") as caught:
            store.write_sync(tasks.retry, task_id, now=clock(), force=True)
        assert caught.value.task is not None
        assert caught.value.task.id == task_id
    with pytest.raises(NotFoundError, match="task 999 does not exist"):
        store.write_sync(tasks.retry, 999, now=clock(), force=False)


def test_an_unknown_outcome_is_retried_only_by_force_and_then_without_looking(store: Store, clock: Clock) -> None:
    task_id = fail(store, add(store), Reason.OUTCOME_UNKNOWN, retry_safe=False, effect=Effect.UNKNOWN).id
    with pytest.raises(ConflictError, match="could do it twice"):
        store.write_sync(tasks.retry, task_id, now=clock(), force=False)
    task = store.write_sync(tasks.retry, task_id, now=clock(), force=True)
    assert (task.status, task.effect, task.retry_safe) == (Status.PENDING, Effect.NONE, True)
    assert not begin(store, task_id).reconcile


def test_what_can_look_looks_after_a_retry(store: Store, clock: Clock) -> None:
    task_id = fail(store, add(store), Reason.STOPPED, effect=Effect.UNKNOWN).id
    assert store.write_sync(tasks.retry, task_id, now=clock(), force=False).effect is Effect.UNKNOWN
    assert begin(store, task_id).reconcile


def test_delete_tells_what_it_did_not(store: Store, clock: Clock) -> None:
    waiting, running, ended = add(store), add(store), complete(store, add(store)).id
    begin(store, running)
    found = store.write_sync(tasks.delete, [running, 999, waiting, ended, waiting], now=clock())
    assert found == ([waiting, ended], [999], [running])
    assert store.read_sync(tasks.get, waiting) is None
    assert store.read_sync(tasks.get, running) is not None


def test_delete_takes_more_ids_than_one_statement(store: Store, clock: Clock) -> None:
    ids = store.write_sync(tasks.insert, [new()] * 1300, now=clock())
    assert store.write_sync(tasks.delete, [*ids, 5000], now=clock()) == (ids, [5000], [])
    assert store.read_sync(tasks.stats) == TaskStats()


def test_ids_are_reserved_where_there_never_was_a_task(store: Store) -> None:
    assert store.write_sync(tasks.reserve_ids, 5) == 1
    assert add(store) == 6
