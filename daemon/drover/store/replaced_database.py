"""The database that a restore replaces: what it knows of the time since the backup, as far as it can be read."""

import sqlite3
import tempfile
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

from drover.policy import remarks
from drover.policy.pace import RESTORED_HOLD
from drover.store import backup, database
from drover.store.errors import StoreError
from drover.store.types import from_micros
from drover.wire.tasks import Effect, Status

_log = structlog.get_logger(__name__)

CARRIED: Final[Mapping[str, str]] = {
    # What was published stays published. What was only reserved may have been: its task is not there to release it, and
    # the task of that id here, if there is one, must not.
    "media_uses": "INSERT OR IGNORE INTO media_uses (account, once, key, task_id, position, name, file, state, at) "
    "SELECT account, once, key, 0, position, name, file, 'used', at FROM old.media_uses "
    "ORDER BY id",
    "account_use": "INSERT INTO account_use (account, day, script_name, n) "
    "SELECT account, day, script_name, n FROM old.account_use WHERE true "
    "ON CONFLICT DO UPDATE SET n = excluded.n WHERE excluded.n > n",
    "account_pauses": "INSERT INTO account_pauses (account, until) SELECT account, until FROM old.account_pauses "
    "WHERE true ON CONFLICT DO UPDATE SET until = excluded.until WHERE excluded.until > until",
    # What was paused since stays paused, also where someone has resumed an earlier pause that the backup knows.
    "pauses": "INSERT INTO pauses (kind, key, by, active, reason, words, serial, task_id, since, until, "
    "times, counted_at) SELECT kind, key, by, active, reason, words, serial, task_id, since, until, times, counted_at "
    "FROM old.pauses WHERE active = 1 ON CONFLICT DO UPDATE SET active = 1, reason = excluded.reason, "
    "words = excluded.words, serial = excluded.serial, task_id = excluded.task_id, since = excluded.since, "
    "until = excluded.until, times = excluded.times, counted_at = excluded.counted_at "
    "WHERE NOT pauses.active OR (pauses.until IS NOT NULL "
    "AND (excluded.until IS NULL OR excluded.until > pauses.until))",
    "idempotency": "INSERT OR IGNORE INTO idempotency (key, digest, task_ids, created_at) "
    "SELECT key, digest, task_ids, created_at FROM old.idempotency",
}
"""By table, what only ever adds safety: files used, limits reached, pauses, answers that were given to a key."""

_RESERVED_HERE: Final = """
DELETE FROM media_uses WHERE state = 'reserved' AND EXISTS (
    SELECT 1 FROM old.media_uses AS past
    WHERE past.key = media_uses.key AND (past.state = 'used' OR past.task_id <> media_uses.task_id)
    AND (past.account = media_uses.account OR past.once OR media_uses.once)
)
"""
"""Reservations of files that were published since, or given to another task: their tasks get others."""

_DISABLED: Final = """
UPDATE accounts SET enabled = 0 WHERE EXISTS (
    SELECT 1 FROM old.accounts AS past
    WHERE past.name = accounts.name AND past.platform = accounts.platform AND NOT past.enabled
)
"""
_AUDIT: Final = "INSERT INTO audit SELECT * FROM old.audit WHERE id > (SELECT coalesce(max(id), 0) FROM main.audit)"
"""Of the same database only: there the same id is the same row."""

_ACTED_AS: Final = """
UPDATE main.tasks SET account = past.account FROM old.tasks AS past
WHERE past.id = main.tasks.id AND past.created_at = main.tasks.created_at AND past.attempt >= main.tasks.attempt
    AND coalesce(main.tasks.username, '') = '' AND main.tasks.status <> :completed AND instr(past.account, ':') > 0
"""
_DONE: Final = """
SELECT new.id, past.status, past.effect, past.end_time FROM main.tasks AS new JOIN old.tasks AS past
    ON past.id = new.id AND past.created_at = new.created_at
WHERE new.held = :held AND new.status <> :running
    AND (past.status = :completed OR past.effect IN (:intent, :sent, :confirmed, :unknown))
"""


