"""The end of an attempt: in one transaction, or of a large group after the rest is held in steps (promise R25)."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from drover.policy.records import Complete
from drover.store import Store, attempt_end, attempts, groups, queue
from drover.store.groups import AT_ONCE, LargeGroupError
from drover.wire.tasks import Status, Task
from tests.support.clock import Clock
from tests.support.stored import GROUP_PAUSE_S, add, add_group, begin, free

MANY = 4 * AT_ONCE


def finish(store: Store, fence: int) -> Task | None:
    return asyncio.run(attempt_end.finish(store, fence, Complete(), now=store.clock()))


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows that each transaction on a group was to change."""
    rows: list[int] = []
    step = groups.hold

    def watched(conn: Connection, at: int, size: int, **more: object) -> object:
        done = step(conn, at, size, **more)  # type: ignore[arg-type]
        rows.append(done.rows)
        return done

    monkeypatch.setattr(groups, "hold", watched)
    return rows


def test_r25_a_small_group_is_held_in_the_transaction_of_the_end(store: Store, changed: list[int]) -> None:
    ids = add_group(store, AT_ONCE + 1)
    fence = begin(store, ids[0]).fence
    before = store.commits
    assert finish(store, fence) is not None
    assert (store.commits - before, changed, free(store)) == (1, [], 0)


def test_r25_a_large_group_is_held_in_steps_and_the_attempt_ends_after_them(
    store: Store, clock: Clock, changed: list[int]
) -> None:
    ids = add_group(store, MANY + 1)
    other = add(store, "R58M2", group_id="g", pause_s=GROUP_PAUSE_S)
    fence = begin(store, ids[0]).fence
    with pytest.raises(LargeGroupError):
        store.write_sync(attempts.finish, fence, Complete(), now=clock())
    assert free(store) == MANY + 1  # nothing was changed, nor is the attempt ended
    ended = finish(store, fence)
    assert ended is not None
    assert ended.status is Status.COMPLETED
    assert sum(changed) == MANY
    assert len(changed) > 2
    waiting = store.read_sync(queue.waiting, [*ids[1:], other])
    until = clock() + timedelta(seconds=GROUP_PAUSE_S)
    assert {waiting[task_id].not_before for task_id in ids[1:]} == {until}
    assert waiting[other].not_before is None
    assert finish(store, fence) is None  # it has ended already
    clock.pass_s(GROUP_PAUSE_S)
    assert [head.task_id for head in store.read_sync(queue.heads, ["R58M1"], now=clock())] == [ids[1]]


def test_r25_nothing_of_the_group_is_free_when_the_attempt_ends(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the moment: while some of the rest are not held yet, the phone still has its attempt."""
    ids = add_group(store, MANY + 1)
    fence = begin(store, ids[0]).fence
    seen: list[tuple[bool, int]] = []
    step = groups.hold

    def watched(conn: Connection, at: int, size: int, **more: object) -> object:
        seen.append((fence in [one.fence for one in attempts.open(conn)], at))
        return step(conn, at, size, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(groups, "hold", watched)
    finish(store, fence)
    assert len(seen) > 2
    assert all(still_open for still_open, _ in seen)


def test_r25_after_a_crash_between_two_steps_the_next_start_ends_the_attempt_with_its_group_held(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    ids = add_group(store, MANY + 1)
    fence = begin(store, ids[0]).fence
    rest = groups.Rest(group_id="g", serial="R58M1", task_id=ids[0], until=clock() + timedelta(seconds=GROUP_PAUSE_S))
    some = store.read_sync(groups.free_ids, rest)
    next(store.steps_sync(groups.hold, 0, ids=some, until=rest.until))
    path = store.path
    store.close()
    with Store.open(path, clock=clock) as again:
        clock.pass_s(5)
        assert 0 < free(again) < MANY
        assert finish(again, fence) is not None
        assert free(again) == 0
        late = again.read_sync(queue.waiting, ids[1:])
        assert {facts.not_before for facts in late.values()} == {clock() + timedelta(seconds=GROUP_PAUSE_S)}
