"""The plans that SQLite makes: every documented filter and the queue read an index and sort nothing."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest
from sqlalchemy import Connection

from drover.policy.pace import Pace
from drover.policy.records import Complete
from drover.store import Store, account_keys, account_pace, attempts, queue, release, task_pages, tasks
from drover.store.batch import driver_of
from drover.store.release import Released
from drover.store.steps import Step
from tests.support.clock import Clock
from tests.support.stored import add, begin, complete, fail


def plans_of(
    conn: Connection, operation: Callable[[Connection], Any], verbs: tuple[str, ...] = ("SELECT", "WITH")
) -> list[str]:
    """One text for each statement with these verbs that the operation runs: SQLite's plan for its parameters."""
    asked: list[str] = []
    driver = driver_of(conn)
    driver.set_trace_callback(asked.append)  # with the parameters in their places
    operation(conn)
    driver.set_trace_callback(None)
    return [
        " | ".join(str(row[3]) for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}"))
        for statement in asked
        if statement.lstrip().startswith(verbs)
    ]


@pytest.fixture
def some(store: Store) -> Store:
    for _ in range(4):
        add(store, "a")
        complete(store, add(store, "a"))
        fail(store, add(store, "b", script_name="unfollow", source="ui"))
    return store


FILTERS = [
    ({"status": 2}, "ix_tasks_status"),
    ({"serial": "a"}, "ix_tasks_serial"),
    ({"script_name": "follow"}, "ix_tasks_script_name"),
    ({"source": "api"}, "ix_tasks_source"),
    ({"status": 2, "serial": "a"}, "ix_tasks_serial_status"),
]


@pytest.mark.parametrize(("wanted", "index"), FILTERS)
@pytest.mark.parametrize("number", [1, 4])
def test_r16_each_filter_has_its_index(some: Store, wanted: dict[str, Any], index: str, number: int) -> None:
    count, ids, rows = some.read_sync(plans_of, lambda conn: tasks.page(conn, **wanted, page=number, page_size=1))
    assert "counters" in count
    assert "SEARCH tasks USING COVERING INDEX" in ids
    assert f"INDEX {index} (" in ids
    assert "TEMP B-TREE" not in ids
    assert "SEARCH tasks USING INTEGER PRIMARY KEY (rowid=?)" in rows
    assert "TEMP B-TREE" not in rows


def test_r16_without_a_filter_ids_are_read_in_order(some: Store) -> None:
    _count, ids, _rows = some.read_sync(plans_of, lambda conn: tasks.page(conn, page=1, page_size=2))
    assert "TEMP B-TREE" not in ids


def test_r16_a_page_by_blocks_reads_counts_and_then_one_range_of_ids(some: Store) -> None:
    wanted = {"status": 2, "source": "api"}
    blocks, ids = some.read_sync(plans_of, lambda conn: task_pages.from_blocks(conn, wanted, skip=1, size=1))
    assert "SCAN task_blocks" in blocks
    assert "tasks USING" not in blocks
    assert "SEARCH tasks USING" in ids
    assert "id>? AND id<?" in ids
    assert "TEMP B-TREE" not in ids


def test_r16_the_place_of_a_task_is_counted_in_the_queue_s_index(some: Store, clock: Clock) -> None:
    task_id = add(some, "a")
    plans = some.read_sync(plans_of, lambda conn: queue.waiting(conn, [task_id], now=clock()))
    counted = next(plan for plan in plans if "CO-ROUTINE" in plan)
    assert "INDEX ix_tasks_queue (serial=? AND status=? AND priority>?)" in counted
    assert "INDEX ix_tasks_queue (serial=? AND status=? AND priority=? AND id<?)" in counted


def test_r16_heads_seek_once_a_account_queue(some: Store, clock: Clock) -> None:
    plan, logins = some.read_sync(plans_of, lambda conn: queue.heads(conn, ["a", "b"], now=clock(), held=["x"]))
    for seek in (
        "(serial=? AND status=?)",
        "(serial=? AND status=? AND account_queue>?)",
        "(serial=? AND status=? AND account_queue=?)",
    ):
        assert f"SEARCH t USING COVERING INDEX ix_tasks_account_queue {seek}" in plan
    assert "SCAN t " not in plan
    assert "SCAN tasks" not in plan
    assert "SEARCH logins USING INDEX sqlite_autoindex_logins_1 (serial=?)" in logins


def test_r16_what_holds_account_queues_back_is_read_by_key(some: Store, clock: Clock) -> None:
    pace = Pace(zone=UTC, limits={"follow": 1})
    account_queues, logins, *by_key = some.read_sync(
        plans_of, lambda conn: account_pace.holds(conn, ["a", "b"], now=clock(), pace=pace)
    )
    assert "SCAN t " not in account_queues
    assert "SEARCH logins USING INDEX sqlite_autoindex_logins_1 (serial=?)" in logins
    paused, disabled, used, pauses, devices = by_key
    for plan in (paused, devices):
        assert "(kind=? AND key=?)" in plan
    assert "USING INDEX ix_accounts_disabled" in disabled
    assert "(account=? AND day=?)" in used
    assert "(account=?)" in pauses


def test_r16_what_comes_due_reads_pending_tasks_only(some: Store, clock: Clock) -> None:
    (due,) = some.read_sync(plans_of, lambda conn: queue.next_due(conn, now=clock()))
    assert "COVERING INDEX ix_tasks_due (status=? AND not_before>?)" in due


def test_r16_the_pause_of_a_group_reads_its_index(store: Store, clock: Clock) -> None:
    ids = [add(store, "a", group_id="g", pause_s=60.0 * n) for n in range(3)]
    fence = begin(store, ids[0]).fence
    asked = store.write_sync(plans_of, lambda conn: attempts.finish(conn, fence, Complete(), now=clock()))
    assert any("INDEX ix_tasks_group (group_id=? AND serial=? AND status=?)" in plan for plan in asked)


def test_r16_open_attempts_have_an_index_of_their_own(some: Store) -> None:
    (plan,) = some.read_sync(plans_of, attempts.open)
    assert "INDEX ix_attempts_open" in plan


def test_r16_stats_and_totals_read_counters_only(some: Store) -> None:
    def total(conn: Connection) -> int:
        return tasks.count(conn, {"status": 2, "source": "api"})

    for operation in (tasks.stats, total, queue.lengths):
        (plan,) = some.read_sync(plans_of, operation)
        assert "counters" in plan
        assert "tasks" not in plan


def test_r22_what_is_held_has_an_index_of_its_own(some: Store, clock: Clock) -> None:
    (counts,) = some.read_sync(plans_of, release.counts)
    assert "COVERING INDEX ix_tasks_held" in counts
    assert "TEMP B-TREE" not in counts
    for looking_only in (False, True):

        def operation(conn: Connection, looking_only: bool = looking_only) -> Step[Released]:
            return release.release_next(conn, 0, 100, now=clock(), looking_only=looking_only)

        chosen, _rows = some.read_sync(plans_of, operation)
        assert "INDEX ix_tasks_held" in chosen
        assert "TEMP B-TREE" not in chosen


def test_r23_merging_two_keys_reads_no_history(some: Store) -> None:
    verbs = ("INSERT", "UPDATE", "DELETE")
    plans = some.write_sync(plans_of, lambda conn: account_keys.merge_keys(conn, "tiktok#a", "tiktok:me"), verbs)
    assert any("INDEX ix_attempts_account_unknown (account=?)" in plan for plan in plans)
    assert not [plan for plan in plans if "SCAN attempts" in plan or "SCAN tasks" in plan or "SCAN media_uses" in plan]
