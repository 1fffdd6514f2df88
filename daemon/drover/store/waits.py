"""The stamps of short waits, put right after the wall clock jumped: retries, pauses within a group, pauses of accounts.

What a person wished (`scheduled_at`, a pause with its end) and what trouble imposed is by the wall clock and stays.
"""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, literal_column, or_, select, update

from drover.policy.clock import Jump, corrected
from drover.policy.retry import BACKOFF_MAX_S, WAIT_MAX_S
from drover.store.bulk import LOOK, last_id, window
from drover.store.schema import account_pauses, tasks
from drover.store.steps import Step, after_last

LONGEST_RETRY_S = max(BACKOFF_MAX_S, WAIT_MAX_S)

_PENDING = tasks.c.status == literal_column("0")


def correct_tasks(conn: Connection, after: int, size: int, *, jump: Jump) -> Step[int]:
    """Pending tasks whose `not_before` is no wish of a person, as a step (bulk.py); how many changed."""
    upto = window(conn, after, LOOK * size)
    short = (
        _PENDING,
        tasks.c.not_before > jump.earliest,
        or_(tasks.c.scheduled_at.is_(None), tasks.c.not_before != tasks.c.scheduled_at),
        tasks.c.id > after,
        tasks.c.id <= (last_id(conn) if upto is None else upto),
    )
    columns = (tasks.c.id, tasks.c.serial, tasks.c.group_id, tasks.c.not_before, tasks.c.scheduled_at)
    found = conn.execute(select(*columns).where(*short).order_by(tasks.c.id).limit(size)).all()
    longest: dict[tuple[str, str], float] = {}
    changes: list[dict[str, object]] = []
    for row in found:
        place = (row.group_id, row.serial)
        if place not in longest:
            longest[place] = max(LONGEST_RETRY_S, _longest_pause_s(conn, *place))
        until = corrected(row.not_before, jump, longest_s=longest[place])
        until = max(until, row.scheduled_at or until)
        if until != row.not_before:
            changes.append({"at": row.id, "until": until})
    if changes:
        conn.execute(update(tasks).where(tasks.c.id == bindparam("at")).values(not_before=bindparam("until")), changes)
    return Step(len(changes), max(len(found), 1), after_last([row.id for row in found], size) or upto)


def _longest_pause_s(conn: Connection, group_id: str, serial: str) -> float:
    """The longest pause before a task of this request that waits on this device."""
    here = (tasks.c.group_id == group_id, tasks.c.group_id != literal_column("''"), tasks.c.serial == serial, _PENDING)
    return conn.execute(select(func.max(tasks.c.pause_s)).where(*here)).scalar() or 0.0


def correct_pauses(conn: Connection, *, jump: Jump, longest_s: float) -> int:
    """The pauses of accounts between their tasks, of which each lasts at most so long; how many changed."""
    rows = conn.execute(select(account_pauses).where(account_pauses.c.until > jump.earliest)).all()
    ends: dict[str, datetime] = {row.account: corrected(row.until, jump, longest_s=longest_s) for row in rows}
    changed = [{"key": row.account, "end": ends[row.account]} for row in rows if ends[row.account] != row.until]
    if changed:
        conn.execute(
            update(account_pauses).where(account_pauses.c.account == bindparam("key")).values(until=bindparam("end")),
            changed,
        )
    return len(changed)
