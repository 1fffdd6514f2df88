"""What hangs on a device's name: given to another where two names were one phone, or removed with the phone.

Both go in steps, so that no transaction is long however many tasks there are. Interrupted, they are done again whole.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from drover.policy.accounts import PLATFORMS
from drover.policy.catalog import GENERIC
from drover.policy.pace import account_key, lane_of
from drover.store import devices as device_rows
from drover.store import events
from drover.store import tasks as task_rows
from drover.store.rows import TASK_COLUMNS, task_of
from drover.store.schema import account_pauses, account_use, accounts, attempts, devices, media_uses, tasks
from drover.wire.devices import Device
from drover.wire.media import UseState
from drover.wire.tasks import Status

STEP: Final = 200
"""Tasks in one transaction."""


# --- one phone under two names ------------------------------------------------------------------------------------


def move_tasks(conn: Connection, device: str, other: str, *, now: datetime) -> int:
    """Give the next tasks of `other`, pending and ended, to `device`; how many those were, 0 at the end."""
    query = select(tasks).where(tasks.c.serial == other, tasks.c.status != int(Status.RUNNING))
    rows = conn.execute(query.order_by(tasks.c.id).limit(STEP)).mappings().all()
    for row in rows:
        lane = row["lane"] and lane_of(row["script_name"], row["platform"], row["username"], device)
        conn.execute(update(tasks).where(tasks.c.id == row["id"]).values(serial=device, lane=lane))
        conn.execute(update(attempts).where(attempts.c.task_id == row["id"]).values(serial=device))
    ids = [row["id"] for row in rows]
    moved = conn.execute(select(*TASK_COLUMNS).where(tasks.c.id.in_(ids)).order_by(tasks.c.id)).mappings()
    events.changed(conn, [task_of(row) for row in moved], now=now)
    return len(rows)


def merge(conn: Connection, device: str, other: str) -> Device | None:
    """Give the rest of what is known under `other` to `device`: accounts, counts, pauses, uses of files, note and tags.

    The kept device as it is stored, None where it never was. Its tasks were moved before.
    """
    conn.execute(update(accounts).where(accounts.c.serial == other).values(serial=device))
    for platform in (*PLATFORMS, GENERIC):
        old, new = (account_key(platform, None, name) for name in (other, device))
        _merge_use(conn, old, new)
        _merge_pauses(conn, old, new)
        _merge_media(conn, old, new)
    return _merge_rows(conn, device, other)


def _merge_use(conn: Connection, old: str, new: str) -> None:
    for row in _taken(conn, account_use, old):
        statement = insert(account_use).values(account=new, day=row.day, script_name=row.script_name, n=row.n)
        more = {"n": account_use.c.n + statement.excluded.n}
        conn.execute(statement.on_conflict_do_update(index_elements=["account", "day", "script_name"], set_=more))


def _merge_pauses(conn: Connection, old: str, new: str) -> None:
    for row in _taken(conn, account_pauses, old):
        statement = insert(account_pauses).values(account=new, until=row.until)
        later = {"until": func.max(account_pauses.c.until, statement.excluded.until)}
        conn.execute(statement.on_conflict_do_update(index_elements=["account"], set_=later))


def _merge_media(conn: Connection, old: str, new: str) -> None:
    """A file that both used or reserved stays the kept one's; used, where either used it."""
    mine = media_uses.alias()
    both = select(mine.c.key).where(mine.c.account == new)
    used = select(mine.c.key).where(mine.c.account == old, mine.c.state == UseState.USED.value)
    conn.execute(
        update(media_uses)
        .where(media_uses.c.account == new, media_uses.c.key.in_(used))
        .values(state=UseState.USED.value)
    )
    conn.execute(delete(media_uses).where(media_uses.c.account == old, media_uses.c.key.in_(both)))
    conn.execute(update(media_uses).where(media_uses.c.account == old).values(account=new))


def _taken(conn: Connection, table: Table, account: str) -> list[Any]:
    """The rows of an account, taken out of the table."""
    rows = list(conn.execute(select(table).where(table.c.account == account)))
    conn.execute(delete(table).where(table.c.account == account))
    return rows


def _merge_rows(conn: Connection, device: str, other: str) -> Device | None:
    kept, given = device_rows.get(conn, device), device_rows.get(conn, other)
    conn.execute(delete(devices).where(devices.c.serial == other))
    if kept is None or given is None:
        return kept
    tags = list(dict.fromkeys([*kept.tags, *given.tags]))
    note = kept.note or given.note
    conn.execute(update(devices).where(devices.c.serial == device).values(note=note, tags=tags))
    return device_rows.get(conn, device)


# --- forgotten ----------------------------------------------------------------------------------------------------


def drop_tasks(conn: Connection, device: str, *, now: datetime) -> int:
    """Delete the next tasks of a device that do not run; how many those were, 0 at the end."""
    query = select(tasks.c.id).where(tasks.c.serial == device, tasks.c.status != int(Status.RUNNING))
    ids = list(conn.execute(query.order_by(tasks.c.id).limit(STEP)).scalars())
    return len(task_rows.delete(conn, ids, now=now)[0]) if ids else 0


def forget(conn: Connection, device: str) -> int:
    """Remove the device and its accounts; how many accounts those were. Its tasks were deleted before.

    What was counted for its accounts and which files they used stays: attached again, the phone must not begin its day
    a second time.
    """
    gone = conn.execute(delete(accounts).where(accounts.c.serial == device)).rowcount
    conn.execute(delete(devices).where(devices.c.serial == device))
    return gone
