"""Queues: what is first, what comes due, who waits behind whom."""

from datetime import UTC, timedelta
from typing import Any

from drover.policy.pace import Pace
from drover.policy.records import Head, Requeue
from drover.policy.wait_reasons import MOST_COUNTED
from drover.store import Store, attempts, queue, tasks
from drover.wire.tasks import Reason
from tests.support.clock import Clock
from tests.support.stored import add, begin, complete, fail


def test_the_first_of_each_device(store: Store, clock: Clock) -> None:
    a1, _a2, b1 = add(store, "a"), add(store, "a"), add(store, "b")
    add(store, "not asked for")
    found = store.read_sync(queue.heads, ["a", "b", "empty"], now=clock())
    assert sorted(found, key=lambda head: head.task_id) == [
        Head(task_id=a1, serial="a", priority=0, account="tiktok#a", script_name="follow"),
        Head(task_id=b1, serial="b", priority=0, account="tiktok#b", script_name="follow"),
    ]


def test_priority_then_age(store: Store, clock: Clock) -> None:
    add(store, "a", priority=-1)
    add(store, "a")
    urgent = add(store, "a", priority=9)
    add(store, "a", priority=9)
    assert store.read_sync(queue.heads, ["a"], now=clock()) == [
        Head(task_id=urgent, serial="a", priority=9, account="tiktok#a", script_name="follow")
    ]


def test_each_account_queue_has_its_first_and_they_come_in_order(store: Store, clock: Clock) -> None:
    for _ in range(2):
        add(store, "a", username="me")
        add(store, "a", username="you", priority=1)
        add(store, "a", script_name="unfollow", username="me")
    found = store.read_sync(queue.heads, ["a"], now=clock())
    assert [(head.task_id, head.account) for head in found] == [(2, "tiktok:you"), (1, "tiktok:me"), (3, "tiktok:me")]
    left = store.read_sync(queue.heads, ["a"], now=clock(), held=["follow:tiktok:you", "follow:tiktok:me"])
    assert [head.task_id for head in left] == [3]


def test_what_is_not_due_is_passed_over(store: Store, clock: Clock) -> None:
    later = add(store, "a", priority=9, scheduled_at=clock() + timedelta(minutes=1))
    soon = add(store, "a")
    assert store.read_sync(queue.heads, ["a"], now=clock())[0].task_id == soon
    assert store.read_sync(queue.heads, ["a"], now=clock.pass_s(60))[0].task_id == later


def test_only_pending_tasks_are_in_a_queue(store: Store, clock: Clock) -> None:
    begin(store, add(store, "a"))
    complete(store, add(store, "b"))
    fail(store, add(store, "c"))
    assert store.read_sync(queue.heads, ["a", "b", "c"], now=clock()) == []
    assert store.read_sync(queue.lengths) == {}


def test_serials_of_any_shape(store: Store, clock: Clock) -> None:
    odd = ["192.168.0.7:5555", 'quo"te', "emu\\lator", "adb-X._adb-tls-connect._tcp", "télé"]
    ids = {serial: add(store, serial) for serial in odd}
    assert {head.serial: head.task_id for head in store.read_sync(queue.heads, odd, now=clock())} == ids


def test_next_due_is_the_nearest_to_come(store: Store, clock: Clock) -> None:
    assert store.read_sync(queue.next_due, now=clock()) is None
    add(store)
    first = clock() + timedelta(minutes=5)
    add(store, scheduled_at=first)
    add(store, scheduled_at=first + timedelta(minutes=5))
    assert store.read_sync(queue.next_due, now=clock()) == first
    assert store.read_sync(queue.next_due, now=first) == first + timedelta(minutes=5)


def test_lengths_count_what_waits(store: Store) -> None:
    for serial in "aab":
        add(store, serial)
    begin(store, 1)
    assert store.read_sync(queue.lengths) == {"a": 1, "b": 1}


def test_ahead_counts_the_running_one_and_those_before(store: Store, clock: Clock) -> None:
    begin(store, add(store, "a"))
    add(store, "a")
    add(store, "a", scheduled_at=clock() + timedelta(hours=1))
    add(store, "b")
    last = store.read_sync(tasks.get, add(store, "a"))
    urgent = store.read_sync(tasks.get, add(store, "a", priority=1))
    assert last is not None
    assert urgent is not None
    assert store.read_sync(queue.ahead, last) == 4
    assert store.read_sync(queue.ahead, last, now=clock()) == 3
    assert store.read_sync(queue.ahead, urgent) == 1


def test_waiting_facts(store: Store, clock: Clock) -> None:
    running = add(store, "a")
    begin(store, running)
    when = clock() + timedelta(hours=1)
    scheduled = add(store, "a", scheduled_at=when)
    plain = add(store, "b")
    found = store.read_sync(queue.waiting, [running, scheduled, plain, 999])
    assert found == {
        scheduled: queue.WaitingFacts(not_before=when, ahead=1, last_reason=None),
        plain: queue.WaitingFacts(not_before=None, ahead=0, last_reason=None),
    }


def test_waiting_tells_why_the_last_attempt_ended(store: Store, clock: Clock) -> None:
    fence = begin(store, add(store)).fence
    decision = Requeue(delay_s=3, reconcile=False, remark="gone", reason=Reason.DEVICE_LOST)
    store.write_sync(attempts.finish, fence, decision, now=clock())
    facts = store.read_sync(queue.waiting, [1])[1]
    assert (facts.last_reason, facts.not_before) == (Reason.DEVICE_LOST, clock() + timedelta(seconds=3))


def test_the_place_in_line_is_the_same_for_one_task_as_among_many(store: Store, clock: Clock) -> None:
    begin(store, add(store, "a"))
    ids = [add(store, "a", priority=number % 3) for number in range(MOST_COUNTED + 20)]
    ids += [add(store, "b", scheduled_at=clock() + timedelta(hours=number % 2)) for number in range(6)]
    together = store.read_sync(queue.waiting, ids, now=clock(), pace=Pace(zone=UTC))
    alone = {task_id: store.read_sync(queue.waiting, [task_id], now=clock(), pace=Pace(zone=UTC)) for task_id in ids}
    assert {task_id: facts[task_id] for task_id, facts in alone.items()} == together
    assert max(facts.ahead for facts in together.values()) == MOST_COUNTED + 1, "and the one that runs"


def test_a_page_counts_the_place_only_for_phones_where_it_is_told(store: Store, clock: Clock) -> None:
    for serial in "aabb":
        add(store, serial)
    page: dict[str, Any] = {"page": 1, "page_size": 20, "now": clock(), "pace": Pace(zone=UTC)}
    facts = store.read_sync(queue.page, {}, **page, in_line={"a"})[2]
    assert {task_id: fact.ahead for task_id, fact in facts.items()} == {1: 0, 2: 1, 3: 0, 4: 0}
    assert store.read_sync(queue.page, {}, **page)[2][4].ahead == 1
