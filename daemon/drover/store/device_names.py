"""What hangs on a device's name: given to another where two names were one phone, or removed with the phone.

Both go in steps, so that no transaction is long however many tasks there are. Interrupted, they are done again whole.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, select, update

from drover.policy.catalog import GENERIC
from drover.policy.pace import account_key, renamed_account
from drover.store import account_keys, events, intake, logins, pauses
from drover.store import devices as device_rows
from drover.store import tasks as task_rows
from drover.store.batch import BatchUpdate
from drover.store.rows import task_of
from drover.store.schema import accounts, attempts, devices, failure_rows, tasks
from drover.store.steps import Step, after_last
from drover.wire.devices import Device
from drover.wire.holds import PauseSubject
from drover.wire.tasks import Status

_MOVE: Final = BatchUpdate(tasks, ["serial", "account_queue", "account"])


# --- one phone under two names ------------------------------------------------------------------------------------


def move_tasks(conn: Connection, after: int, size: int, *, device: str, other: str, now: datetime) -> Step[int]:
    """A step: give the next tasks of `other`, pending and ended, to `device`; how many those were.

    Tasks of a request that is accepted and still being stored are waited for.
    """
    here = (tasks.c.serial == other, tasks.c.status != int(Status.RUNNING), tasks.c.id > after)
    rows = conn.execute(select(tasks).where(*here).order_by(tasks.c.id).limit(size)).mappings().all()
    moved = [_on(row, device) for row in rows]
    _MOVE.run(conn, moved)
    ids = [row["id"] for row in rows]
    conn.execute(update(attempts).where(attempts.c.task_id.in_(ids)).values(serial=device))
    events.changed(conn, [task_of(row) for row in moved], now=now)
    return Step(len(rows), len(rows), _following(conn, ids, size))


def _following(conn: Connection, ids: Sequence[int], size: int) -> int | None:
    """Where the next step begins: from the first again as long as a request is being stored, whose tasks are yet to
    come."""
    following = after_last(ids, size)
    return 0 if following is None and intake.is_open(conn) else following


def _on(row: RowMapping, device: str) -> dict[str, Any]:
    """The task as it is on the device: also the key of an account that no one knows names its phone."""
    old, new = (account_key(row["platform"], None, serial) for serial in (row["serial"], device))
    account = new if row["account"] == old else row["account"]
    return {
        **row,
        "serial": device,
        "account": account,
        "account_queue": renamed_account(row["account_queue"], old, new),
    }


def merge(conn: Connection, device: str, other: str) -> Device | None:
    """Give the rest of what is known under `other` to `device`: accounts, logins, counts, pauses, uses of files, note
    and tags.

    The kept device as it is stored, None where it never was. Its tasks were moved before.
    """
    conn.execute(update(accounts).where(accounts.c.serial == other).values(serial=device))
    logins.move(conn, other, device)
    account_keys.merge_keys(conn, account_key(GENERIC, None, other), account_key(GENERIC, None, device))
    pauses.move(conn, PauseSubject.DEVICE, other, device)
    conn.execute(delete(failure_rows).where(failure_rows.c.serial == other))
    return _merge_rows(conn, device, other)


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


def drop_tasks(conn: Connection, after: int, size: int, *, device: str, now: datetime) -> Step[list[int]]:
    """A step: delete the next tasks of a device that do not run; what was deleted. Goes on while a request is still
    being stored, whose tasks come behind."""
    here = (tasks.c.serial == device, tasks.c.status != int(Status.RUNNING), tasks.c.id > after)
    ids = list(conn.execute(select(tasks.c.id).where(*here).order_by(tasks.c.id).limit(size)).scalars())
    gone = task_rows.delete(conn, ids, now=now)[0] if ids else []
    return Step(gone, max(len(ids), 1), _following(conn, ids, size))


def forget(conn: Connection, device: str) -> int:
    """Remove the device and its accounts; how many accounts those were. Its tasks were deleted before.

    What was counted for its accounts and which files they used stays: attached again, the phone must not begin its day
    a second time.
    """
    gone = conn.execute(delete(accounts).where(accounts.c.serial == device)).rowcount
    conn.execute(delete(devices).where(devices.c.serial == device))
    return gone
