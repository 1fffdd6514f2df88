"""Writes past SQLAlchemy hold the same values, and only those rows that they name."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from drover.store import Store
from drover.store.batch import BatchDelete, BatchInsert, BatchUpdate, BatchUpsert
from drover.store.schema import events, idempotency, materials
from tests.support.clock import Clock

INSERT, INSERT_AS = BatchInsert(events), BatchInsert(events, with_id=True)


def bodies(conn: Connection) -> dict[int, str]:
    return {row.id: row.body for row in conn.execute(select(events))}


def test_ids_are_consecutive_and_never_given_again(store: Store, clock: Clock) -> None:
    def rows(*texts: str) -> list[dict[str, Any]]:
        return [{"at": clock(), "body": body} for body in texts]

    assert store.write_sync(INSERT.run, rows("a", "b")) == [1, 2]
    assert store.write_sync(INSERT.run, []) == []
    store.write_sync(BatchDelete(events).run, [2])
    assert store.write_sync(INSERT.run, rows("c")) == [3]
    assert store.write_sync(INSERT_AS.run, [{"id": 9, **rows("d")[0]}]) == [9]
    assert store.write_sync(INSERT.run, rows("e", "f")) == [10, 11]
    assert store.read_sync(bodies) == {1: "a", 3: "c", 9: "d", 10: "e", 11: "f"}


def test_values_come_back_as_the_columns_give_them(store: Store, clock: Clock) -> None:
    row = {"key": "k", "digest": "d", "task_ids": [3, 1], "created_at": clock() + timedelta(microseconds=7)}
    store.write_sync(BatchInsert(idempotency).run, [row])
    (found,) = store.read_sync(lambda conn: conn.execute(select(idempotency)).mappings().all())
    assert dict(found) == row


def test_an_update_sets_its_columns_of_its_rows_and_nothing_else(store: Store, clock: Clock) -> None:
    old = {"name": "n", "path": "p", "kind": "video", "media_type": "video/mp4", "size": 1, "width": 1, "height": 1}
    rest = {"duration_s": None, "note": "", "created_at": clock(), "tags": ["x"]}
    store.write_sync(BatchInsert(materials).run, [{**old, **rest, "sha256": name} for name in "abc"])
    update = BatchUpdate(materials, ["tags", "note"])
    store.write_sync(update.run, [{"id": i, "tags": [str(i)], "note": "new", "path": "ignored"} for i in (1, 3)])
    found = store.read_sync(lambda conn: conn.execute(select(materials).order_by(materials.c.id)).all())
    assert [(row.tags, row.note, row.path) for row in found] == [
        (["1"], "new", "p"),
        (["x"], "", "p"),
        (["3"], "new", "p"),
    ]


def test_an_upsert_adds_a_row_and_changes_the_one_with_its_key(store: Store, clock: Clock) -> None:
    upsert = BatchUpsert(idempotency, ["key"], ["digest", "task_ids", "created_at"])
    row = {"key": "k", "digest": "first", "task_ids": [1], "created_at": clock()}
    store.write_sync(BatchInsert(idempotency).run, [row, {**row, "key": "other"}])
    changed = {"key": "k", "digest": "second", "task_ids": [2, 3], "created_at": clock() + timedelta(seconds=1)}
    store.write_sync(upsert.run, changed)
    found = store.read_sync(lambda conn: conn.execute(select(idempotency).order_by("key")).mappings().all())
    assert [dict(one) for one in found] == [changed, {**row, "key": "other"}]


def test_a_delete_takes_only_what_its_condition_says(store: Store, clock: Clock) -> None:
    store.write_sync(INSERT.run, [{"at": clock(), "body": body} for body in ("keep", "go", "go")])
    store.write_sync(BatchDelete(events, only="body = 'go'").run, [1, 2])
    assert store.read_sync(bodies) == {1: "keep", 3: "go"}


def test_a_row_that_lacks_a_column_is_refused_whole(store: Store, clock: Clock) -> None:
    with pytest.raises(KeyError):
        store.write_sync(INSERT.run, [{"at": clock(), "body": "a"}, {"at": clock()}])
    assert store.read_sync(bodies) == {}
