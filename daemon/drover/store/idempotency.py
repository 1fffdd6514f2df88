"""Which ids a key was answered with. Kept for 24 h."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from drover.store.errors import IdempotencyConflictError
from drover.store.schema import idempotency

KEPT: Final = timedelta(hours=24)


CLEANED: Final = 20
"""Old keys that each new request takes away: more than one, so that they become fewer, and few, so that it is quick."""


def answered(conn: Connection, key: str, digest: str, *, now: datetime) -> list[int] | None:
    """The ids of the first answer; None for a new key. Raises IdempotencyConflictError for another digest."""
    mine = (idempotency.c.key == key) & (idempotency.c.created_at > now - KEPT)
    row = conn.execute(select(idempotency).where(mine)).first()
    if row is None:
        return None
    if row.digest != digest:
        raise IdempotencyConflictError(key)
    ids: list[int] = row.task_ids
    return ids


def keep(conn: Connection, key: str, digest: str, task_ids: Sequence[int], *, now: datetime) -> None:
    """Remember the answer to a new key; some of the old ones go."""
    age = idempotency.c.created_at
    old = select(idempotency.c.key).where(age <= now - KEPT).order_by(age).limit(CLEANED)
    conn.execute(delete(idempotency).where(idempotency.c.key.in_(old) | (idempotency.c.key == key)))
    conn.execute(insert(idempotency).values(key=key, digest=digest, task_ids=list(task_ids), created_at=now))
