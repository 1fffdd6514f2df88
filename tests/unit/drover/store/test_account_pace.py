"""What counts for an account's limit, how long it pauses, and that nothing else waits for it."""

from datetime import UTC, timedelta

import pytest

from drover.policy.pace import Pace
from drover.policy.records import Complete, Decision, Fail, Requeue
from drover.store import Store, account_pace, attempts, queue, tasks
from drover.wire.tasks import Effect, Reason
from tests.support.clock import Clock
from tests.support.stored import add, begin, retry_all

PACE = Pace(zone=UTC, limits={"follow": 2})
SETTLE = Requeue(delay_s=0, reconcile=True, remark="")
AGAIN = Requeue(delay_s=0, reconcile=False, remark="")
REJECTED = Fail(reason=Reason.REJECTED, remark="", retry_safe=True, effect=Effect.NONE)
UNKNOWN = Fail(reason=Reason.OUTCOME_UNKNOWN, remark="", retry_safe=False, effect=Effect.UNKNOWN)


def run(store: Store, task_id: int, decision: Decision, *, taps: bool = True, pause_s: float = 0.0) -> None:
    """One attempt of the pending task."""
    fence = begin(store, task_id).fence
    if taps:
        now = store.clock()
        assert store.write_sync(attempts.record_intent, fence, what="tap", now=now, day=PACE.day(now))
    store.write_sync(attempts.finish, fence, decision, now=store.clock(), pause_s=pause_s)


def used(store: Store, account: str = "tiktok:me", script: str = "follow") -> int:
    found = store.read_sync(account_pace.used_on, [account], PACE.day(store.clock()))
    return found.get(account, {}).get(script, 0)


def first(store: Store, serial: str = "R58M1") -> int | None:
    """The task that the phone would begin now."""
    now = store.clock()
    held = store.read_sync(account_pace.holds, [serial], now=now, pace=PACE)
    heads = store.read_sync(queue.heads, [serial], now=now, held=list(held.account_queues))
    return heads[0].task_id if heads else None


@pytest.mark.parametrize(
    ("decision", "taps", "counts"),
    [(Complete(), True, 1), (UNKNOWN, True, 1), (SETTLE, True, 1), (REJECTED, True, 0), (Complete(), False, 0)],
)
def test_what_others_may_have_seen_counts(store: Store, decision: Decision, taps: bool, counts: int) -> None:
    run(store, add(store, username="Me"), decision, taps=taps)
    assert used(store) == counts
    assert used(store, script="unfollow") == used(store, "instagram:me") == used(store, "tiktok#R58M1") == 0


def test_what_was_looked_for_and_not_found_counts_once(store: Store, clock: Clock) -> None:
    task_id = add(store, username="me")
    run(store, task_id, SETTLE)
    clock.pass_s(86400)
    run(store, task_id, Complete())
    assert used(store) == 1
    assert store.read_sync(account_pace.used_on, ["tiktok:me"], PACE.day(clock() - timedelta(days=1))) == {}


def test_what_was_looked_for_and_stands_counts_as_before(store: Store) -> None:
    task_id = add(store, username="me")
    run(store, task_id, SETTLE)
    fence = begin(store, task_id).fence
    assert store.write_sync(attempts.record_confirmed, fence, evidence=[], now=store.clock())
    store.write_sync(attempts.finish, fence, Complete(), now=store.clock())
    assert used(store) == 1


def test_a_deleted_task_still_counts(store: Store) -> None:
    task_id = add(store, username="me")
    run(store, task_id, Complete())
    store.write_sync(tasks.delete, [task_id])
    assert used(store) == 1


def test_days_of_long_ago_are_forgotten(store: Store, clock: Clock) -> None:
    days: list[str] = []
    for _ in range(40):
        days.append(PACE.day(clock()))
        run(store, add(store, username="me"), Complete())
        clock.pass_s(86400)
    kept = [day for day in days if store.read_sync(account_pace.used_on, ["tiktok:me"], day)]
    assert kept == days[-account_pace.KEPT_DAYS - 1 :]


def test_a_reached_limit_holds_back_its_account_queue_and_nothing_else(store: Store, clock: Clock) -> None:
    for _ in range(2):
        run(store, add(store, username="me"), Complete())
    held = [add(store, username=name, priority=9) for name in ("me", "ME")]
    other = add(store, username="you")
    unfollow = add(store, username="me", script_name="unfollow")
    nobody = add(store)
    for expected in (other, unfollow, nobody, None):
        assert first(store) == expected
        if expected is not None:
            run(store, expected, Complete())
    clock.pass_s(86400)
    assert first(store) == held[0]


def test_a_pause_holds_back_the_whole_account_and_stays_as_it_was_drawn(store: Store, clock: Clock) -> None:
    run(store, add(store, username="me"), Complete(), taps=False, pause_s=90)
    add(store, username="me")
    unfollow = add(store, username="me", script_name="unfollow")
    until = clock() + timedelta(seconds=90)
    for _ in range(3):
        holds = store.read_sync(account_pace.holds, ["R58M1"], now=clock.pass_s(20), pace=PACE)
        assert {account_queue: hold.until for account_queue, hold in holds.account_queues.items()} == {
            "follow:tiktok:me": until,
            "unfollow:tiktok:me": until,
        }
        assert first(store) is None
    clock.pass_s(30)
    assert first(store) == unfollow - 1


def test_what_only_looks_waits_for_no_pause_and_no_limit(store: Store) -> None:
    run(store, add(store, username="me"), Complete())
    task_id = add(store, username="me")
    run(store, task_id, SETTLE, pause_s=1000)
    later = add(store, username="me")
    assert first(store) == task_id
    run(store, task_id, Complete(), taps=False)
    assert first(store) is None
    assert store.read_sync(queue.waiting, [later], now=store.clock(), pace=PACE)[later].hold is not None


def test_what_begins_again_having_done_nothing_does_not_pause(store: Store) -> None:
    task_id = add(store, username="me")
    run(store, task_id, AGAIN, taps=False, pause_s=1000)
    assert first(store) == task_id


def test_a_retry_goes_back_to_its_account_queue_or_looks_first(store: Store) -> None:
    run(store, add(store, username="me"), Complete())
    rejected = add(store, username="me")
    run(store, rejected, REJECTED)
    open_ = add(store, username="me")
    run(store, open_, Fail(reason=Reason.STOPPED, remark="", retry_safe=True, effect=Effect.UNKNOWN))
    retry_all(store)
    assert used(store) == 2
    assert first(store) == open_
    run(store, open_, Complete(), taps=False)
    assert first(store) is None


def test_tasks_in_line_count_only_those_that_are_not_held_back(store: Store, clock: Clock) -> None:
    for _ in range(2):
        run(store, add(store, username="me"), Complete())
    held = [add(store, username="me") for _ in range(5)]
    others = [add(store, username="you") for _ in range(2)]
    facts = store.read_sync(queue.waiting, [*held, *others], now=clock(), pace=PACE)
    assert [facts[task_id].ahead for task_id in others] == [0, 1]
    assert all(facts[task_id].hold is not None for task_id in held)
