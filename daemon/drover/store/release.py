"""Tasks that are held since a backup was restored: counted, and released in steps (steps.py)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, RowMapping, select, text

from drover.policy.pace import account_queue_of, handle_of
from drover.store import tasks as task_rows
from drover.store.schema import tasks
from drover.store.steps import Step, index_after
from drover.wire.tasks import Effect

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


def release_next(conn: Connection, _at: int, size: int, *, now: datetime, looking_only: bool = False) -> Step[Released]:
    """A step: release some more of the tasks that are held; of `looking_only` those that begin by looking."""
    ids = list(conn.execute(_NEXT, {"least": int(looking_only), "most": size}).scalars())
    rows = conn.execute(select(tasks).where(tasks.c.id.in_(ids))).mappings().all()
    return Step(_release(conn, rows, now), len(rows), 0 if len(rows) == size else None)


def release(conn: Connection, at: int, size: int, *, ids: Sequence[int], now: datetime) -> Step[Released]:
    """A step: release these tasks, each named once; the answer names those that are not held or do not exist."""
    some = ids[at : at + size]
    found = {row["id"]: row for row in conn.execute(select(tasks).where(tasks.c.id.in_(some))).mappings()}
    held = {task_id: row for task_id, row in found.items() if row["held"] and row["status"] == 0}
    done = msgspec.structs.replace(
        _release(conn, list(held.values()), now),
        not_held=[task_id for task_id in some if task_id in found and task_id not in held],
        not_found=[task_id for task_id in some if task_id not in found],
    )
    return Step(done, len(some), index_after(at, size, ids))


def _release(conn: Connection, rows: Sequence[RowMapping], now: datetime) -> Released:
    task_rows.change_all(conn, [(row, _released(row)) for row in rows], now=now)
    return Released(released=len(rows), looking=sum(bool(row["retry_safe"]) for row in rows))


def _released(row: RowMapping) -> dict[str, Any]:
    """The columns of a released task. One that can look does so first; of another a person says that it was not done.

    Either keeps its account's pace: what was done since the backup is not known to have counted.
    """
    looks = bool(row["retry_safe"])
    acts_as = row["username"] or (handle_of(row["account"]) if looks else "")
    return {
        "held": "",
        "account_queue": account_queue_of(row["script_name"], row["platform"], acts_as, row["serial"]),
        "reconcile": looks,
        "effect": (Effect.UNKNOWN if looks else Effect.NONE).value,
        "retry_safe": True,
        "remark": "",
    }
