"""Prepared queries: values bound and columns read by their types, as Core does it."""

from sqlalchemy import bindparam, select

from drover.store import Store
from drover.store.prepared import Prepared
from drover.store.schema import tasks
from tests.support.clock import Clock
from tests.support.stored import add

_MADE = Prepared(select(tasks.c.id, tasks.c.created_at, tasks.c.reason).where(tasks.c.created_at == bindparam("at")))


def test_values_are_bound_and_read_by_their_types(store: Store, clock: Clock) -> None:
    task_id = add(store)
    row = {"id": task_id, "created_at": clock(), "reason": None}
    assert store.read_sync(_MADE.rows, at=clock()) == [row]
    assert store.read_sync(_MADE.first, at=clock()) == row
    assert store.read_sync(_MADE.scalar, at=clock()) == task_id
    assert [tuple(one) for one in store.read_sync(_MADE.tuples, at=clock())] == [tuple(row.values())]


def test_nothing_found_is_none(store: Store, clock: Clock) -> None:
    assert store.read_sync(_MADE.first, at=clock()) is None
    assert store.read_sync(_MADE.scalar, at=clock()) is None
    assert store.read_sync(_MADE.rows, at=clock()) == []
