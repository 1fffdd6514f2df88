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
from drover.store.account_pace import ACCOUNT_QUEUES, Holds, accounts_of, holds, holds_of, paused_devices, queues_on
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
    return {serial: int(n) for serial, n in _LENGTHS.tuples(conn) if n}


_LENGTHS: Final = Prepared(
    select(counters.c.serial, func.sum(counters.c.n))
    .where(counters.c.status == int(Status.PENDING))
    .group_by(counters.c.serial)
)


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
    values = {"serial": serial, "now": _upto(now), "held": json_array(held), "restored": RESTORED}
    first = _FIRST.tuples(conn, **values)
    return _QueueHead(int(_RUNNING.scalar(conn, serial=serial)), [(-priority, task_id) for priority, task_id in first])


def _upto(now: datetime | None) -> int:
    return to_micros(now) if now is not None else _NEVER


_NEVER: Final = 2**62
_IN_LINE: Final = (
    "FROM tasks WHERE serial = :serial AND status = 0 AND account_queue <> :restored "
    "AND not_before <= :now AND account_queue NOT IN (SELECT value FROM json_each(:held)) "
)
_FIRST: Final = Prepared(f"SELECT priority, id {_IN_LINE} ORDER BY priority DESC, id LIMIT {MOST_COUNTED}")
_RUNNING: Final = Prepared(f"SELECT count(*) FROM tasks WHERE serial = :serial AND status = {int(Status.RUNNING)}")  # noqa: S608
_AHEAD: Final = Prepared(
    f"SELECT ({_RUNNING.sql}) + min({MOST_COUNTED}, "  # noqa: S608
    f"(SELECT count(*) FROM (SELECT 1 {_IN_LINE} AND priority > :priority LIMIT {MOST_COUNTED})) + "
    f"(SELECT count(*) FROM (SELECT 1 {_IN_LINE} AND priority = :priority AND id < :id LIMIT {MOST_COUNTED})))"
)
"""As _QueueHead.ahead_of for one task, counted where the rows are; both ranges are seeks in the queue's index."""


def page(
    conn: Connection,
    filters: Mapping[str, Any],
    *,
    page: int,
    page_size: int,
    now: datetime,
    pace: Pace,
    in_line: Collection[str] | None = None,
) -> tuple[int, list[Task], dict[int, WaitingFacts]]:
    """A page of tasks, as tasks.page gives it, and why those of it that are pending wait; all of one moment.

    `in_line`: the devices for whose tasks it is counted how many go ahead, None for all; `ahead` of others is 0.
    """
    total, rows = task_rows.page_rows(conn, **filters, page=page, page_size=page_size)
    return total, [task_of(row) for row in rows], _why(conn, rows, now, pace, in_line)


def one(conn: Connection, task_id: int, *, now: datetime, pace: Pace) -> tuple[Task, WaitingFacts | None] | None:
    """A task, and why it waits where it is pending; None where it does not exist."""
    rows = task_rows.rows_of(conn, [task_id])
    if not rows:
        return None
    return task_of(rows[0]), _why(conn, rows, now, pace).get(task_id)


def waiting(
    conn: Connection, ids: Sequence[int], *, now: datetime | None = None, pace: Pace | None = None
) -> dict[int, WaitingFacts]:
    """What policy.waiting wants to know of those of these tasks that are pending."""
    return _why(conn, task_rows.rows_of(conn, ids), now, pace)


def _why(
    conn: Connection,
    rows: Sequence[Row],
    now: datetime | None,
    pace: Pace | None,
    in_line: Collection[str] | None = None,
) -> dict[int, WaitingFacts]:
    """Of those of these rows that are pending, by id."""
    rows = [row for row in rows if row["status"] == int(Status.PENDING)]
    if not rows:
        return {}
    queues = {row["account_queue"] for row in rows}
    found = _holds_of(conn, rows, queues, now, pace)
    accounts = accounts_of(conn, queues)
    # What is held waits for its account, its phone or a person, and no one asks how many others wait with it.
    free = [row for row in rows if found[row["id"]] is None and not row["held"]]
    ahead = _ahead_of(conn, [row for row in free if in_line is None or row["serial"] in in_line], now, pace)
    return {
        row["id"]: WaitingFacts(
            not_before=row["not_before"] if row["not_before"] > _AT_ONCE else None,
            ahead=ahead.get(row["id"], 0),
            last_reason=None if row["last_reason"] is None else Reason(row["last_reason"]),
            hold=found[row["id"]],
            held=row["held"],
            account=handle_of(accounts.get(row["account_queue"], "") or row["account"]),
        )
        for row in rows
    }


_AT_ONCE: Final = from_micros(0)


def _holds_of(
    conn: Connection, rows: Sequence[Row], queues: Collection[str], now: datetime | None, pace: Pace | None
) -> dict[int, Hold | None]:
    """By id what holds each of these rows, which wait in these account queues; nothing where no moment is given."""
    if now is None or pace is None:
        return {row["id"]: None for row in rows}
    held = Holds(
        account_queues=holds_of(conn, queues, now=now, pace=pace),
        devices=paused_devices(conn, {row["serial"] for row in rows}, now=now),
    )
    if not held.account_queues and not held.devices:
        return {row["id"]: None for row in rows}
    return {row["id"]: held.of(row["serial"], row["account_queue"]) for row in rows}


def _ahead_of(conn: Connection, rows: Sequence[Row], now: datetime | None, pace: Pace | None) -> dict[int, int]:
    """By id how many tasks of its device go before each; those whose account queue is held do not count."""
    by_serial: dict[str, list[Row]] = {}
    for row in rows:
        by_serial.setdefault(row["serial"], []).append(row)
    if not by_serial:
        return {}
    held: Collection[str] = ()
    if now is not None and pace is not None:
        held = holds_of(conn, queues_on(conn, by_serial), now=now, pace=pace)
    found: dict[int, int] = {}
    for serial, here in by_serial.items():
        if len(here) == 1:
            found[here[0]["id"]] = _ahead_of_one(conn, here[0], now, held)
            continue
        head = _queue_head(conn, serial, now, held)
        found |= {row["id"]: head.ahead_of(row["priority"], row["id"]) for row in here}
    return found


def _ahead_of_one(conn: Connection, row: Row, now: datetime | None, held: Collection[str]) -> int:
    values = {"serial": row["serial"], "priority": row["priority"], "id": row["id"], "restored": RESTORED}
    return int(_AHEAD.scalar(conn, **values, now=_upto(now), held=json_array(held)))
