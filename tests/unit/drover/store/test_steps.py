"""Operations in steps: how large a step is, who goes between two of them, and what a crash in the middle leaves."""

import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from drover.policy.records import NewTask
from drover.store import (
    IdempotencyConflictError,
    Store,
    bulk,
    device_names,
    events,
    idempotency,
    intake,
    queue,
    tasks,
    threads,
)
from drover.store.steps import LEAST, MOST, TARGET_S, Pacer, Paces, Step
from drover.store.threads import Timed
from drover.wire.events import TaskChanged
from drover.wire.tasks import Reason, Status
from tests.support.clock import Clock
from tests.support.stored import add, all_of, counted, new, retry_all

MANY = 450
FAIL = f"UPDATE tasks SET status = {int(Status.FAILED)}, reason = 'timeout', end_time = 1"


def failed(store: Store, count: int) -> list[int]:
    """So many failed tasks."""
    ids = store.write_sync(tasks.insert, [new(f"R58M{i % 7}") for i in range(count)], now=store.clock())
    store.write_sync(lambda conn: conn.exec_driver_sql(FAIL).rowcount)
    return ids


# --- how large a step is ------------------------------------------------------------------------------------------


def took(pacer: Pacer, rows: int, seconds: float) -> int:
    pacer.took(Timed(Step(None, rows, 1), seconds))
    return pacer.size


def test_a_step_grows_at_most_twofold_and_shrinks_at_once() -> None:
    pacer = Pacer()
    assert [took(pacer, pacer.size, TARGET_S / 100) for _ in range(3)] == [2 * LEAST, 4 * LEAST, 8 * LEAST]
    assert took(pacer, 8 * LEAST, 8 * TARGET_S) == LEAST
    assert took(pacer, LEAST, 1000 * TARGET_S) == LEAST  # a slow disk makes no step of one row
    assert max(took(pacer, pacer.size, 1e-9) for _ in range(20)) == MOST


def test_the_next_operation_of_a_kind_begins_with_half_of_what_was_learned() -> None:
    paces = Paces()
    for seconds, first in ((1e-9, LEAST), (1e-9, 2 * LEAST), (60.0, 4 * LEAST), (60.0, LEAST)):
        pacer = paces.pacer("delete")
        assert pacer.size == first
        for _ in range(2):
            took(pacer, pacer.size, seconds)
        paces.learn("delete", pacer)
    assert paces.pacer("retry").size == LEAST


def test_a_step_that_touched_nothing_says_nothing_about_the_next() -> None:
    pacer = Pacer()
    assert took(pacer, 0, 60.0) == LEAST


# --- who goes between two steps -----------------------------------------------------------------------------------


def test_r25_another_write_waits_for_one_step_and_never_for_the_operation(store: Store) -> None:
    order: list[str] = []

    def mark(_conn: Connection, name: str) -> None:
        order.append(name)

    def step(_conn: Connection, at: int, _size: int) -> Step[None]:
        order.append(f"step {at}")
        store._write(mark, (f"mark {at}",), {})  # pyright: ignore[reportPrivateUsage]  # submitted while it runs
        return Step(None, 1, at + 1 if at < 4 else None)

    list(store.steps_sync(step, 1))
    store.write_sync(mark, "end")
    assert order == [f"{what} {i}" for i in range(1, 5) for what in ("step", "mark")] + ["end"]


def test_r25_a_stream_of_writes_does_not_starve_the_steps(store: Store) -> None:
    order: list[str] = []

    def mark(_conn: Connection) -> None:
        order.append("mark")
        if len(order) < 40:  # there is always another one waiting
            store._write(mark, (), {})  # pyright: ignore[reportPrivateUsage]

    def step(_conn: Connection, at: int, _size: int) -> Step[None]:
        order.append("step")
        return Step(None, 1, at + 1 if at < 4 else None)

    store._write(mark, (), {})  # pyright: ignore[reportPrivateUsage]
    list(store.steps_sync(step, 1))
    assert order.count("step") == 4
    assert order.index("step") <= 2 or order[:40].count("step") == 4


def test_r25_operations_at_once_all_end(store: Store) -> None:
    order: list[str] = []
    both_wait = threading.Barrier(2)

    def step(_conn: Connection, at: int, _size: int, name: str) -> Step[None]:
        order.append(name)
        return Step(None, 1, at + 1 if at < 20 else None)

    def run(name: str) -> None:
        both_wait.wait(10)
        list(store.steps_sync(step, 0, name))

    others = [threading.Thread(target=run, args=(name,)) for name in "ab"]
    for other in others:
        other.start()
    for other in others:
        other.join(20)
    assert Counter(order) == {"a": 21, "b": 21}


