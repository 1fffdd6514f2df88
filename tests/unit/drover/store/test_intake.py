"""Large requests: stored all or none, whatever happens between two steps."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drover.policy.records import NewTask
from drover.store import (
    IdempotencyConflictError,
    Store,
    idempotency,
    intake,
    queue,
    tasks,
)
from drover.wire.tasks import Status
from tests.support.clock import Clock
from tests.support.stored import add, counters_are_right, new

MANY = 450
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
    (after,) = store.write_sync(tasks.insert, [new()], now=clock())  # someone else's, meanwhile
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


def test_a_written_down_task_comes_back_as_it_was(clock: Clock) -> None:
    odd = NewTask(
        serial="a", username="x", platform="instagram", package="p", script_name="post", pause_s=1.25, priority=-3,
        script_config={"emoji": "🦊", "deep": [1, {"a": None}]}, source="ui", group_id="g", scheduled_at=clock(),
        max_retry_count=7,
    )  # fmt: skip
    (part,) = intake.parts_of([odd])
    assert intake.read_part(part) == [odd]
