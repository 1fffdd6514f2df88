"""The audit's rows: kept in order, and the database itself refuses to change or remove one."""

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from drover.store import Store, audit

ROW = {
    "uid": 1000,
    "pid": 1,
    "client": "tests",
    "address": "",
    "token_id": "",
    "route": "",
    "action": "stop_task",
    "ids": {"task_id": 7},
    "code": 0,
}


def test_s30_rows_are_kept_in_order(store: Store) -> None:
    for number in range(3):
        store.write_sync(audit.append, {**ROW, "code": number}, at=store.clock())
    entries = store.read_sync(audit.page, before=None, limit=2)
    assert [entry.code for entry in entries] == [2, 1]
    assert entries[0].ids == {"task_id": 7}
    assert [entry.code for entry in store.read_sync(audit.page, before=entries[1].id, limit=9)] == [0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET code = 0",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 1",
        "UPDATE audit SET id = id + 1",
        "REPLACE INTO audit SELECT * FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 1",
    ],
)
def test_s30_no_row_is_ever_changed_or_removed(store: Store, statement: str) -> None:
    store.write_sync(audit.append, {**ROW, "code": 40901}, at=store.clock())

    def attack(conn: Connection) -> None:
        conn.exec_driver_sql(statement)

    before = store.read_sync(audit.page, before=None, limit=9)
    with pytest.raises(IntegrityError, match="append-only"):
        store.write_sync(attack)
    assert store.read_sync(audit.page, before=None, limit=9) == before