def test_r25_a_group_that_took_its_time_takes_no_further_operation(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "GROUP_S", 0.0)
    entered, go = threading.Event(), threading.Event()

    def hold(_conn: Connection) -> None:
        entered.set()
        assert go.wait(10)

    before = store.commits
    held = store._write(hold, (), {})  # pyright: ignore[reportPrivateUsage]
    assert entered.wait(10)
    waiting = [store._write(tasks.insert, ([new()],), {"now": store.clock()}) for _ in range(5)]  # pyright: ignore[reportPrivateUsage]
    go.set()
    held.result(10)
    assert [one.result(10) for one in waiting] == [[i] for i in range(1, 6)]  # in their order, none lost
    assert store.commits - before == 6


def test_a_step_that_raises_ends_the_operation_and_those_before_it_stay(store: Store, clock: Clock) -> None:
    def step(conn: Connection, at: int, _size: int) -> Step[int]:
        tasks.insert(conn, [new()], now=clock())
        if at == 3:
            raise LookupError("on purpose")
        return Step(at, 1, at + 1)

    done: list[int] = []
    with pytest.raises(LookupError):
        done += store.steps_sync(step, 1)
    assert store.read_sync(tasks.stats).pending == 2


# --- retry-all, delete, missed, moved -----------------------------------------------------------------------------


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


def test_r25_stopping_all_that_wait_leaves_the_others(store: Store, clock: Clock) -> None:
    waiting = store.write_sync(tasks.insert, [new(f"R58M{i}") for i in range(MANY)], now=clock())
    last = store.read_sync(bulk.last_id)
    later = add(store)
    stopped = all_of(store.steps_sync(bulk.stop_pending, 0, last=last, now=clock()))
    assert [task.id for task in stopped] == waiting
    assert {task.reason for task in stopped} == {Reason.STOPPED}
    assert store.read_sync(tasks.get, later).status is Status.PENDING  # type: ignore[union-attr]
    assert counters_are_right(store)


def test_r25_missed_tasks_are_found_among_many_that_wait(store: Store, clock: Clock) -> None:
    alive = clock()
    due = [clock.pass_s(1) if i % 50 == 0 else None for i in range(2 * MANY)]
    ids = store.write_sync(tasks.insert, [new(scheduled_at=when) for when in due], now=alive)
    expected = [task_id for task_id, when in zip(ids, due, strict=True) if when and when > alive]
    missed = all_of(store.steps_sync(bulk.fail_missed, 0, alive_at=alive, now=clock.pass_s(9000), grace_s=60))
    assert [task.id for task in missed] == expected


def test_r25_what_waits_for_a_name_moves_in_steps(store: Store, clock: Clock) -> None:
    ids = store.write_sync(tasks.insert, [new("10.0.0.7:5555") for _ in range(MANY)], now=clock())
    before = store.commits
    moving = store.steps_sync(device_names.move_tasks, 0, device="R58M1", other="10.0.0.7:5555", now=clock())
    assert sum(moving) == MANY
    assert store.commits - before > 2
    assert [head.task_id for head in store.read_sync(queue.heads, ["R58M1"], now=clock())] == ids[:1]
    assert counters_are_right(store)


def counters_are_right(store: Store) -> bool:
    kept, seen = store.read_sync(counted)
    return kept == seen


# --- large requests: all or none ----------------------------------------------------------------------------------


REQUEST = [new(f"R58M{i % 3}", script_config={"target_user": f"user{i}"}, group_id="g") for i in range(MANY)]


class Request:
    """One large request on its way into the store, step by step, as the daemon does it."""

    def __init__(self, store: Store, *, key: str | None = None, digest: str = "") -> None:
        self.store, self.key, self.digest = store, key, digest
        self.id = store.write_sync(intake.begin, now=store.clock())

    def write_down(self) -> Iterator[None]:
        parts = intake.parts_of(REQUEST)
        yield from self.store.steps_sync(intake.write_down, 0, intake_id=self.id, parts=parts)

    def accept(self) -> list[int]:
        more: dict[str, Any] = {"now": self.store.clock(), "key": self.key, "digest": self.digest}
        return self.store.write_sync(intake.accept, self.id, len(REQUEST), **more)

    def store_parts(self, first_id: int) -> Iterator[int]:
        yield from self.store.steps_sync(intake.store_parts, 0, first_id=first_id)


def finish_all(store: Store) -> None:
    """What the next start does."""
    accepted, void = store.read_sync(intake.unfinished)
    for intake_id in void:
        list(store.steps_sync(intake.drop, 0, intake_id=intake_id))
    for first_id in accepted:
        list(store.steps_sync(intake.store_parts, 0, first_id=first_id))


