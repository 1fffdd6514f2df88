"""Tasks that are old: found and taken out in small steps, so that nothing else ever waits long for the writer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from drover.store import tasks as task_rows
from drover.store.schema import tasks
from drover.wire.tasks import Status

STEP: Final = 500
"""Rows looked at in one step: a few milliseconds of the writer at most."""

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


def drop_tasks(conn: Connection, ids: Sequence[int], *, now: datetime) -> list[int]:
    """Delete these tasks; those that ran again meanwhile stay. What was deleted."""
    return task_rows.delete(conn, ids, now=now)[0]


def forget_evidence(conn: Connection, ids: Sequence[int]) -> list[int]:
    """Take the names of the evidence from tasks that have ended; those are returned."""
    still = set(conn.execute(select(tasks.c.id).where(tasks.c.id.in_(ids), tasks.c.status.in_(_ENDED))).scalars())
    kept = [i for i in ids if i in still]
    if kept:
        conn.execute(
            update(tasks).where(tasks.c.id == bindparam("stale")).values(evidence=[]), [{"stale": i} for i in kept]
        )
    return kept
