"""An idempotency key is answered once."""

import pytest

from drover.store import (
    IdempotencyConflictError,
    Store,
    idempotency,
    tasks,
)
from tests.support.clock import Clock
from tests.support.stored import new


def test_the_same_key_and_body_give_the_same_ids_and_nothing_new(store: Store, clock: Clock) -> None:
    first = store.write_sync(tasks.insert, [new(), new()], now=clock(), key="k", digest="d")
    clock.pass_s(23 * 3600)
    assert store.write_sync(tasks.insert, [new(), new()], now=clock(), key="k", digest="d") == first
    assert store.read_sync(tasks.stats).total == 2


def test_the_same_key_with_another_body_conflicts(store: Store, clock: Clock) -> None:
    store.write_sync(tasks.insert, [new()], now=clock(), key="k", digest="d")
    with pytest.raises(IdempotencyConflictError, match="'k'"):
        store.write_sync(tasks.insert, [new()], now=clock(), key="k", digest="other")
    assert store.read_sync(tasks.stats).total == 1


def test_a_key_is_free_again_after_a_day(store: Store, clock: Clock) -> None:
    first = store.write_sync(tasks.insert, [new()], now=clock(), key="k", digest="d")
    clock.pass_s(24 * 3600)
    assert store.write_sync(tasks.insert, [new()], now=clock(), key="k", digest="other") != first


def test_a_failed_request_does_not_take_the_key(store: Store, clock: Clock) -> None:
    with pytest.raises(TypeError):
        store.write_sync(tasks.insert, [new(script_config={"x": object()})], now=clock(), key="k", digest="d")
    assert store.write_sync(tasks.insert, [new()], now=clock(), key="k", digest="d") == [1]


def test_old_idempotency_keys_go_a_few_at_a_time_and_never_answer(store: Store, clock: Clock) -> None:
    for n in range(3 * idempotency.CLEANED):
        store.write_sync(idempotency.keep, f"old{n}", "d", [n], now=clock())
    now = clock.pass_s(idempotency.KEPT.total_seconds() + 1)
    assert store.write_sync(idempotency.answered, "old1", "other", now=now) is None
    left: list[int] = []
    for n in range(4):
        store.write_sync(idempotency.keep, f"new{n}", "d", [n], now=now)
        left.append(store.read_sync(lambda conn: conn.exec_driver_sql("SELECT COUNT(*) FROM idempotency").scalar_one()))
    assert left == [41, 22, 3, 4]
    store.write_sync(idempotency.keep, "new0", "again", [7], now=clock.pass_s(idempotency.KEPT.total_seconds() + 1))
