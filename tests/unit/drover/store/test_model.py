"""r21: any order of submit, begin, intent, tap, proof, end, stop, retry, delete and late messages, against a model.

`DROVER_MODEL_EXAMPLES=10000` runs as many sequences as the promise wants at night; the usual run is short.
"""

import itertools
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection

from drover.policy import retry as retry_policy
from drover.policy.pace import account_key
from drover.policy.records import AttemptFacts, Complete, Decision
from drover.store import ConflictError, account_pace, attempts, database, queue, tasks
from drover.store.batch import driver_of
from drover.wire.tasks import Effect, Reason, Status
from tests.support.clock import Clock
from tests.support.stored import counted, new
from tests.support.task_model import Model, ModelTask

T = TypeVar("T")
SERIALS = ("a", "b")
DAY = "2026-01-01"
ENGINE = database.engine_for(Path(":memory:"), writes=True)
"""Each connection is a database of its own; one engine for all, because it keeps the compiled statements."""

# What is compared after each step, past SQLAlchemy: through it, this took two thirds of the time.
_STORED = "SELECT id, status, reason, retry_safe, retry_count, attempt FROM tasks"
_OPEN_FENCES = "SELECT id FROM attempts WHERE ended_at IS NULL ORDER BY id"
_COUNTED_TAPS = "SELECT COALESCE(SUM(n), 0) FROM account_use WHERE day = ?"
ENDS = [
    None,
    Reason.DEVICE_LOST,
    Reason.TIMEOUT,
    Reason.STOPPED,
    Reason.NEEDS_HUMAN,
    Reason.PRIVATE,
    Reason.INTERRUPTED,
]


def having(*status: Status) -> Callable[[Any], bool]:
    """A precondition: only where such a task exists, so that steps are not spent on nothing."""
    return lambda machine: any(task.status in status for task in machine.model.tasks.values())


