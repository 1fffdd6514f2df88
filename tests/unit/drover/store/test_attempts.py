"""Attempts against a real database: begun once, followed to their effect, ended once."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from drover.policy import retry
from drover.policy.records import AttemptFacts, Complete, Decision, Fail, Requeue
from drover.store import ConflictError, NotFoundError, Store, account_pace, attempts, events, queue, tasks
from drover.wire.tasks import Effect, Reason, Status, Task
from tests.support.clock import Clock
from tests.support.stored import add, begin, complete, new

GONE = Requeue(delay_s=5, reconcile=False, remark="the phone went away", reason=Reason.DEVICE_LOST)


def task_of(store: Store, task_id: int) -> Task:
    task = store.read_sync(tasks.get, task_id)
    assert task is not None
    return task


def finish(store: Store, fence: int, decision: Decision) -> Task | None:
    return store.write_sync(attempts.finish, fence, decision, now=store.clock(), progress=40, step="looking")


def test_begin_makes_it_run(store: Store, clock: Clock) -> None:
    task_id = add(store, "a", package="com.clone")
    clock.pass_s(9)
    attempt, task = store.write_sync(attempts.begin, task_id, boot_id="b1", now=clock())
    assert (attempt.task_id, attempt.attempt, attempt.serial, attempt.boot_id) == (task_id, 1, "a", "b1")
    assert (attempt.effect, attempt.reconcile, attempt.platform, attempt.package) == (
        Effect.NONE,
        False,
        "tiktok",
        "com.clone",
    )
    assert (task.status, task.attempt, task.start_time) == (Status.RUNNING, 1, clock())
    assert task == task_of(store, task_id)
    assert store.read_sync(attempts.open) == [attempt]


def test_only_what_waits_begins(store: Store, clock: Clock) -> None:
    task_id = add(store)
    begin(store, task_id)
    with pytest.raises(ConflictError, match="is running, not pending"):
        begin(store, task_id)
    with pytest.raises(ConflictError, match="is completed, not pending"):
        begin(store, complete(store, add(store)).id)
    with pytest.raises(NotFoundError):
        begin(store, 999)


def test_fences_are_never_given_again(store: Store, clock: Clock) -> None:
    fence = begin(store, add(store)).fence
    finish(store, fence, Complete())
    store.write_sync(tasks.delete, [1], now=clock())
    assert begin(store, add(store)).fence == fence + 1


def test_intent_sent_confirmed(store: Store, clock: Clock) -> None:
    task_id = add(store)
    fence = begin(store, task_id).fence
    steps: list[tuple[Callable[[], bool], Effect]] = [
        (lambda: store.write_sync(attempts.record_intent, fence, what="tap Follow", now=clock()), Effect.INTENT),
        (lambda: store.write_sync(attempts.record_sent, fence, now=clock()), Effect.SENT),
        (lambda: store.write_sync(attempts.record_confirmed, fence, evidence=["p.png"], now=clock()), Effect.CONFIRMED),
    ]
    for record, effect in steps:
        assert record()
        assert task_of(store, task_id).effect is effect
        assert store.read_sync(attempts.facts, fence).effect is effect  # type: ignore[union-attr]
    task = finish(store, fence, Complete(evidence=("p.png", "p.xml")))
    assert task is not None
    assert (task.status, task.effect, task.progress) == (Status.COMPLETED, Effect.CONFIRMED, 100)
    assert task.evidence == ["p.png", "p.xml"]


def test_intent_is_given_once(store: Store, clock: Clock) -> None:
    fence = begin(store, add(store)).fence
    assert store.write_sync(attempts.record_intent, fence, what="tap", now=clock())
    assert not store.write_sync(attempts.record_intent, fence, what="tap", now=clock())


def test_no_tap_without_intent(store: Store, clock: Clock) -> None:
    fence = begin(store, add(store)).fence
    assert not store.write_sync(attempts.record_sent, fence, now=clock())


def test_proof_without_a_tap_is_no_effect_of_ours(store: Store, clock: Clock) -> None:
    fence = begin(store, add(store)).fence
    assert store.write_sync(attempts.record_confirmed, fence, evidence=["p.png"], now=clock())
    task = finish(store, fence, Complete(remark="already followed"))
    assert task is not None
    assert (task.effect, task.evidence, task.remark) == (Effect.NONE, ["p.png"], "already followed")


def test_r12_after_the_end_nothing_changes_anything(store: Store, clock: Clock) -> None:
    task_id = add(store)
    fence = begin(store, task_id).fence
    finish(store, fence, Fail(reason=Reason.STOPPED, remark="stopped", retry_safe=True, effect=Effect.NONE))
    before, last = task_of(store, task_id), store.read_sync(events.last_id)
    assert not store.write_sync(attempts.record_intent, fence, what="tap", now=clock())
    assert not store.write_sync(attempts.record_sent, fence, now=clock())
    assert not store.write_sync(attempts.record_confirmed, fence, evidence=["p"], now=clock())
    assert finish(store, fence, Complete()) is None
    assert finish(store, 999, Complete()) is None
    assert store.read_sync(attempts.facts, fence) is None
    assert (task_of(store, task_id), store.read_sync(events.last_id)) == (before, last)


def test_r12_an_old_fence_does_not_touch_the_next_attempt(store: Store, clock: Clock) -> None:
    task_id = add(store)
    old = begin(store, task_id).fence
    finish(store, old, GONE)
    new_fence = begin(store, task_id).fence
    assert not store.write_sync(attempts.record_intent, old, what="tap", now=clock())
    assert finish(store, old, Complete()) is None
    assert task_of(store, task_id).status is Status.RUNNING
    assert [attempt.fence for attempt in store.read_sync(attempts.open)] == [new_fence]


def test_requeue_waits_and_counts(store: Store, clock: Clock) -> None:
    task_id = add(store)
    task = finish(store, begin(store, task_id).fence, GONE)
    assert task is not None
    assert (task.status, task.remark, task.progress, task.step) == (Status.PENDING, GONE.remark, 40, "looking")
    assert (task.reason, task.end_time) == (None, None)
    assert store.read_sync(queue.heads, ["R58M1"], now=clock.pass_s(4.9)) == []
    assert len(store.read_sync(queue.heads, ["R58M1"], now=clock.pass_s(0.1))) == 1
    facts = store.read_sync(attempts.facts, begin(store, task_id).fence)
    assert facts == AttemptFacts(
        task_id=task_id, script_name="follow", effect=Effect.NONE, tries=2, max_tries=3, reconciliations=0, attempt=2
    )


NOT_READY = Requeue(delay_s=0, reconcile=False, remark="locked", reason=Reason.INTERRUPTED, counted=False)


def test_an_attempt_whose_phone_was_not_ready_uses_up_no_try(store: Store, clock: Clock) -> None:
    task_id = add(store)
    for _ in range(5):
        finish(store, begin(store, task_id).fence, NOT_READY)
    facts = store.read_sync(attempts.facts, begin(store, task_id).fence)
    assert facts is not None
    assert (facts.tries, facts.attempt, facts.effect) == (1, 6, Effect.NONE)


def test_a_look_that_the_phone_prevented_is_not_counted_as_one(store: Store, clock: Clock) -> None:
    task_id = add(store)
    first = begin(store, task_id).fence
    store.write_sync(attempts.record_intent, first, what="tap", now=clock())
    finish(store, first, Requeue(delay_s=0, reconcile=True, remark="gone"))
    for _ in range(4):
        finish(store, begin(store, task_id).fence, Requeue(delay_s=0, reconcile=True, remark="locked", counted=False))
    facts = store.read_sync(attempts.facts, begin(store, task_id).fence)
    assert facts is not None
    assert (facts.effect, facts.reconciliations) == (Effect.UNKNOWN, 1)


def test_case_p8_an_intent_that_the_phone_refused_is_none(store: Store, clock: Clock) -> None:
    task_id = add(store, username="me")
    fence = begin(store, task_id).fence
    assert store.write_sync(attempts.record_intent, fence, what="tap", now=clock(), day="2026-12-01")
    assert store.read_sync(account_pace.used_on, ["tiktok:me"], "2026-12-01") == {"tiktok:me": {"follow": 1}}
    refused = Requeue(delay_s=0, reconcile=False, remark="refused", counted=False, untapped=True)
    task = finish(store, fence, refused)
    assert task is not None
    assert (task.status, task.effect) == (Status.PENDING, Effect.NONE)
    assert store.read_sync(account_pace.used_on, ["tiktok:me"], "2026-12-01").get("tiktok:me", {}).get("follow", 0) == 0
    assert not begin(store, task_id).reconcile


def test_case_p8_what_was_sent_is_not_undone_by_a_refusal(store: Store, clock: Clock) -> None:
    fence = begin(store, add(store)).fence
    store.write_sync(attempts.record_intent, fence, what="tap", now=clock())
    store.write_sync(attempts.record_sent, fence, now=clock())
    with pytest.raises(ConflictError, match="may have been done"):
        finish(store, fence, Requeue(delay_s=0, reconcile=False, remark="refused", counted=False, untapped=True))


def test_a_reconciling_attempt_inherits_the_doubt(store: Store, clock: Clock) -> None:
    task_id = add(store)
    first = begin(store, task_id).fence
    store.write_sync(attempts.record_intent, first, what="tap", now=clock())
    finish(store, first, Requeue(delay_s=0, reconcile=True, remark="gone"))
    second = begin(store, task_id)
    assert second.reconcile
    facts = store.read_sync(attempts.facts, second.fence)
    assert facts is not None
    assert (facts.effect, facts.reconciliations, facts.tries) == (Effect.UNKNOWN, 1, 2)
    task = finish(store, second.fence, Complete())
    assert task is not None
    assert (task.status, task.effect) == (Status.COMPLETED, Effect.CONFIRMED)  # it looked, and found it done


def test_a_decision_made_inside_sees_what_was_recorded_just_before(store: Store, clock: Clock) -> None:
    task_id = add(store)
    fence = begin(store, task_id).fence
    store.write_sync(attempts.record_intent, fence, what="tap", now=clock())

    def decide(facts: AttemptFacts) -> Decision:
        return retry.decide(facts.ended(reconciles=False, reason=Reason.DEVICE_LOST, remark="gone"), Random(1))

    task = store.write_sync(attempts.finish, fence, decide, now=clock(), progress=50, step="x")
    assert task is not None
    assert (task.status, task.reason, task.retry_safe) == (Status.FAILED, Reason.OUTCOME_UNKNOWN, False)


def test_r01_a_stale_decision_is_refused(store: Store, clock: Clock) -> None:
    task_id = add(store)
    fence = begin(store, task_id).fence
    store.write_sync(attempts.record_intent, fence, what="tap", now=clock())
    with pytest.raises(ConflictError, match="cannot begin again without looking"):
        finish(store, fence, GONE)
    store.write_sync(attempts.record_confirmed, fence, evidence=[], now=clock())
    with pytest.raises(ConflictError, match="can only be completed"):
        finish(store, fence, Fail(reason=Reason.TIMEOUT, remark="", retry_safe=True, effect=Effect.NONE))
    assert task_of(store, task_id).status is Status.RUNNING


def test_the_rest_of_a_group_pauses_in_order(store: Store, clock: Clock) -> None:
    pauses = (0.0, 300.0, 120.0)
    ids = store.write_sync(tasks.insert, [new(group_id="g", pause_s=p) for p in pauses], now=clock())
    other_device = add(store, "other", group_id="g", pause_s=60)
    other_group = add(store, group_id="h", pause_s=60)
    complete(store, ids[0])
    waiting = store.read_sync(queue.waiting, [*ids, other_device, other_group])
    pause = clock() + timedelta(seconds=300)
    assert {i: facts.not_before for i, facts in waiting.items()} == {
        ids[1]: pause,
        ids[2]: pause,
        other_device: None,
        other_group: None,
    }
    clock.pass_s(300)
    assert store.read_sync(queue.heads, ["R58M1"], now=clock())[0].task_id == ids[1]
    complete(store, ids[1])
    assert store.read_sync(queue.waiting, [ids[2]])[ids[2]].not_before == clock() + timedelta(seconds=120)


def test_a_pause_never_brings_a_start_forward(store: Store, clock: Clock) -> None:
    later = clock() + timedelta(hours=5)
    first = add(store, group_id="g")
    second = add(store, group_id="g", pause_s=60, scheduled_at=later)
    complete(store, first)
    assert store.read_sync(queue.waiting, [second])[second].not_before == later


def test_deleting_a_task_takes_its_attempts(store: Store, clock: Clock) -> None:
    task_id = complete(store, add(store)).id
    store.write_sync(tasks.delete, [task_id], now=clock())
    assert store.read_sync(lambda conn: conn.exec_driver_sql("SELECT COUNT(*) FROM attempts").scalar()) == 0


def test_r01_open_attempts_outlive_the_daemon(store: Store, clock: Clock) -> None:
    first = begin(store, add(store), boot_id="boot-1")
    store.write_sync(attempts.record_intent, first.fence, what="tap", now=clock())
    complete(store, add(store))
    path = store.path
    store.close()
    with Store.open(path) as again:
        (found,) = again.read_sync(attempts.open)
        assert (found.fence, found.boot_id, found.effect) == (first.fence, "boot-1", Effect.INTENT)
