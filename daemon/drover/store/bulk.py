"""Operations on many tasks, as steps (steps.py): run them with Store.steps.

What holds of each: a task is changed once or not at all, with its event and its counters in the same transaction.
Rows that come after the start are not looked at where a `last` bounds them. After a crash in the middle, or when the
caller stops, the first part is done and the rest is as it was; the same call again goes on with the rest.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, RowMapping, func, select

from drover.policy import remarks
from drover.policy.lifecycle import TaskEvent
from drover.policy.records import NewTask
from drover.store import tasks
from drover.store.rows import task_of
from drover.store.schema import tasks as table
from drover.store.steps import Step, after_last, index_after
from drover.wire.tasks import Reason, Status, Task

LOOK: Final = 20
"""Waiting tasks that a step looks at for each that it may change: looking is that much cheaper."""


def last_id(conn: Connection) -> int:
    """The newest task's id: an operation that begins now looks at none above it."""
    return conn.execute(select(func.max(table.c.id))).scalar() or 0


def insert(
    conn: Connection, _at: int, _size: int, *, new: Sequence[NewTask], now: datetime, key: str | None, digest: str
) -> Step[list[int]]:
    """tasks.insert as the only step, for requests with so many tasks that an attempt should not wait for several."""
    return Step(tasks.insert(conn, new, now=now, key=key, digest=digest), len(new), None)


def retry_failed(conn: Connection, after: int, size: int, *, last: int, now: datetime) -> Step[tuple[int, list[int]]]:
    """Retry the failed tasks that are safe to repeat: how many those were, and the ids of the others."""
    where = (table.c.status == int(Status.FAILED), table.c.id > after, table.c.id <= last)
    rows = conn.execute(select(table).where(*where).order_by(table.c.id).limit(size)).mappings().all()
    seen = [(row, task_of(row)) for row in rows]
    again = [(row, tasks.again(task, row)) for row, task in seen if task.retry_safe]
    tasks.change_all(conn, again, now=now)
    return Step((len(again), [task.id for _, task in seen if not task.retry_safe]), len(rows), _following(rows, size))


def fail_missed(
    conn: Connection, after: int, size: int, *, alive_at: datetime, now: datetime, grace_s: float
) -> Step[list[Task]]:
    """Fail the scheduled tasks that became due while no daemon lived and are later than the grace; those.

    `alive_at` is when a daemon was last known to live. What is held since a backup was restored was not missed: it
    waits for a person, as late as that may be.
    """
    upto = window(conn, after, LOOK * size)
    missed = (
        table.c.status == int(Status.PENDING),
        table.c.attempt == 0,
        table.c.held == "",
        table.c.scheduled_at > alive_at,
        table.c.scheduled_at < now - timedelta(seconds=grace_s),
        table.c.id > after,
        table.c.id <= (last_id(conn) if upto is None else upto),
    )
    rows = conn.execute(select(table).where(*missed).order_by(table.c.id).limit(size)).mappings().all()
    done = tasks.change_all(conn, [(row, _missed(row, now)) for row in rows], now=now)
    return Step(done, max(len(rows), 1), _following(rows, size) or upto)


def window(conn: Connection, after: int, count: int) -> int | None:
    """The id of the last of the next so many pending tasks; None if there are fewer: who looks for few looks at few."""
    waiting = (table.c.status == int(Status.PENDING), table.c.id > after)
    return conn.execute(select(table.c.id).where(*waiting).order_by(table.c.id).offset(count - 1).limit(1)).scalar()


def _missed(row: RowMapping, now: datetime) -> dict[str, object]:
    remark = remarks.missed(now - row["scheduled_at"])
    return tasks.failed(False, TaskEvent.FAIL, Reason.MISSED, remark, now)


def delete(
    conn: Connection, at: int, size: int, *, ids: Sequence[int], now: datetime
) -> Step[tuple[list[int], list[int], list[int]]]:
    """Delete these tasks, each named once: (deleted, not found, left alone because they run)."""
    found = tasks.delete(conn, ids[at : at + size], now=now)
    return Step(found, min(size, len(ids) - at), index_after(at, size, ids))


def _following(rows: Sequence[RowMapping], size: int) -> int | None:
    return after_last([row["id"] for row in rows], size)