class Replaced:
    """What the replaced database knows; nothing, where there is none or it cannot be read.

    `conn` is the new one, to which the old is attached as `old` where `attached`.
    """

    def __init__(self, conn: sqlite3.Connection, *, attached: bool, whole: bool) -> None:
        self._conn = conn
        self._attached = attached
        self._whole = whole
        same = attached and _lineage(conn, "old") == _lineage(conn, "main") is not None
        self._same = same
        self.is_successor = same and whole and self._went_on()
        """Whether it is the backup's own database, later and whole: then it knows all that was done since."""

    @property
    def is_another(self) -> bool:
        """Whether it is known to be another database, whose task folders say nothing of these tasks."""
        conn = self._conn
        known = self._attached and None not in (_lineage(conn, "old"), _lineage(conn, "main"))
        return known and not self._same

    def highest(self, table: str) -> int:
        """The largest id that it ever gave in this table, 0 where that is not known."""
        if not self._attached:
            return 0
        try:
            given = self._conn.execute("SELECT seq FROM old.sqlite_sequence WHERE name = ?", (table,)).fetchone()
        except sqlite3.DatabaseError:
            return 0
        return int(given[0]) if given else 0

    def carry_over(self) -> dict[str, int]:
        """Take over what only adds safety; how many rows of each table changed. What cannot be read is left out."""
        if not self._attached:
            return {}
        self._carry("media_uses", _RESERVED_HERE)
        self._carry("accounts", _DISABLED)
        statements = {**CARRIED, **({"audit": _AUDIT} if self._same else {})}
        carried = {table: self._carry(table, statement) for table, statement in statements.items()}
        return {table: n for table, n in carried.items() if n}

    def take_acting_accounts(self) -> None:
        """Tasks that name no account: as whom they acted since, so that they look as the same account."""
        if self._attached:
            self._carry("tasks", _ACTED_AS, {"completed": int(Status.COMPLETED)})

    def note_what_was_done(self) -> int:
        """Say so in the remark of each held task that it knows to be done, or perhaps done; how many those are."""
        if not self._attached:
            return 0
        words: dict[str, str | int] = {effect.name.lower(): effect.value for effect in Effect}
        words |= {"held": RESTORED_HOLD, "running": int(Status.RUNNING), "completed": int(Status.COMPLETED)}
        try:
            found = self._conn.execute(_DONE, words).fetchall()
        except sqlite3.DatabaseError as error:
            _log.warning("replaced_unreadable", table="tasks", why=str(error))
            return 0
        notes = [(_note(status, end), task_id) for task_id, status, _effect, end in found]
        self._conn.executemany("UPDATE tasks SET remark = trim(remark || ' ' || ?) WHERE id = ?", notes)
        return len(notes)

    def _carry(self, table: str, statement: str, values: Mapping[str, int] = {}) -> int:
        self._conn.execute("SAVEPOINT carried")
        try:
            count = self._conn.execute(statement, values).rowcount
        except sqlite3.DatabaseError as error:  # damaged, or of another schema
            _log.warning("replaced_unreadable", table=table, why=str(error))
            self._conn.execute("ROLLBACK TO carried")
            self.is_successor, count = False, 0
        self._conn.execute("RELEASE carried")
        return count

    def _went_on(self) -> bool:
        """Whether every id of the backup was given there too: a copy from before the backup knows nothing since."""
        given = self._conn.execute("SELECT name, seq FROM main.sqlite_sequence").fetchall()
        return all(self.highest(name) >= seq for name, seq in given)


@contextmanager
def opened(path: Path, conn: sqlite3.Connection) -> Generator[Replaced]:
    """The database at `path`, copied and attached to `conn` as far as it can be read; it is not changed."""
    with tempfile.TemporaryDirectory(prefix=".replaced-", dir=path.parent) as folder:
        copy = Path(folder) / path.name
        attached, whole = _copied(path, copy)
        if attached:
            conn.execute("ATTACH DATABASE ? AS old", (str(copy),))
        try:
            yield Replaced(conn, attached=attached, whole=whole)
        finally:
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            if attached:
                conn.execute("DETACH DATABASE old")


def _copied(path: Path, copy: Path) -> tuple[bool, bool]:
    """(whether there is a copy to read, whether it is whole)."""
    if not path.exists():
        return False, False
    try:
        backup.copy_pages(path, copy)
        with suppress(StoreError):  # what can be read of it as it is helps too
            database.migrate(copy)
        with closing(sqlite3.connect(copy)) as conn:
            conn.execute("SELECT count(*) FROM tasks").fetchone()
    except (sqlite3.Error, OSError) as error:
        _log.warning("replaced_unreadable", path=str(path), why=str(error))
        return False, False
    try:
        backup.examine(copy)
    except StoreError as error:
        _log.warning("replaced_damaged", path=str(path), why=str(error))
        return True, False
    return True, True


def _lineage(conn: sqlite3.Connection, schema: str) -> str | None:
    """By which copies of one database know each other; None where it cannot be read."""
    try:
        row = conn.execute(f"SELECT value FROM {schema}.settings WHERE key = 'lineage'").fetchone()  # noqa: S608
    except sqlite3.DatabaseError:
        return None
    return None if row is None else str(row[0])


def _note(status: int, end_time: int | None) -> str:
    if status != Status.COMPLETED or end_time is None:
        return remarks.RESTORED_PERHAPS
    return remarks.restored_done(from_micros(end_time))
