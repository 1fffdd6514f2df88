"""The pending tasks as queues: what is first on each device, what comes due, and what a waiting task waits for."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, literal_column, select

from drover.policy.pace import RESTORED, Hold, Pace, handle_of
from drover.policy.records import Head
from drover.policy.wait_reasons import MOST_COUNTED
from drover.store import tasks as task_rows
from drover.store.account_pace import ACCOUNT_QUEUES, Holds, accounts_of, holds
from drover.store.arrays import json_array
from drover.store.prepared import Prepared, Row
from drover.store.rows import task_of
from drover.store.schema import counters, tasks
from drover.store.types import from_micros, to_micros
from drover.wire.tasks import Reason, Status, Task

_PENDING = tasks.c.status == literal_column("0")
"""As a literal: SQLite uses a partial index only where it can see at compile time that its condition holds."""


@dataclass(frozen=True, kw_only=True)
class WaitingFacts:
    """Why a pending task may wait. `not_before` is None where it is eligible at once; `hold` is what holds it back,
    `held` says that it waits for a person's release.

    `account` is the handle of the account that it would act as now, "" where that is not known.
    """

    not_before: datetime | None
    ahead: int
    last_reason: Reason | None
    hold: Hold | None = None
    held: str = ""
    account: str = ""


HEAD_COLUMNS: Final = tuple(
    tasks.c[name] for name in ("id", "serial", "priority", "account_queue", "script_name", "account")
)
_FIRST_OF_EACH = """
SELECT tasks.id, tasks.serial, tasks.priority, tasks.account_queue, tasks.script_name, tasks.account
FROM queues JOIN tasks ON tasks.id = (
    SELECT t.id FROM tasks AS t
    WHERE t.serial = queues.serial AND t.status = 0 AND t.account_queue = queues.account_queue AND t.not_before <= :now
        AND NOT EXISTS (SELECT 1 FROM intake WHERE t.id BETWEEN intake.first_id AND intake.last_id)
    ORDER BY t.priority DESC, t.id LIMIT 1
)
WHERE queues.account_queue IS NOT NULL AND queues.account_queue <> :restored
    AND queues.account_queue NOT IN (SELECT value FROM json_each(:held))
    AND tasks.held = ''
ORDER BY tasks.priority DESC, tasks.id
"""
_HEADS: Final = Prepared(ACCOUNT_QUEUES + _FIRST_OF_EACH, HEAD_COLUMNS)
"""Of each account queue the first that is due: one that is held back costs one look, however many tasks wait in it.

Tasks of a request that is still being stored (intake.py) do not begin before all of it is there."""


def heads(conn: Connection, serials: Sequence[str], *, now: datetime, held: Collection[str] = ()) -> list[Head]:
    """The first eligible task of each account queue on each of these devices: higher priority first, then older.

    Those of `held` are passed over, and the one of tasks that wait for a person's release.
    """
    values = {"serials": json_array(serials), "held": json_array(held), "restored": RESTORED, "now": to_micros(now)}
    rows = _HEADS.rows(conn, **values)
    accounts = accounts_of(conn, {row["account_queue"] for row in rows})
    return [
        Head(
            task_id=row["id"],
            serial=row["serial"],
            priority=row["priority"],
            account=accounts[row["account_queue"]] or (row["account"] if handle_of(row["account"]) else ""),
            script_name=row["script_name"],
        )
        for row in rows
    ]


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the dispatcher decides by, of one moment. `due`: when a hold ends or a scheduled task becomes eligible."""

    holds: Holds
    heads: list[Head]
    due: datetime | None


def look(conn: Connection, serials: Sequence[str], *, now: datetime, pace: Pace) -> Look:
    """What may begin on these devices, what must not, and when to look again."""
    held = holds(conn, serials, now=now, pace=pace) if serials else Holds(account_queues={}, devices={})
    ends = [hold.until for hold in (*held.account_queues.values(), *held.devices.values()) if hold.until is not None]
    due = next_due(conn, now=now)
    return Look(
        holds=held,
        heads=heads(conn, serials, now=now, held=list(held.account_queues)) if serials else [],
        due=min([*ends, *([due] if due else [])], default=None),
    )


def next_due(conn: Connection, *, now: datetime) -> datetime | None:
    """When the next pending task becomes eligible that is not yet."""
    due: datetime | None = _NEXT_DUE.scalar(conn, now=now)
    return due


_NEXT_DUE: Final = Prepared(select(func.min(tasks.c.not_before)).where(_PENDING, tasks.c.not_before > bindparam("now")))


def lengths(conn: Connection) -> dict[str, int]:
    """Pending tasks of each device that has any, eligible or not; from the counters."""
    waiting_here = counters.c.status == int(Status.PENDING)
    query = select(counters.c.serial, func.sum(counters.c.n)).where(waiting_here).group_by(counters.c.serial)
    return {serial: int(n) for serial, n in conn.execute(query) if n}