class TaskMachine(RuleBasedStateMachine):
    """Drives store and model alike; `template` is a migrated empty database."""

    template: Path

    @initialize()
    def open(self) -> None:
        self.clock, self.model, self.rng = Clock(), Model(), Random(0)
        self.taps_granted = self.taps_landed = 0
        self.agreed: object = None
        self.conn: Connection = ENGINE.connect()
        source = sqlite3.connect(self.template)
        source.backup(self.conn.connection.driver_connection)  # type: ignore[arg-type]
        source.close()
        for serial, reconciles in itertools.product(SERIALS, (True, False)):
            self.submit(serial, reconciles, 0)

    def teardown(self) -> None:
        if hasattr(self, "conn"):
            self.readers_say_what_the_rows_say()
            self.conn.close()

    def readers_say_what_the_rows_say(self) -> None:
        """At the end of a sequence: what each step compared as rows is what the store's own questions answer."""
        total, stored = self.do(tasks.page, page_size=1000)
        assert total == len(stored)
        assert {task.id: (task.status, task.attempt) for task in stored} == {
            i: (task.status, task.attempts) for i, task in self.model.tasks.items()
        }
        assert [attempt.fence for attempt in self.do(attempts.open)] == self.fences()
        accounts = [account_key("tiktok", None, serial) for serial in SERIALS]
        used = self.do(account_pace.used_on, accounts, DAY)
        assert self.taps_landed <= sum(n for by_script in used.values() for n in by_script.values())

    def fences(self) -> list[int]:
        return sorted(task.fence for task in self.model.tasks.values() if task.fence is not None)

    def do(self, operation: Callable[..., T], *args: Any, **more: Any) -> T:
        with self.conn.begin():
            return operation(self.conn, *args, **more)

    def pick(self, data: st.DataObject, *status: Status) -> int:
        ids = [i for i, task in self.model.tasks.items() if task.status in (status or tuple(Status))]
        return data.draw(st.sampled_from(ids))

    # --- what people do -------------------------------------------------------------------------------------------

    @rule(serial=st.sampled_from(SERIALS), reconciles=st.booleans(), priority=st.integers(0, 1))
    def submits(self, serial: str, reconciles: bool, priority: int) -> None:
        self.submit(serial, reconciles, priority)

    def submit(self, serial: str, reconciles: bool, priority: int) -> None:
        script = "follow" if reconciles else "post"
        (task_id,) = self.do(tasks.insert, [new(serial, script_name=script, priority=priority)], now=self.clock())
        assert task_id > self.model.last_id
        self.model.last_id = task_id
        self.model.tasks[task_id] = ModelTask(serial=serial, reconciles=reconciles, priority=priority, due=self.clock())

    @precondition(having(Status.PENDING))
    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        task_id = self.pick(data)
        stopped = self.do(tasks.stop_pending, task_id, now=self.clock())
        assert (stopped is not None) == (self.model.tasks[task_id].status is Status.PENDING)
        if stopped is not None:
            self.model.stop(task_id)

    @precondition(having(Status.FAILED))
    @rule(data=st.data(), force=st.booleans())
    def retry_failed(self, data: st.DataObject, force: bool) -> None:
        self.retry(self.pick(data, Status.FAILED), force)

    @precondition(having(Status.PENDING, Status.RUNNING, Status.COMPLETED))
    @rule(data=st.data(), force=st.booleans())
    def retry_others(self, data: st.DataObject, force: bool) -> None:
        self.retry(self.pick(data, Status.PENDING, Status.RUNNING, Status.COMPLETED), force)

    def retry(self, task_id: int, force: bool) -> None:
        task = self.model.tasks[task_id]
        if force and task.landed and not task.retry_safe:
            return  # who forces has looked at the phone first
        if task.status is Status.FAILED and (task.retry_safe or force):
            self.do(tasks.retry, task_id, now=self.clock(), force=force)
            self.model.retry(task_id, self.clock())
        else:
            with pytest.raises(ConflictError):
                self.do(tasks.retry, task_id, now=self.clock(), force=force)

    @precondition(having(Status.RUNNING, Status.COMPLETED, Status.FAILED))
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        task_id = self.pick(data, Status.RUNNING, Status.COMPLETED, Status.FAILED)
        running = self.model.tasks[task_id].status is Status.RUNNING
        found = self.do(tasks.delete, [task_id, 10_000], now=self.clock())
        assert found == (([], [10_000], [task_id]) if running else ([task_id], [10_000], []))
        if not running:
            del self.model.tasks[task_id]

    # --- what daemon and workers do -------------------------------------------------------------------------------

    @precondition(having(Status.PENDING))
    @rule(serial=st.sampled_from(SERIALS), seconds=st.sampled_from([700, 5, 0]))
    def dispatch(self, serial: str, seconds: int) -> None:
        self.begin_next(serial, seconds)

    @precondition(having(Status.PENDING))
    @rule(
        serial=st.sampled_from(SERIALS),
        lands=st.sampled_from([None, True, True, False]),
        proves=st.booleans(),
        reason=st.sampled_from(ENDS),
    )
    def whole_attempt(self, serial: str, lands: bool | None, proves: bool, reason: Reason | None) -> None:
        """In one step, so that chains of several attempts are common."""
        if (task_id := self.begin_next(serial, 700)) is not None:
            if lands is not None:
                self.tap(task_id, lands, says_sent=True)
            if proves:
                self.prove(task_id)
            self.end(task_id, reason)

    @precondition(having(Status.RUNNING))
    @rule(data=st.data(), lands=st.booleans(), says_sent=st.booleans())
    def taps(self, data: st.DataObject, lands: bool, says_sent: bool) -> None:
        self.tap(self.pick(data, Status.RUNNING), lands, says_sent)

    @precondition(having(Status.RUNNING))
    @rule(data=st.data())
    def proves(self, data: st.DataObject) -> None:
        self.prove(self.pick(data, Status.RUNNING))

    @precondition(having(Status.RUNNING))
    @rule(data=st.data(), reason=st.sampled_from(ENDS))
    def ends(self, data: st.DataObject, reason: Reason | None) -> None:
        self.end(self.pick(data, Status.RUNNING), reason)

    def begin_next(self, serial: str, seconds: int) -> int | None:
        now = self.clock.pass_s(seconds)
        heads = self.do(queue.heads, [serial], now=now)[:1]  # of all account queues the first
        assert [head.task_id for head in heads] == [i for i in (self.model.head(serial, now),) if i is not None]
        if not heads or any(t.serial == serial and t.status is Status.RUNNING for t in self.model.tasks.values()):
            return None
        task_id = heads[0].task_id
        attempt, _task = self.do(attempts.begin, task_id, boot_id="b", now=now)
        assert attempt.fence not in self.model.old_fences
        assert attempt.reconcile is self.model.tasks[task_id].doubt
        self.model.begin(task_id, attempt.fence)
        return task_id

    def running(self, task_id: int) -> tuple[ModelTask, int]:
        task = self.model.tasks[task_id]
        assert task.fence is not None
        return task, task.fence

    def tap(self, task_id: int, lands: bool, says_sent: bool) -> None:
        """A script that can look does so where there is doubt, and taps only what was not done; `post` just taps."""
        task, fence = self.running(task_id)
        if task.reconciles and task.doubt and task.landed:
            return
        granted = self.do(attempts.record_intent, fence, what="tap", now=self.clock(), day=DAY)
        assert granted is (task.effect is Effect.NONE)
        if granted:
            self.taps_granted += 1
            self.taps_landed += int(lands)
            task.effect = Effect.INTENT
            task.landed += int(lands)
            if says_sent:
                assert self.do(attempts.record_sent, fence, now=self.clock())
                task.effect = Effect.SENT

    def prove(self, task_id: int) -> None:
        task, fence = self.running(task_id)
        if task.landed:
            assert self.do(attempts.record_confirmed, fence, evidence=["p.png"], now=self.clock())
            task.effect = Effect.CONFIRMED

    def end(self, task_id: int, reason: Reason | None) -> None:
        task, fence = self.running(task_id)
        if reason is None and not task.landed:
            reason = Reason.REJECTED  # no worker says completed where it saw nothing
        made: list[Decision] = []

        def decide(facts: AttemptFacts) -> Decision:
            made.append(retry_policy.decide(facts.ended(reconciles=task.reconciles, reason=reason), self.rng))
            return made[0]

        assert self.do(attempts.finish, fence, decide, now=self.clock()) is not None
        self.model.finish(task_id, made[0], self.clock())

    @precondition(lambda self: self.model.old_fences)
    @rule(data=st.data())
    def late_messages_change_nothing(self, data: st.DataObject) -> None:
        fence = data.draw(st.sampled_from(self.model.old_fences))
        assert not self.do(attempts.record_intent, fence, what="late", now=self.clock(), day=DAY)
        assert not self.do(attempts.record_sent, fence, now=self.clock())
        assert not self.do(attempts.record_confirmed, fence, evidence=["late"], now=self.clock())
        assert self.do(attempts.finish, fence, Complete(remark="late"), now=self.clock()) is None

    # --- what must always hold ------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_done_twice(self) -> None:
        assert all(task.landed <= 1 for task in self.model.tasks.values())

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        """Asked again only after either of them changed: most of a run is this, and equal things stay equal."""
        expected = {i: (t.status, t.reason, t.retry_safe, t.retries, t.attempts) for i, t in self.model.tasks.items()}
        driver, fences = driver_of(self.conn), self.fences()
        now = (driver.total_changes, expected, fences, self.taps_granted, self.taps_landed)
        if now == self.agreed:
            return
        stored = {row[0]: row[1:] for row in driver.execute(_STORED)}
        open_fences = [fence for (fence,) in driver.execute(_OPEN_FENCES)]
        kept, seen = counted(self.conn)
        (counted_taps,) = driver.execute(_COUNTED_TAPS, (DAY,)).fetchone()
        assert stored == expected
        assert open_fences == fences
        assert kept == seen
        # What others saw counts for its account.
        assert self.taps_landed <= counted_taps <= self.taps_granted
        self.agreed = now

    @invariant()
    def what_is_completed_was_done(self) -> None:
        assert all(task.landed for task in self.model.tasks.values() if task.status is Status.COMPLETED)


def test_r21_any_sequence_agrees_with_the_model(empty_database: Path) -> None:
    TaskMachine.template = empty_database
    run_state_machine_as_test(
        TaskMachine,
        settings=settings(
            max_examples=int(os.environ.get("DROVER_MODEL_EXAMPLES", "60")),
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        ),
    )
