"""Stamps of short waits after the clock jumped; wishes of people stay."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, select, update

from drover.policy.clock import Jump
from drover.store import Store, pauses, tasks, waits
from drover.store.schema import account_pauses
from drover.store.schema import tasks as table
from drover.wire.holds import PauseSubject
from tests.support.stored import add, new

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def stamp(store: Store, task_id: int, not_before: datetime) -> None:
    def put(conn: Connection) -> None:
        conn.execute(update(table).where(table.c.id == task_id).values(not_before=not_before))

    store.write_sync(put)


def not_before(store: Store, task_id: int) -> datetime:
    def read(conn: Connection) -> datetime:
        found: datetime = conn.execute(select(table.c.not_before).where(table.c.id == task_id)).scalar_one()
        return found

    return store.read_sync(read)


def correct(store: Store, jump: Jump) -> int:
    return sum(store.steps_sync(waits.correct_tasks, 0, jump=jump))


def still(now: datetime) -> Jump:
    return Jump(before=now, now=now)


def test_case_b10_a_retry_a_day_ahead_is_cut_to_the_longest_backoff(store: Store) -> None:
    now = store.clock()
    far, near, at_once = add(store), add(store), add(store)
    stamp(store, far, now + DAY)
    stamp(store, near, now + MINUTE)
    before = not_before(store, at_once)
    assert correct(store, still(now)) == 1
    assert not_before(store, far) == now + 10 * MINUTE
    assert (not_before(store, near), not_before(store, at_once)) == (now + MINUTE, before)


def test_case_b10_a_retry_follows_the_clock_back(store: Store) -> None:
    now = store.clock()
    task_id = add(store)
    stamp(store, task_id, now + DAY + MINUTE)
    assert correct(store, Jump(before=now + DAY, now=now, by=-DAY)) == 1
    assert not_before(store, task_id) == now + MINUTE


def test_case_b10_start_times_stay_whatever_the_clock_does(store: Store) -> None:
    now = store.clock()
    wish = now + 3 * DAY
    scheduled, again = add(store, scheduled_at=wish), add(store, scheduled_at=now - MINUTE)
    stamp(store, again, now + DAY)  # begun at its time, and tried again
    for jump in (still(now), Jump(before=now - DAY, now=now, by=DAY), Jump(before=now + DAY, now=now, by=-DAY)):
        correct(store, jump)
        assert not_before(store, scheduled) == wish
    assert not_before(store, again) <= now + 10 * MINUTE
    stamp(store, scheduled, wish + DAY)  # its group pauses beyond its time
    correct(store, still(now))
    assert not_before(store, scheduled) == wish


def test_case_b10_a_pause_within_a_group_may_be_as_long_as_the_request_says(store: Store) -> None:
    now = store.clock()
    ids = store.write_sync(tasks.insert, [new(group_id="g", pause_s=7200.0) for _ in range(2)], now=now)
    stamp(store, ids[0], now + 119 * MINUTE)
    stamp(store, ids[1], now + DAY)
    assert correct(store, still(now)) == 1
    assert not_before(store, ids[0]) == now + 119 * MINUTE
    assert not_before(store, ids[1]) == now + 120 * MINUTE


def test_case_b10_many_tasks_are_corrected_in_steps(store: Store) -> None:
    now = store.clock()
    ids = store.write_sync(tasks.insert, [new() for _ in range(1500)], now=now)

    def put(conn: Connection) -> None:
        conn.execute(update(table).where(table.c.id % 3 == 0).values(not_before=now + DAY))

    store.write_sync(put)
    assert correct(store, still(now)) == 500
    assert {not_before(store, task_id) > now + 10 * MINUTE for task_id in ids} == {False}


@pytest.mark.parametrize(("jump_by", "left"), [(timedelta(), 2 * MINUTE), (-DAY, MINUTE)])
def test_case_b10_the_pause_between_tasks_is_corrected_and_that_of_a_person_is_not(
    store: Store, jump_by: timedelta, left: timedelta
) -> None:
    now = store.clock()

    def put(conn: Connection) -> None:
        conn.execute(insert(account_pauses).values(account="tiktok:ada", until=now + DAY + MINUTE))
        conn.execute(insert(account_pauses).values(account="tiktok:bob", until=now + MINUTE))
        pauses.pause(conn, PauseSubject.ACCOUNT, "tiktok:ada", words="", until=now + 2 * DAY, now=now)

    store.write_sync(put)
    jump = Jump(before=now - jump_by, now=now, by=jump_by)
    assert store.write_sync(waits.correct_pauses, jump=jump, longest_s=120.0) == 1

    def read(conn: Connection) -> dict[str, datetime]:
        return {row.account: row.until for row in conn.execute(select(account_pauses))}

    assert store.read_sync(read) == {"tiktok:ada": now + left, "tiktok:bob": now + MINUTE}
    held = store.read_sync(pauses.active, now=now)
    assert [pause.until for _, pause in held] == [now + 2 * DAY]
