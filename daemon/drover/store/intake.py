"""Requests with so many tasks that storing them in one transaction would hold the writer: all are stored, or none.

They are written down first, in parts that nothing else reads; one short transaction then accepts the request: it gives
the ids away and remembers the idempotency key. From there on the tasks exist: each part is stored as tasks and removed
in one transaction, after a crash by the next start. The dispatcher begins none of them before the last is stored
(queue.py), so their order and pauses are those of tasks stored in one moment. What was written down and not accepted is
removed at the start.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from drover.policy.records import NewTask
from drover.store import audit, idempotency, tasks
from drover.store.schema import intake, intake_parts
from drover.store.steps import Step

PART: Final = 100
"""Tasks in one part: a few ms to store, however slow the disk."""

_ENCODER: Final = msgspec.json.Encoder()
_PART: Final = msgspec.json.Decoder(list[NewTask])


def parts_of(new: Sequence[NewTask]) -> list[str]:
    """The request's tasks as they are written down."""
    return [_ENCODER.encode(new[at : at + PART]).decode() for at in range(0, len(new), PART)]


def read_part(part: str) -> list[NewTask]:
    """The tasks of one part."""
    return _PART.decode(part)


def add(
    conn: Connection,
    new: Sequence[NewTask],
    *,
    now: datetime,
    key: str | None,
    digest: str,
    audit_columns: Callable[[list[int]], dict[str, Any]] | None,
) -> list[int]:
    """Store the few tasks of a request, as tasks.insert, with its audit row where it has one."""
    ids = tasks.insert(conn, new, now=now, key=key, digest=digest)
    if audit_columns is not None:
        audit.append(conn, audit_columns(ids), at=now)
    return ids


def begin(conn: Connection, *, now: datetime) -> int:
    """A request that is about to be written down; its id."""
    opened = conn.execute(insert(intake).values(first_id=None, last_id=None, created_at=now))
    return int(opened.inserted_primary_key[0])  # type: ignore[index]


def write_down(conn: Connection, at: int, size: int, *, intake_id: int, parts: Sequence[str]) -> Step[None]:
    """A step: some more of its parts."""
    some = range(at, min(at + max(1, size // PART), len(parts)))
    rows = [{"intake_id": intake_id, "position": i, "tasks": parts[i]} for i in some]
    conn.execute(insert(intake_parts), rows)
    return Step(None, len(some) * PART, some.stop if some.stop < len(parts) else None)


def accept(conn: Connection, intake_id: int, count: int, *, now: datetime, key: str | None, digest: str) -> list[int]:
    """Accept the request; the ids of its tasks. Where its key was answered before, those of then, and this one is void.

    Raises IdempotencyConflictError.
    """
    if key is not None and (first := idempotency.answered(conn, key, digest, now=now)) is not None:
        return first
    first_id = tasks.reserve_ids(conn, count)
    ids = list(range(first_id, first_id + count))
    conn.execute(update(intake).where(intake.c.id == intake_id).values(first_id=first_id, last_id=ids[-1]))
    if key is not None:
        idempotency.keep(conn, key, digest, ids, now=now)
    return ids


def store_parts(conn: Connection, _at: int, size: int, *, first_id: int) -> Step[int]:
    """A step: some more parts of an accepted request become tasks; how many. Harmless for one that is stored whole."""
    taken = conn.execute(select(intake).where(intake.c.first_id == first_id)).first()
    if taken is None:
        return Step(0, 0, None)
    of_it = intake_parts.c.intake_id == taken.id
    query = select(intake_parts).where(of_it).order_by(intake_parts.c.position).limit(max(1, size // PART))
    parts = conn.execute(query).all()
    stored = 0
    for part in parts:
        new = read_part(part.tasks)
        tasks.insert_as(conn, new, first_id + part.position * PART, now=taken.created_at)
        stored += len(new)
    if parts:
        conn.execute(delete(intake_parts).where(of_it, intake_parts.c.position <= parts[-1].position))
        return Step(stored, stored, 0)
    conn.execute(delete(intake).where(intake.c.id == taken.id))
    return Step(0, 0, None)


def drop(conn: Connection, _at: int, size: int, *, intake_id: int) -> Step[None]:
    """A step: remove what was written down of a request. Does nothing to one that was accepted."""
    void = conn.execute(select(intake.c.id).where(intake.c.id == intake_id, intake.c.first_id.is_(None))).first()
    if void is None:
        return Step(None, 0, None)
    of_it = intake_parts.c.intake_id == intake_id
    first = conn.execute(select(func.min(intake_parts.c.position)).where(of_it)).scalar()
    if first is None:
        conn.execute(delete(intake).where(intake.c.id == intake_id))
        return Step(None, 0, None)
    count = max(1, size // PART)
    conn.execute(delete(intake_parts).where(of_it, intake_parts.c.position < first + count))
    return Step(None, count * PART, 0)


def unfinished(conn: Connection) -> tuple[list[int], list[int]]:
    """What a crash left: the first ids of accepted requests, the intake ids of those that were not."""
    rows = conn.execute(select(intake.c.id, intake.c.first_id).order_by(intake.c.id)).all()
    return [row.first_id for row in rows if row.first_id], [row.id for row in rows if row.first_id is None]


def finish_all(conn: Connection) -> None:
    """What a copy was made in the middle of: accepted requests become tasks, what was only written down is removed.

    In one transaction: of a database that no one else uses.
    """
    accepted, _void = unfinished(conn)
    for first_id in accepted:
        while store_parts(conn, 0, PART, first_id=first_id).next is not None:
            continue
    conn.execute(delete(intake_parts))
    conn.execute(delete(intake))


def is_open(conn: Connection) -> bool:
    """Whether any request is accepted and not stored whole yet."""
    return conn.execute(select(intake.c.id).where(intake.c.first_id.is_not(None)).limit(1)).first() is not None
