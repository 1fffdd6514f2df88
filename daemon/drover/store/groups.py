"""Groups: the tasks of one request. On a device they pause between each other; after an attempt the rest is held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, literal_column, select, update

from drover.store.prepared import AnyRow, Prepared
from drover.store.schema import tasks
from drover.store.steps import Step, index_after

AT_ONCE: Final = 250
"""Tasks that are held in the transaction that ends the attempt; more are held in steps before it."""


@dataclass(frozen=True, kw_only=True)
class Rest:
    """What waits of a group on a device besides the task whose attempt ends, and until when it is to be held."""

    group_id: str
    serial: str
    task_id: int
    until: datetime


class LargeGroupError(Exception):
    """The rest of the group is more than one transaction may hold; nothing was changed. Hold it in steps, come again.

    In this order, because an attempt that has ended lets the next task begin: none of the rest may be free by then.
    """

    def __init__(self, rest: Rest) -> None:
        super().__init__(f"the rest of group {rest.group_id} on {rest.serial} is held in steps first")
        self.rest = rest


def hold_rest(conn: Connection, task: AnyRow, now: datetime) -> None:
    """Hold the rest of the task's group on its device for the pause of the one that comes next, so that order is kept.

    Raises LargeGroupError.
    """
    if not task["group_id"]:
        return
    pause_s = _NEXT_PAUSE.scalar(conn, group=task["group_id"], serial=task["serial"], task=task["id"])
    if not pause_s:
        return
    waiting = _waiting(task["group_id"], task["serial"], task["id"])
    until = now + timedelta(seconds=pause_s)
    rest = Rest(group_id=task["group_id"], serial=task["serial"], task_id=task["id"], until=until)
    if len(free_ids(conn, rest, most=AT_ONCE + 1)) > AT_ONCE:
        raise LargeGroupError(rest)
    conn.execute(update(tasks).where(*waiting, tasks.c.not_before < until).values(not_before=until))


def free_ids(conn: Connection, rest: Rest, *, most: int | None = None) -> list[int]:
    """The tasks of the rest that might begin before its time; at most so many of them."""
    waiting = _waiting(rest.group_id, rest.serial, rest.task_id)
    query = select(tasks.c.id).where(*waiting, tasks.c.not_before < rest.until)
    return list(conn.execute(query.limit(most)).scalars())


def hold(conn: Connection, at: int, size: int, *, ids: Sequence[int], until: datetime) -> Step[int]:
    """A step: hold these tasks until then, where they wait and begin earlier; how many were looked at."""
    some = ids[at : at + size]
    here = (tasks.c.id == bindparam("at"), tasks.c.status == literal_column("0"), tasks.c.not_before < until)
    if some:
        conn.execute(update(tasks).where(*here).values(not_before=until), [{"at": task_id} for task_id in some])
    return Step(len(some), len(some), index_after(at, size, ids))


def _waiting(group_id: Any, serial: Any, task_id: Any) -> tuple[Any, ...]:
    return (
        tasks.c.group_id == group_id,
        tasks.c.group_id != literal_column("''"),
        tasks.c.serial == serial,
        tasks.c.status == literal_column("0"),
        tasks.c.id != task_id,
    )


_NEXT_PAUSE: Final = Prepared(
    select(tasks.c.pause_s)
    .where(*_waiting(bindparam("group"), bindparam("serial"), bindparam("task")))
    .order_by(tasks.c.priority.desc(), tasks.c.id)
    .limit(1)
)