def test_case_b8_a_large_request_is_stored_whole_under_ids_of_its_own(store: Store, clock: Clock) -> None:
    (before,) = store.write_sync(tasks.insert, [new()], now=clock())
    request = Request(store)
    list(request.write_down())
    ids = request.accept()
    (after,) = store.write_sync(tasks.insert, [new()], now=clock())  # somebody else's, meanwhile
    assert sum(request.store_parts(ids[0])) == MANY
    assert [before, *ids, after] == list(range(1, MANY + 3))
    stored = sorted((store.read_sync(tasks.page, page_size=MANY + 2)[1]), key=lambda task: task.id)[1:-1]
    assert [(task.serial, task.script_config) for task in stored] == [(t.serial, t.script_config) for t in REQUEST]
    assert {task.status for task in stored} == {Status.PENDING}
    assert store.read_sync(intake.unfinished) == ([], [])
    assert counters_are_right(store)


def test_case_b8_nothing_of_a_request_begins_before_all_of_it_is_there(store: Store, clock: Clock) -> None:
    request = Request(store)
    list(request.write_down())
    ids = request.accept()
    steps = request.store_parts(ids[0])
    next(steps)
    assert store.read_sync(tasks.get, ids[0]) is not None
    assert store.read_sync(queue.heads, ["R58M0"], now=clock()) == []
    other = add(store, "R58M0")  # another request's is not held up
    assert [head.task_id for head in store.read_sync(queue.heads, ["R58M0"], now=clock())] == [other]
    list(steps)
    assert [head.task_id for head in store.read_sync(queue.heads, ["R58M0"], now=clock())] == ids[:1]


def test_case_b8_kill_at_every_step_leaves_all_of_a_request_or_none(store: Store, tmp_path: Path) -> None:
    """The file as it lies at each moment is what a kill -9 there leaves; each is opened as the next start does."""
    moments: list[tuple[Path, bool]] = []

    def moment(accepted: bool) -> None:
        folder = tmp_path / f"moment{len(moments)}"
        folder.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(f"{store.path}{suffix}", folder / f"drover.db{suffix}")
        moments.append((folder / "drover.db", accepted))

    add(store)
    request = Request(store)
    moment(False)
    for _ in request.write_down():
        moment(False)
    ids = request.accept()
    moment(True)
    for _ in request.store_parts(ids[0]):
        moment(True)
    assert len(moments) > 2 * MANY // intake.PART
    for path, accepted in moments:
        with Store.open(path) as again:
            finish_all(again)
            assert again.read_sync(tasks.stats).pending == 1 + (MANY if accepted else 0)
            assert again.read_sync(intake.unfinished) == ([], [])
            parts = again.read_sync(lambda conn: conn.exec_driver_sql("SELECT COUNT(*) FROM intake_parts").scalar())
            assert parts == 0
            assert counters_are_right(again)
            assert add(again) == (ids[-1] + 1 if accepted else 2)


def test_case_b8_a_repeat_under_the_same_key_stores_nothing_more(store: Store) -> None:
    first, second, other = (Request(store, key="k", digest=digest) for digest in ("d", "d", "e"))
    for request in (first, second, other):
        list(request.write_down())
    ids = first.accept()
    assert second.accept() == ids  # both were under way at once
    with pytest.raises(IdempotencyConflictError):
        other.accept()
    finish_all(store)
    assert store.read_sync(tasks.stats).pending == MANY
    assert store.write_sync(idempotency.answered, "k", "d", now=store.clock()) == ids


def test_what_was_accepted_is_never_dropped(store: Store) -> None:
    request = Request(store)
    list(request.write_down())
    request.accept()
    list(store.steps_sync(intake.drop, 0, intake_id=request.id))
    finish_all(store)
    assert store.read_sync(tasks.stats).pending == MANY


def test_ids_are_reserved_where_there_never_was_a_task(store: Store) -> None:
    assert store.write_sync(tasks.reserve_ids, 5) == 1
    assert add(store) == 6


def test_a_written_down_task_comes_back_as_it_was(clock: Clock) -> None:
    odd = NewTask(
        serial="a", username="x", platform="instagram", package="p", script_name="post", pause_s=1.25, priority=-3,
        script_config={"emoji": "🦊", "deep": [1, {"a": None}]}, source="ui", group_id="g", scheduled_at=clock(),
        max_retry_count=7,
    )  # fmt: skip
    (part,) = intake.parts_of([odd])
    assert intake.read_part(part) == [odd]


def test_old_idempotency_keys_go_a_few_at_a_time_and_never_answer(store: Store, clock: Clock) -> None:
    for n in range(3 * idempotency.CLEANED):
        store.write_sync(idempotency.keep, f"old{n}", "d", [n], now=clock())
    now = clock.pass_s(idempotency.KEPT.total_seconds() + 1)
    assert store.write_sync(idempotency.answered, "old1", "other", now=now) is None
    left: list[int] = []
    for n in range(4):
        store.write_sync(idempotency.keep, f"new{n}", "d", [n], now=now)
        left.append(store.read_sync(lambda conn: conn.exec_driver_sql("SELECT COUNT(*) FROM idempotency").scalar_one()))
    assert left == [41, 22, 3, 4]
    store.write_sync(idempotency.keep, "new0", "again", [7], now=clock.pass_s(idempotency.KEPT.total_seconds() + 1))
