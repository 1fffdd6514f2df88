"""Tasks: stored, read, listed, counted, stopped while they wait, retried, deleted. Attempts: attempts.py."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select

from drover.policy import remarks
from drover.policy.lifecycle import TaskEvent, advance
from drover.policy.pace import account_key, account_queue_of, handle_of
from drover.policy.records import NewTask
from drover.store import events, idempotency, media_uses, task_pages
from drover.store.arrays import among, json_array
from drover.store.batch import BatchDelete, BatchInsert, driver_of, set_all
from drover.store.errors import ConflictError
from drover.store.prepared import AnyRow, Prepared, Row
from drover.store.rows import TASK_COLUMNS, task_of, task_row
from drover.store.schema import counters, tasks
from drover.store.task_pages import matching
from drover.store.types import from_micros
from drover.wire.events import TaskDeleted
from drover.wire.scripts import PUBLISHES
from drover.wire.tasks import Effect, Reason, Status, Task, TaskStats

_AT_ONCE: Final = from_micros(0)
_CHUNK: Final = 500
"""Ids in one statement; SQLite takes 32766 variables, and a statement should stay readable in a trace."""

_INSERT: Final = BatchInsert(tasks)
_INSERT_AS: Final = BatchInsert(tasks, with_id=True)
_DELETE: Final = BatchDelete(tasks)
_ONE: Final = Prepared(select(*TASK_COLUMNS).where(tasks.c.id == bindparam("task_id")))
SHOWN_COLUMNS: Final = (
    *TASK_COLUMNS,
    *(tasks.c[name] for name in ("not_before", "last_reason", "account_queue", "held")),
)
"""What a page shows: of a task, and of why it waits (queue.py)."""
_NEWEST_FIRST: Final = Prepared(select(*SHOWN_COLUMNS).where(among(tasks.c.id, "ids")).order_by(tasks.c.id.desc()))
_OPEN_EFFECTS: Final = (Effect.INTENT, Effect.SENT, Effect.UNKNOWN)


# --- storing ------------------------------------------------------------------------------------------------------


def insert(
    conn: Connection, new: Sequence[NewTask], *, now: datetime, key: str | None = None, digest: str = ""
) -> list[int]:
    """Store tasks, all or none, and return their ids in order.

    With an idempotency key a repeat of the same digest within 24 h returns the first ids and stores nothing; another
    digest raises IdempotencyConflictError.
    """
    if key is not None and (first := idempotency.answered(conn, key, digest, now=now)) is not None:
        return first
    ids = _insert_rows(conn, [_row(task, now) for task in new], now=now)
    if key is not None:
        idempotency.keep(conn, key, digest, ids, now=now)
    return ids


def _insert_rows(conn: Connection, rows: list[dict[str, Any]], *, now: datetime) -> list[int]:
    ids = _INSERT.run(conn, rows)
    events.changed(conn, [task_of({**row, "id": task_id}) for row, task_id in zip(rows, ids, strict=True)], now=now)
    return ids


def insert_as(conn: Connection, new: Sequence[NewTask], first_id: int, *, now: datetime) -> None:
    """Store tasks under consecutive ids that were reserved for them."""
    rows = [{"id": first_id + i, **_row(task, now)} for i, task in enumerate(new)]
    _INSERT_AS.run(conn, rows)
    events.changed(conn, [task_of(row) for row in rows], now=now)


def reserve_ids(conn: Connection, count: int) -> int:
    """Give away so many ids for ever; returns the first of them."""
    driver, last = driver_of(conn), last_given(conn)
    if not driver.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'tasks'", (last + count,)).rowcount:
        driver.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('tasks', ?)", (count,))  # the first tasks ever
    return last + 1


def last_given(conn: Connection) -> int:
    """The largest id that a task was ever given, 0 before the first."""
    row = driver_of(conn).execute("SELECT seq FROM sqlite_sequence WHERE name = 'tasks'").fetchone()
    return int(row[0]) if row else 0


def _row(new: NewTask, now: datetime) -> dict[str, Any]:
    return {
        "serial": new.serial,
        "username": new.username,
        "platform": new.platform,
        "package": new.package,
        "script_name": new.script_name,
        "script_config": new.script_config,
        "source": new.source,
        "group_id": new.group_id,
        "priority": new.priority,
        "status": int(Status.PENDING),
        "reason": None,
        "remark": "",
        "effect": Effect.NONE.value,
        "retry_safe": True,
        "created_at": now,
        "scheduled_at": new.scheduled_at,
        "start_time": None,
        "end_time": None,
        "not_before": new.scheduled_at or _AT_ONCE,
        "pause_s": new.pause_s,
        "retry_count": 0,
        "max_retry_count": new.max_retry_count,
        "attempt": 0,
        "tries": 0,
        "reconciliations": 0,
        "reconcile": False,
        "last_reason": None,
        "progress": 0,
        "step": "",
        "evidence": [],
        "account_queue": account_queue_of(new.script_name, new.platform, new.username, new.serial),
        "held": "",
        "media": None,
        "account": account_key(new.platform, new.username, new.serial) if new.username else "",
    }


# --- reading ------------------------------------------------------------------------------------------------------


def get(conn: Connection, task_id: int) -> Task | None:
    """One task."""
    row = _ONE.first(conn, task_id=task_id)
    return None if row is None else task_of(row)


def page(conn: Connection, /, **wanted: Any) -> tuple[int, list[Task]]:
    """How many tasks match, and one page of them, newest first; as `page_rows`."""
    total, rows = page_rows(conn, **wanted)
    return total, [task_of(row) for row in rows]


def page_rows(
    conn: Connection,
    *,
    status: int | None = None,
    serial: str | None = None,
    script_name: str | None = None,
    source: str | None = None,
    page: int = 1,
    page_size: int = 20,
) -> tuple[int, list[Row]]:
    """How many tasks match, and the rows of one page of them, newest first; `page` counts from 1."""
    wanted = {"status": status, "serial": serial, "script_name": script_name, "source": source}
    filters = {name: value for name, value in wanted.items() if value is not None}
    total = count(conn, filters)
    skip = (page - 1) * page_size
    size = min(page_size, total - skip)
    if size <= 0:
        return total, []
    ids = task_pages.ids(conn, filters, total=total, skip=skip, size=size)
    return total, rows_of(conn, ids)


def rows_of(conn: Connection, ids: Sequence[int]) -> list[Row]:
    """SHOWN_COLUMNS of these tasks, newest first; of those that exist."""
    return _NEWEST_FIRST.rows(conn, ids=json_array(ids))


def count(conn: Connection, filters: dict[str, Any]) -> int:
    """How many tasks match exactly these values of status, serial, script_name and source; from the counters."""
    return int(_count_of(tuple(filters)).scalar(conn, **filters))


@cache
def _count_of(filters: tuple[str, ...]) -> Prepared:
    return Prepared(select(func.coalesce(func.sum(counters.c.n), 0)).where(*matching(counters.c, filters)))


_STATS: Final = Prepared(select(counters.c.status, func.sum(counters.c.n)).group_by(counters.c.status))


def stats(conn: Connection) -> TaskStats:
    """How many tasks stand where; from the counters."""
    by_status = {Status(status).name.lower(): int(n) for status, n in _STATS.tuples(conn)}
    return TaskStats(total=sum(by_status.values()), **by_status)


# --- changing -----------------------------------------------------------------------------------------------------


def change(conn: Connection, row: AnyRow, values: dict[str, Any], *, now: datetime) -> Task:
    """Set columns of one task that changes its status, and keep the event; `row` is the task as it was, whole."""
    return change_all(conn, [(row, values)], now=now)[0]


def change_all(conn: Connection, changes: Sequence[tuple[AnyRow, dict[str, Any]]], *, now: datetime) -> list[Task]:
    """`change` for many tasks at once, with the same columns to set for all."""
    if not changes:
        return []
    rows = [{**row, **values} for row, values in changes]
    set_all(conn, tasks, tuple(changes[0][1]), rows)
    changed = [task_of(row) for row in rows]
    for task in changed:
        if task.script_name in PUBLISHES:
            media_uses.apply_outcome(conn, task, now=now)
    events.changed(conn, changed, now=now)
    return changed


def stop_pending(conn: Connection, task_id: int, *, now: datetime) -> Task | None:
    """End a task that waits with reason stopped; None if it does not wait."""
    row = conn.execute(select(tasks).where(tasks.c.id == task_id)).mappings().first()
    if row is None or row["status"] != Status.PENDING:
        return None
    return change(conn, row, stopped(row, now), now=now)


def stopped(row: AnyRow, now: datetime) -> dict[str, Any]:
    """The columns of a waiting task that is stopped."""
    remark = remarks.STOPPED_WAITING if row["attempt"] else remarks.STOPPED_UNBEGUN
    return failed(row["reconcile"], TaskEvent.STOP, Reason.STOPPED, remark, now)


def fail_pending(conn: Connection, task_id: int, reason: Reason, remark: str, *, now: datetime) -> Task:
    """End a waiting task that cannot begin. Raises NotFoundError, and ConflictError if it does not wait."""
    row = task_row(conn, task_id)
    if row["status"] != Status.PENDING:
        raise ConflictError(f"task {task_id} is {Status(row['status']).name.lower()}, not pending", task_of(row))
    return change(conn, row, failed(row["reconcile"], TaskEvent.FAIL, reason, remark, now), now=now)


def failed(reconcile: bool, event: TaskEvent, reason: Reason, remark: str, now: datetime) -> dict[str, Any]:
    """A waiting task ends. Where an earlier attempt is still uncertain, that stays unknown."""
    return {
        "status": int(advance(Status.PENDING, event)),
        "reason": reason.value,
        "remark": remark,
        "end_time": now,
        "effect": Effect.UNKNOWN.value if reconcile else Effect.NONE.value,
    }


def retry(conn: Connection, task_id: int, *, now: datetime, force: bool = False) -> Task:
    """Put a failed task back to pending for a new round of tries.

    Raises NotFoundError, and ConflictError if it has not failed or a repeat could double its effect and not `force`.
    """
    row = task_row(conn, task_id)
    task = task_of(row)
    if task.status is not Status.FAILED:
        raise ConflictError(f"task {task_id} is {task.status.name.lower()}; only failed tasks can be retried", task)
    if not task.retry_safe and not force:
        raise ConflictError(
            f"the outcome of task {task_id} is unknown and a retry could do it twice; look at the phone, "
            "then retry with force if it was not done",
            task,
        )
    return change(conn, row, again(task, row), now=now)


def again(task: Task, row: AnyRow) -> dict[str, Any]:
    """A new round. It looks first where the effect is open; by force a person declares that it was not done.

    What a restored backup brought (`held` in its row) may not have counted for its account yet, so it keeps its pace.
    """
    uncertain = task.retry_safe and task.effect in _OPEN_EFFECTS
    again: dict[str, Any] = {
        "status": int(advance(task.status, TaskEvent.RETRY)),
        "retry_count": task.retry_count + 1,
        "reason": None,
        "remark": "",
        "effect": (Effect.UNKNOWN if uncertain else Effect.NONE).value,
        "reconcile": uncertain,
        "retry_safe": True,
        "start_time": None,
        "end_time": None,
        "not_before": _AT_ONCE,
        "tries": 0,
        "reconciliations": 0,
        "last_reason": None,
        "progress": 0,
        "step": "",
        "evidence": [],
        "account_queue": account_queue_of(
            task.script_name,
            row["platform"],
            task.username or (handle_of(row["account"]) if uncertain else ""),
            task.serial,
            reconcile=uncertain and not row["held"],
            account=row["account"],
        ),
        "held": "",
    }
    # What looks first looks as the account of the earlier attempt; else it acts as the account that is logged in then.
    return {**again, "account": row["account"] if uncertain or task.username else ""}


def delete(
    conn: Connection, ids: Sequence[int], *, now: datetime | None = None
) -> tuple[list[int], list[int], list[int]]:
    """Delete tasks with their attempts: (deleted, not found, left alone because they run), each in the order given."""
    unique = list(dict.fromkeys(ids))
    statuses: dict[int, int] = {}
    for start in range(0, len(unique), _CHUNK):
        chunk = unique[start : start + _CHUNK]
        statuses.update(
            (row.id, row.status)
            for row in conn.execute(select(tasks.c.id, tasks.c.status).where(tasks.c.id.in_(chunk)))
        )
    deleted = [i for i in unique if i in statuses and statuses[i] != Status.RUNNING]
    if deleted:
        _DELETE.run(conn, deleted)
        media_uses.forget_tasks(conn, deleted)
        events.append_all(conn, [TaskDeleted(task_id=i) for i in deleted], now=now or datetime.now(UTC))
    return deleted, [i for i in unique if i not in statuses], [i for i in unique if statuses.get(i) == Status.RUNNING]
