"""Rows become the values that others see."""

import pytest

from drover.policy.records import Attempt
from drover.store import NotFoundError, Store, attempts, tasks
from drover.store.rows import task_row
from drover.wire.tasks import Effect, Reason, Status, Task
from tests.support.clock import Clock
from tests.support.stored import add, begin, complete, fail, logged_in


def seen(store: Store, task_id: int) -> Task:
    task = store.read_sync(tasks.get, task_id)
    assert task is not None
    return task


def test_a_task_has_the_values_of_the_wire_and_not_those_of_columns(store: Store) -> None:
    failed = seen(store, fail(store, add(store), Reason.TIMEOUT, effect=Effect.UNKNOWN).id)
    assert (type(failed.status), type(failed.reason), type(failed.effect)) == (Status, Reason, Effect)
    assert seen(store, complete(store, add(store)).id).reason is None


def test_a_task_shows_the_account_that_acts_or_the_one_that_it_names(store: Store) -> None:
    named, nameless = add(store, username="Me"), add(store, "R58M2")
    assert (seen(store, named).account, seen(store, nameless).account) == ("me", "")
    logged_in(store, "shop", "R58M2")
    begin(store, nameless)
    begin(store, named)
    assert (seen(store, named).account, seen(store, nameless).account) == ("me", "shop")


def test_an_attempt_is_read_with_what_its_task_says_of_the_app(store: Store, clock: Clock) -> None:
    task_id = add(store, platform="instagram", package="com.clone", username="me")
    fence = begin(store, task_id, "boot-7").fence
    store.write_sync(attempts.record_intent, fence, what="tap", now=clock())
    assert store.read_sync(attempts.open) == [
        Attempt(
            fence=fence,
            task_id=task_id,
            attempt=1,
            serial="R58M1",
            boot_id="boot-7",
            effect=Effect.INTENT,
            reconcile=False,
            platform="instagram",
            package="com.clone",
            account="instagram:me",
        )
    ]


def test_a_task_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(NotFoundError, match="task 7 does not exist"):
        store.read_sync(task_row, 7)
