"""Operations on many tasks, in steps: each task is changed once, with its event and counters."""

from datetime import timedelta

from sqlalchemy import Connection, text

from drover.store import (
    Store,
    bulk,
    events,
    tasks,
)
from drover.wire.events import TaskChanged
from drover.wire.tasks import Effect, Reason, Status
from tests.support.clock import Clock
from tests.support.stored import add, all_of, complete, counters_are_right, fail, new, retry_all


def test_retry_all_skips_what_could_happen_twice(store: Store) -> None:
    safe = [fail(store, add(store)).id for _ in range(3)]
    unsafe = fail(store, add(store), Reason.OUTCOME_UNKNOWN, retry_safe=False, effect=Effect.UNKNOWN).id
    complete(store, add(store))
    assert retry_all(store) == (3, [unsafe])
    assert {store.read_sync(tasks.get, i).status for i in safe} == {Status.PENDING}  # type: ignore[union-attr]
    assert retry_all(store) == (0, [unsafe])


def test_retry_all_forgets_as_whom_a_task_without_a_name_acted(store: Store) -> None:
    named, nameless = fail(store, add(store, username="shop")).id, add(store)
    fail(store, nameless)
    set_account = text("UPDATE tasks SET account = 'tiktok:anna' WHERE id = :id")

    def as_anna(conn: Connection) -> None:
        conn.execute(set_account, {"id": nameless})

    store.write_sync(as_anna)
    assert retry_all(store)[0] == 2
    found = [store.read_sync(tasks.get, task_id) for task_id in (named, nameless)]
    assert [task and task.account for task in found] == ["shop", ""]


def test_what_became_due_while_nobody_lived_is_missed_after_the_grace(store: Store, clock: Clock) -> None:
    alive = clock() + timedelta(minutes=30)
    minutes = {"before the end": 20, "missed": 40, "within grace": 105, "to come": 130}
    ids = {name: add(store, scheduled_at=clock() + timedelta(minutes=m)) for name, m in minutes.items()}
    ids["not scheduled"] = add(store)
    now = clock.pass_s(2 * 3600)
    failed = all_of(store.steps_sync(bulk.fail_missed, 0, alive_at=alive, now=now, grace_s=900))
    assert [(task.id, task.status, task.reason) for task in failed] == [(ids["missed"], Status.FAILED, Reason.MISSED)]
    assert "80 min late" in failed[0].remark
    assert all_of(store.steps_sync(bulk.fail_missed, 0, alive_at=alive, now=now, grace_s=900)) == []


MANY = 450
FAIL = f"UPDATE tasks SET status = {int(Status.FAILED)}, reason = 'timeout', end_time = 1"


def failed(store: Store, count: int) -> list[int]:
    """So many failed tasks."""
    ids = store.write_sync(tasks.insert, [new(f"R58M{i % 7}") for i in range(count)], now=store.clock())
    store.write_sync(lambda conn: conn.exec_driver_sql(FAIL).rowcount)
    return ids


def test_case_b3_retry_all_goes_in_steps_and_each_task_is_retried_once(store: Store) -> None:
    ids = failed(store, MANY)
    before = store.commits
    assert retry_all(store) == (MANY, [])
    assert store.commits - before > 2
    kept = [event.body for event in store.read_sync(events.after, 0, 10 * MANY)]
    again = [body.task for body in kept if isinstance(body, TaskChanged)][MANY:]
    assert sorted(task.id for task in again) == ids
    assert {(task.status, task.retry_count, task.reason) for task in again} == {(Status.PENDING, 1, None)}
    stored = {task.id: task for task in store.read_sync(tasks.page, page_size=MANY)[1]}
    assert {task.id: task for task in again} == stored  # each event is the row as it then was
    assert counters_are_right(store)


def test_case_b3_what_is_cut_off_in_the_middle_is_retried_or_failed_and_a_repeat_goes_on(store: Store) -> None:
    failed(store, MANY)
    last = store.read_sync(bulk.last_id)
    operation = store.steps_sync(bulk.retry_failed, 0, last=last, now=store.clock())
    first = next(operation)[0] + next(operation)[0]
    stats = store.read_sync(tasks.stats)
    assert 0 < first < MANY
    assert (stats.pending, stats.failed) == (first, MANY - first)
    assert counters_are_right(store)
    assert retry_all(store) == (MANY - first, [])
    assert {task.retry_count for task in store.read_sync(tasks.page, page_size=MANY)[1]} == {1}


def test_case_b3_tasks_that_fail_later_than_it_began_are_left_alone(store: Store) -> None:
    failed(store, MANY)
    last = store.read_sync(bulk.last_id)
    operation = store.steps_sync(bulk.retry_failed, 0, last=last, now=store.clock())
    next(operation)
    late = add(store)
    store.write_sync(tasks.fail_pending, late, Reason.TIMEOUT, "", now=store.clock())
    list(operation)
    task = store.read_sync(tasks.get, late)
    assert task is not None
    assert (task.status, task.retry_count) == (Status.FAILED, 0)


def test_case_b8_a_batch_is_deleted_in_steps_with_true_counts(store: Store, clock: Clock) -> None:
    ids = failed(store, MANY)
    before = store.commits
    wanted = [*ids, 10_000, 10_001]
    done = list(store.steps_sync(bulk.delete, 0, ids=wanted, now=clock()))
    assert store.commits - before > 2
    assert [one for gone, _, _ in done for one in gone] == ids
    assert [one for _, unknown, _ in done for one in unknown] == [10_000, 10_001]
    assert store.read_sync(tasks.stats).total == 0
    assert counters_are_right(store)


def test_r25_missed_tasks_are_found_among_many_that_wait(store: Store, clock: Clock) -> None:
    alive = clock()
    due = [clock.pass_s(1) if i % 50 == 0 else None for i in range(2 * MANY)]
    ids = store.write_sync(tasks.insert, [new(scheduled_at=when) for when in due], now=alive)
    expected = [task_id for task_id, when in zip(ids, due, strict=True) if when and when > alive]
    missed = all_of(store.steps_sync(bulk.fail_missed, 0, alive_at=alive, now=clock.pass_s(9000), grace_s=60))
    assert [task.id for task in missed] == expected
