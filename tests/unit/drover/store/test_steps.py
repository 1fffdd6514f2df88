"""Operations in steps: how large a step is, and who goes between two of them."""

import threading
from collections import Counter

import pytest
from sqlalchemy import Connection

from drover.store import (
    Store,
    tasks,
)
from drover.store.steps import LEAST, MOST, TARGET_S, Pacer, Paces, Step
from drover.store.threads import Timed
from tests.support.clock import Clock
from tests.support.stored import new

# --- how large a step is ------------------------------------------------------------------------------------------


def took(pacer: Pacer, rows: int, seconds: float) -> int:
    pacer.took(Timed(Step(None, rows, 1), seconds))
    return pacer.size


def test_a_step_grows_at_most_twofold_and_shrinks_at_once() -> None:
    pacer = Pacer()
    assert [took(pacer, pacer.size, TARGET_S / 100) for _ in range(3)] == [2 * LEAST, 4 * LEAST, 8 * LEAST]
    assert took(pacer, 8 * LEAST, 8 * TARGET_S) == LEAST
    assert took(pacer, LEAST, 1000 * TARGET_S) == LEAST  # a slow disk makes no step of one row
    assert max(took(pacer, pacer.size, 1e-9) for _ in range(20)) == MOST


def test_the_next_operation_of_a_kind_begins_with_half_of_what_was_learned() -> None:
    paces = Paces()
    for seconds, first in ((1e-9, LEAST), (1e-9, 2 * LEAST), (60.0, 4 * LEAST), (60.0, LEAST)):
        pacer = paces.pacer("delete")
        assert pacer.size == first
        for _ in range(2):
            took(pacer, pacer.size, seconds)
        paces.learn("delete", pacer)
    assert paces.pacer("retry").size == LEAST


def test_a_step_that_touched_nothing_says_nothing_about_the_next() -> None:
    pacer = Pacer()
    assert took(pacer, 0, 60.0) == LEAST


# --- who goes between two steps -----------------------------------------------------------------------------------


def test_r25_another_write_waits_for_one_step_and_never_for_the_operation(store: Store) -> None:
    order: list[str] = []

    def mark(_conn: Connection, name: str) -> None:
        order.append(name)

    def step(_conn: Connection, at: int, _size: int) -> Step[None]:
        order.append(f"step {at}")
        store.submit(
            mark,
            f"mark {at}",
        )  # submitted while it runs
        return Step(None, 1, at + 1 if at < 4 else None)

    list(store.steps_sync(step, 1))
    store.write_sync(mark, "end")
    assert order == [f"{what} {i}" for i in range(1, 5) for what in ("step", "mark")] + ["end"]


def test_r25_a_stream_of_writes_does_not_starve_the_steps(store: Store) -> None:
    order: list[str] = []

    def mark(_conn: Connection) -> None:
        order.append("mark")
        if len(order) < 40:  # there is always another one waiting
            store.submit(mark)

    def step(_conn: Connection, at: int, _size: int) -> Step[None]:
        order.append("step")
        return Step(None, 1, at + 1 if at < 4 else None)

    store.submit(mark)
    list(store.steps_sync(step, 1))
    assert order.count("step") == 4
    assert order.index("step") <= 2 or order[:40].count("step") == 4


def test_r25_operations_at_once_all_end(store: Store) -> None:
    order: list[str] = []
    both_wait = threading.Barrier(2)

    def step(_conn: Connection, at: int, _size: int, name: str) -> Step[None]:
        order.append(name)
        return Step(None, 1, at + 1 if at < 20 else None)

    def run(name: str) -> None:
        both_wait.wait(10)
        list(store.steps_sync(step, 0, name))

    others = [threading.Thread(target=run, args=(name,)) for name in "ab"]
    for other in others:
        other.start()
    for other in others:
        other.join(20)
    assert Counter(order) == {"a": 21, "b": 21}


def test_a_step_that_raises_ends_the_operation_and_those_before_it_stay(store: Store, clock: Clock) -> None:
    def step(conn: Connection, at: int, _size: int) -> Step[int]:
        tasks.insert(conn, [new()], now=clock())
        if at == 3:
            raise LookupError("on purpose")
        return Step(at, 1, at + 1)

    done: list[int] = []
    with pytest.raises(LookupError):
        done += store.steps_sync(step, 1)
    assert store.read_sync(tasks.stats).pending == 2
