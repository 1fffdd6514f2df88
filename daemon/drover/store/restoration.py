"""Makes a restored copy of the database safe to start from: it is the past, and what it waits for may be done by now.

Works on a file that no daemon has open, with the driver alone: statements here may touch every row at once.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from drover.policy import remarks
from drover.policy.pace import RESTORED, RESTORED_HOLD
from drover.store import intake, replaced_database
from drover.store.arrays import json_array
from drover.store.database import engine_for
from drover.store.replaced_database import Replaced
from drover.store.settings import RECONCILING_PLUGINS
from drover.store.types import to_micros
from drover.wire.events import StreamReset
from drover.wire.media import UseState
from drover.wire.scripts import RECONCILES
from drover.wire.tasks import Effect, Status

GAP: Final = 1_000_000
"""Ids that are left out where nothing says which ones were given since the backup."""


class Restoration(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to the copy. `held` tasks wait for a release, `blind` of them cannot look whether they were done;
    `unproven` ones had failed and may have been retried since. Ids of tasks go on at `next_task`. `carried` counts the
    rows that came from the database that was replaced; `since_known` says whether that one knows all that was done
    since the backup, `another` that it is known to be a different database.
    """

    held: int
    blind: int
    unproven: int
    done_since: int
    next_task: int
    carried: dict[str, int]
    since_known: bool
    another: bool


def prepare(copy: Path, *, before: Path, highest_folder: int, now: datetime) -> Restoration:
    """Hold, carry over and raise ids in a copy of this version's schema, all of it or nothing; raises sqlite3.Error.

    `before` is the database that is to be replaced, if there is one; `highest_folder` the largest task id that has a
    folder on this machine.
    """
    _finish_intake(copy)  # so that every accepted task is there to be held
    with closing(sqlite3.connect(copy, isolation_level=None)) as conn:
        with replaced_database.opened(before, conn) as old:
            conn.execute("BEGIN IMMEDIATE")
            safe = _safe_scripts(conn)
            carried = old.carry_over()
            old.take_acting_accounts()
            done = _hold(conn, old, safe)
            next_task = _raise_ids(conn, old, highest_folder)
            _append_reset(conn, now)
            facts = Restoration(
                **_counts(conn),
                done_since=done,
                next_task=next_task,
                carried=carried,
                since_known=old.is_successor,
                another=old.is_another,
            )
            conn.execute("COMMIT")
        conn.execute("PRAGMA journal_mode = DELETE")  # one file, also after a migration in WAL mode
    return facts


def _finish_intake(copy: Path) -> None:
    engine = engine_for(copy, writes=True)
    try:
        with engine.begin() as conn:
            intake.finish_all(conn)
    finally:
        engine.dispose()


def _safe_scripts(conn: sqlite3.Connection) -> list[str]:
    """Scripts that can look whether they were done, as this database knows them; commands never can."""
    row = conn.execute("SELECT value FROM settings WHERE key = ?", (RECONCILING_PLUGINS,)).fetchone()
    plugins: dict[str, bool] = msgspec.json.decode(row[0]) if row else {}
    commands = {name for (name,) in conn.execute("SELECT name FROM scripts")}
    return sorted({*RECONCILES, *(name for name, reconciles in plugins.items() if reconciles)} - commands)


def _hold(conn: sqlite3.Connection, old: Replaced, safe: Sequence[str]) -> int:
    """Hold what waits or runs, and take back that a failed task is safe to repeat; how many are known to be done."""
    held = {
        "held": RESTORED_HOLD,
        "account_queue": RESTORED,
        "unknown": Effect.UNKNOWN.value,
        "safe": json_array(safe),
        "since_known": old.is_successor,
        **{status.name.lower(): int(status) for status in Status},
        "looks": f" {remarks.RESTORED_LOOKS}",
        "blind": f" {remarks.RESTORED_BLIND}",
        **{state.name.lower(): state.value for state in UseState},
    }
    for statement in _HOLD:
        conn.execute(statement, held)
    return old.note_what_was_done()


# An attempt that looks as another account than the one that acted finds nothing, and does it again as that account. A
# task that names no account acts as the one that is logged in: with several on the phone it may have been any of them.
_LOOKS: Final = """(script_name IN (SELECT value FROM json_each(:safe)) AND (
    :since_known OR coalesce(tasks.username, '') <> '' OR (reconcile AND instr(account, ':') > 0) OR (
        SELECT count(*) FROM (
            SELECT name FROM accounts WHERE accounts.serial = tasks.serial AND accounts.platform = tasks.platform
            UNION
            SELECT lower(logins.username) FROM logins
            WHERE logins.serial = tasks.serial AND logins.platform = tasks.platform
        )
    ) < 2
))"""
_HOLD: Final = (
    "UPDATE tasks SET held = :held, account_queue = :account_queue, reconcile = 1, effect = :unknown, "  # noqa: S608
    f"retry_safe = {_LOOKS}, remark = '' WHERE status = :pending",
    # Their attempts are closed by the next start; what would begin again then is held.
    f"UPDATE tasks SET held = :held, retry_safe = {_LOOKS} WHERE status = :running",  # noqa: S608
    f"UPDATE tasks SET held = :held, effect = :unknown, retry_safe = {_LOOKS}, "  # noqa: S608
    f"remark = remark || CASE WHEN {_LOOKS} THEN :looks ELSE :blind END "
    "WHERE status = :failed AND retry_safe AND held = ''",
    # What a waiting task had reserved may be published by now: deleting the task must not give it to another.
    "UPDATE media_uses SET state = :used WHERE state = :reserved",
)


def _counts(conn: sqlite3.Connection) -> dict[str, int]:
    """Of the tasks that are held; one whose attempt was open counts among them."""
    query = "SELECT status = ?, retry_safe, count(*) FROM tasks WHERE held = ? GROUP BY 1, 2"
    found = conn.execute(query, (int(Status.FAILED), RESTORED_HOLD)).fetchall()

    def total(wanted: Callable[[int, int], bool]) -> int:
        return sum(n for failed, safe, n in found if wanted(failed, safe))

    return {
        "held": total(lambda failed, _safe: not failed),
        "blind": total(lambda failed, safe: not failed and not safe),
        "unproven": total(lambda failed, _safe: bool(failed)),
    }


def _raise_ids(conn: sqlite3.Connection, old: Replaced, highest_folder: int) -> int:
    """No id is given a second time, in no table that never gives one twice; the next task's."""
    gap = 0 if old.is_successor else GAP
    highest = {table: max(_highest(conn, table), old.highest(table)) for table in _numbered(conn)}
    highest["tasks"] = max(highest["tasks"], highest_folder)
    for table, number in highest.items():
        conn.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        conn.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, number + gap))
    return highest["tasks"] + gap + 1


def _numbered(conn: sqlite3.Connection) -> list[str]:
    """The tables whose ids are AUTOINCREMENT."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
    return [name for (name,) in conn.execute(query)]


def _highest(conn: sqlite3.Connection, table: str) -> int:
    given = conn.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return int(given[0]) if given else 0


def _append_reset(conn: sqlite3.Connection, now: datetime) -> None:
    """Subscribers of before find this first of all that happens from now on."""
    body = msgspec.json.encode(StreamReset(why=remarks.RESTORED_STREAM)).decode()
    values: tuple[Any, ...] = (to_micros(now), body)
    conn.execute("INSERT INTO events (at, body) VALUES (?, ?)", values)
