"""What is old is found in small looks and taken out in steps; what was asked for again meanwhile stays."""

from datetime import timedelta

import pytest

from drover.store import Store, retention, tasks
from drover.wire.tasks import Status
from tests.support.clock import Clock
from tests.support.stored import add, all_of, begin, complete, fail


def test_what_ended_before_is_old_and_what_waits_or_runs_never_is(store: Store, clock: Clock) -> None:
    old = [complete(store, add(store)).id, fail(store, add(store)).id]
    waits, runs = add(store), add(store, "R58M2")
    begin(store, runs)
    clock.pass_s(9 * 86400)
    young = complete(store, add(store)).id
    now = clock()
    sweep = store.read_sync(retention.look, 0, old=now - timedelta(days=1), stale=None)
    assert (sweep.old, sweep.stale, sweep.cursor) == (old, [], None)
    ids = [*old, waits, runs, young]
    assert all_of(store.steps_sync(retention.drop_tasks, 0, ids=ids, now=now)) == [*old, young]
    assert store.read_sync(retention.deleted, [*ids, 99]) == [*old, young]


def test_a_task_that_was_retried_since_the_look_stays(store: Store, clock: Clock) -> None:
    failed = fail(store, add(store)).id
    store.write_sync(tasks.retry, failed, now=clock())
    assert all_of(store.steps_sync(retention.drop_tasks, 0, ids=[failed], now=clock())) == []
    assert all_of(store.steps_sync(retention.forget_evidence, 0, ids=[failed])) == []
    found = store.read_sync(tasks.get, failed)
    assert found is not None
    assert found.status is Status.PENDING


def test_evidence_is_forgotten_and_the_task_stays(store: Store, clock: Clock) -> None:
    kept = complete(store, add(store)).id
    store.write_sync(lambda conn: conn.exec_driver_sql("""UPDATE tasks SET evidence = '["a.png"]'""").rowcount)
    later = clock() + timedelta(days=1)
    sweep = store.read_sync(retention.look, 0, old=None, stale=later)
    assert (sweep.old, sweep.stale) == ([], [kept])
    assert store.read_sync(retention.look, 0, old=later, stale=later).stale == [], "it goes whole"
    assert all_of(store.steps_sync(retention.forget_evidence, 0, ids=[kept])) == [kept]
    assert store.read_sync(retention.look, 0, old=None, stale=later).stale == []


def test_a_look_ends_after_some_rows_and_goes_on_where_it_ended(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "STEP", 2)
    ids = [complete(store, add(store)).id for _ in range(5)]
    later = clock() + timedelta(days=1)
    found: list[int] = []
    cursor: int | None = 0
    while cursor is not None:
        sweep = store.read_sync(retention.look, cursor, old=later, stale=None)
        assert len(sweep.old) <= 2
        found += sweep.old
        cursor = sweep.cursor
    assert found == ids
    assert store.read_sync(retention.look, 0, old=None, stale=None).cursor is None
