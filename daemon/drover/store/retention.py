"""Tasks that are old: found, and taken out in steps (steps.py), so that nothing else ever waits long for the writer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from drover.store import tasks as task_rows
from drover.store.batch import BatchUpdate
from drover.store.schema import tasks
from drover.store.steps import Step, index_after
from drover.wire.tasks import Status

STEP: Final = 500
"""Rows looked at at once: a few milliseconds of the reader."""

_FORGET: Final = BatchUpdate(tasks, ["evidence"])

_ENDED: Final = (int(Status.COMPLETED), int(Status.FAILED))


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """What one step found among the tasks after its cursor; `cursor` None once the end is reached."""

    cursor: int | None
    old: list[int]
    stale: list[int]


def look(conn: Connection, cursor: int, *, old: datetime | None, stale: datetime | None) -> Sweep:
    """The next tasks by id: those that ended before `old`, and those with evidence that ended before `stale`.

    Ids grow with time, so the sweep ends at the first task that is too young to have ended by then.
    """
    youngest = max((moment for moment in (old, stale) if moment is not None), default=None)
    if youngest is None:
        return Sweep(cursor=None, old=[], stale=[])
    query = (
        select(tasks.c.id, tasks.c.created_at, tasks.c.status, tasks.c.end_time, tasks.c.evidence)
        .where(tasks.c.id > cursor)
        .order_by(tasks.c.id)
        .limit(STEP)
    )
    rows = conn.execute(query).all()
    ended = [row for row in rows if row.status in _ENDED and row.end_time is not None]
    gone = [row.id for row in ended if old is not None and row.end_time < old]
    without = [row.id for row in ended if stale is not None and row.end_time < stale and row.evidence]
    done = len(rows) < STEP or rows[-1].created_at > youngest
    return Sweep(cursor=None if done else rows[-1].id, old=gone, stale=[i for i in without if i not in set(gone)])


def drop_tasks(conn: Connection, at: int, size: int, *, ids: Sequence[int], now: datetime) -> Step[list[int]]:
    """A step: delete these tasks; those that someone asked for again meanwhile stay. What was deleted."""
    some = _ended(conn, ids[at : at + size])
    return Step(task_rows.delete(conn, some, now=now)[0], max(len(some), 1), index_after(at, size, ids))


def forget_evidence(conn: Connection, at: int, size: int, *, ids: Sequence[int]) -> Step[list[int]]:
    """A step: take the names of the evidence from tasks that have ended; those are returned."""
    some = _ended(conn, ids[at : at + size])
    _FORGET.run(conn, [{"id": i, "evidence": []} for i in some])
    return Step(some, max(len(some), 1), index_after(at, size, ids))


def deleted(conn: Connection, ids: Sequence[int]) -> list[int]:
    """Those of the ids that a task had and no task can have again. An id above the last one given is none of them."""
    last = task_rows.last_given(conn)
    there = set(conn.execute(select(tasks.c.id).where(tasks.c.id.in_(ids))).scalars())
    return [i for i in ids if i <= last and i not in there]


def _ended(conn: Connection, ids: Sequence[int]) -> list[int]:
    """Those of them that have ended and still are so."""
    still = set(conn.execute(select(tasks.c.id).where(tasks.c.id.in_(ids), tasks.c.status.in_(_ENDED))).scalars())
    return [i for i in ids if i in still]
