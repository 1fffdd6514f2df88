"""Tasks that are held since a backup was restored: counted, and let go in steps that hold the writer for a moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, select, text, update

from drover.policy.pace import handle_of, lane_of
from drover.store import events
from drover.store.rows import task_of
from drover.store.schema import tasks
from drover.wire.tasks import Effect

STEP: Final = 100
"""Tasks released in one transaction, about 10 ms of the writer: each is a row in five indexes, and an event."""

_HELD: Final = "FROM tasks INDEXED BY ix_tasks_held WHERE status = 0 AND held <> ''"
"""By name: without statistics SQLite would rather read every pending task by its status."""

_COUNTS: Final = text(f"SELECT retry_safe, count(*) {_HELD} GROUP BY retry_safe")
_NEXT: Final = text(f"SELECT id {_HELD} AND retry_safe >= :least ORDER BY retry_safe, id LIMIT :most")


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one step's tasks; `looking` counts those of the released that begin by looking."""

    released: int = 0
    looking: int = 0
    not_held: list[int] = []
    not_found: list[int] = []


def counts(conn: Connection) -> tuple[int, int]:
    """How many tasks are held, and how many of those cannot look whether they were done."""
    by_safety = {bool(safe): int(n) for safe, n in conn.execute(_COUNTS)}
    return sum(by_safety.values()), by_safety.get(False, 0)


def release_next(conn: Connection, *, now: datetime, looking_only: bool = False) -> Released:
    """Release at most one step of the tasks that are held; of `looking_only` those that begin by looking.

    Nothing is released once none is left.
    """
    ids = list(conn.execute(_NEXT, {"least": int(looking_only), "most": STEP}).scalars())
    return _let_go(conn, conn.execute(select(tasks).where(tasks.c.id.in_(ids))).mappings().all(), now)


def release(conn: Connection, ids: Sequence[int], *, now: datetime) -> Released:
    """Release these tasks, at most STEP of them; the answer names those that are not held or do not exist."""
    found = {row["id"]: row for row in conn.execute(select(tasks).where(tasks.c.id.in_(ids))).mappings()}
    held = [row for row in found.values() if row["held"] and row["status"] == 0]
    done = _let_go(conn, held, now)
    let_go = {row["id"] for row in held}
    return msgspec.structs.replace(
        done,
        not_held=[task_id for task_id in ids if task_id in found and task_id not in let_go],
        not_found=[task_id for task_id in ids if task_id not in found],
    )


_RELEASE: Final = (
    update(tasks)
    .where(tasks.c.id == bindparam("task"))
    .values({name: bindparam(f"new_{name}") for name in ("held", "lane", "settle", "effect", "retry_safe", "remark")})
)


def _let_go(conn: Connection, rows: Sequence[RowMapping], now: datetime) -> Released:
    if not rows:
        return Released()
    changes = [(row, _released(row)) for row in rows]
    named = [{"task": row["id"], **{f"new_{name}": value for name, value in new.items()}} for row, new in changes]
    conn.execute(_RELEASE, named)
    events.changed(conn, [task_of({**row, **new}) for row, new in changes], now=now)
    return Released(released=len(rows), looking=sum(bool(row["retry_safe"]) for row in rows))


def _released(row: RowMapping) -> dict[str, Any]:
    """The columns of a released task. One that can look does so first; of another a person says that it was not done.

    Either keeps its account's pace: what was done since the backup is not known to have counted.
    """
    looks = bool(row["retry_safe"])
    acts_as = row["username"] or (handle_of(row["account"]) if looks else "")
    return {
        "held": "",
        "lane": lane_of(row["script_name"], row["platform"], acts_as, row["serial"]),
        "settle": looks,
        "effect": (Effect.UNKNOWN if looks else Effect.NONE).value,
        "retry_safe": True,
        "remark": "",
    }