def ahead(conn: Connection, task: Task, *, now: datetime | None = None) -> int:
    """How many tasks of its device go before this pending one: the running one and those before it in the queue.

    With `now` only those that are eligible then count.
    """
    return _queue_head(conn, task.serial, now).ahead_of(task.priority, task.id)


@dataclass(frozen=True)
class _QueueHead:
    """How many tasks run on a device, and the first of its queue in order, as (minus priority, id)."""

    running: int
    first: list[tuple[int, int]]

    def ahead_of(self, priority: int, task_id: int) -> int:
        return self.running + bisect_left(self.first, (-priority, task_id))


def _queue_head(conn: Connection, serial: str, now: datetime | None, held: Collection[str] = ()) -> _QueueHead:
    """Read once for all the tasks of a page: counting the queue again for each made a page of 20 take 12 ms."""
    everything = to_micros(now) if now is not None else _NEVER
    first = _FIRST.tuples(conn, serial=serial, now=everything, held=json_array(held), restored=RESTORED)
    return _QueueHead(int(_RUNNING.scalar(conn, serial=serial)), [(-priority, task_id) for priority, task_id in first])


_NEVER: Final = 2**62
_FIRST: Final = Prepared(
    "SELECT priority, id FROM tasks WHERE serial = :serial AND status = 0 AND account_queue <> :restored "  # noqa: S608
    "AND not_before <= :now AND account_queue NOT IN (SELECT value FROM json_each(:held)) "
    f"ORDER BY priority DESC, id LIMIT {MOST_COUNTED}"
)
_RUNNING: Final = Prepared(f"SELECT count(*) FROM tasks WHERE serial = :serial AND status = {int(Status.RUNNING)}")  # noqa: S608
_WAITING_COLUMNS: Final = tuple(
    tasks.c[name]
    for name in ("id", "serial", "priority", "not_before", "last_reason", "account_queue", "held", "account")
)
_WAITING: Final = Prepared(
    f"SELECT {', '.join(column.name for column in _WAITING_COLUMNS)} FROM tasks "  # noqa: S608
    "WHERE id IN (SELECT value FROM json_each(:ids)) AND status = 0",
    _WAITING_COLUMNS,
)


def page(
    conn: Connection, filters: Mapping[str, Any], *, page: int, page_size: int, now: datetime, pace: Pace
) -> tuple[int, list[Task], dict[int, WaitingFacts]]:
    """A page of tasks, as tasks.page gives it, and why those of it that are pending wait; all of one moment."""
    total, rows = task_rows.page_rows(conn, **filters, page=page, page_size=page_size)
    return total, [task_of(row) for row in rows], _why(conn, [row for row in rows if row["status"] == 0], now, pace)


def one(conn: Connection, task_id: int, *, now: datetime, pace: Pace) -> tuple[Task, WaitingFacts | None] | None:
    """A task, and why it waits where it is pending; None where it does not exist."""
    rows = task_rows.rows_of(conn, [task_id])
    if not rows:
        return None
    facts = _why(conn, [row for row in rows if row["status"] == 0], now, pace)
    return task_of(rows[0]), facts.get(task_id)


def waiting(
    conn: Connection, ids: Sequence[int], *, now: datetime | None = None, pace: Pace | None = None
) -> dict[int, WaitingFacts]:
    """What policy.waiting wants to know of those of these tasks that are pending."""
    return _why(conn, _WAITING.rows(conn, ids=json_array(ids)), now, pace)


def _why(conn: Connection, rows: Sequence[Row], now: datetime | None, pace: Pace | None) -> dict[int, WaitingFacts]:
    """Of pending rows, by id."""
    if not rows:
        return {}
    held = (
        holds(conn, {row["serial"] for row in rows}, now=now, pace=pace)
        if now is not None and pace is not None
        else Holds(account_queues={}, devices={})
    )
    found = {row["id"]: held.of(row["serial"], row["account_queue"]) for row in rows}
    accounts = accounts_of(conn, {row["account_queue"] for row in rows})
    # What is held waits for its account, its phone or a person, and no one asks how many others wait with it.
    heads_of = {
        serial: _queue_head(conn, serial, now, held.account_queues)
        for serial in {row["serial"] for row in rows if found[row["id"]] is None and not row["held"]}
    }
    return {
        row["id"]: WaitingFacts(
            not_before=row["not_before"] if row["not_before"] > from_micros(0) else None,
            ahead=(
                0
                if found[row["id"]] is not None or row["held"]
                else heads_of[row["serial"]].ahead_of(row["priority"], row["id"])
            ),
            last_reason=None if row["last_reason"] is None else Reason(row["last_reason"]),
            hold=found[row["id"]],
            held=row["held"],
            account=handle_of(accounts.get(row["account_queue"], "") or row["account"]),
        )
        for row in rows
    }
