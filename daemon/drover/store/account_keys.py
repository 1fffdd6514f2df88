"""The one list of what is kept by account key, and how two keys that turn out to be one account become one.

A table that is keyed by account adds its rule to `merge_keys`.
"""

from sqlalchemy import Connection, text

from drover.store import pauses
from drover.wire.holds import PauseSubject

_ADD_USE = text("""
INSERT INTO account_use (account, day, script_name, n)
SELECT :new, day, script_name, n FROM account_use WHERE account = :old
ON CONFLICT (account, day, script_name) DO UPDATE SET n = account_use.n + excluded.n
""")
_LATER_PAUSE = text("""
INSERT INTO account_pauses (account, until) SELECT :new, until FROM account_pauses WHERE account = :old
ON CONFLICT (account) DO UPDATE SET until = max(account_pauses.until, excluded.until)
""")
_RESERVED_TWICE = text("""
DELETE FROM media_uses WHERE account IN (:old, :new) AND state = 'reserved' AND EXISTS (
    SELECT 1 FROM media_uses AS other
    WHERE other.key = media_uses.key AND other.account IN (:old, :new) AND other.account <> media_uses.account
    AND (other.state <> 'reserved' OR (media_uses.account = :old))
)
""")
"""Of one file under both keys what was used stays; of two reservations that of the known account."""

_USED_TWICE = text("""
DELETE FROM media_uses WHERE account = :old AND key IN (SELECT key FROM media_uses WHERE account = :new)
""")
_MOVE_USES = text("UPDATE media_uses SET account = :new WHERE account = :old")
_MOVE_ATTEMPTS = text("""
UPDATE attempts SET account = :new WHERE account = :old AND counted_on IS NOT NULL AND instr(account, '#') > 0
""")
"""So that what is counted back finds the row; the index holds only attempts whose account is not known."""

_FORGET_USE = text("DELETE FROM account_use WHERE account = :old")
_FORGET_PAUSE = text("DELETE FROM account_pauses WHERE account = :old")

_STEPS = (_ADD_USE, _LATER_PAUSE, _RESERVED_TWICE, _USED_TWICE, _MOVE_USES, _MOVE_ATTEMPTS, _FORGET_USE, _FORGET_PAUSE)


def merge_keys(conn: Connection, old: str, new: str) -> None:
    """Everything that is kept under the old key is the new key's: uses of a day add up, the longer pause wins, between
    tasks as by trouble or a person, and a file that either used is used.

    Call it in the transaction that learns that both are one account.
    """
    if old == new:
        return
    for step in _STEPS:
        conn.execute(step, {"old": old, "new": new})
    pauses.move(conn, PauseSubject.ACCOUNT, old, new)
