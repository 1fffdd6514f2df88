"""The events that are kept: appended in the transaction of their change, never changed; the oldest are deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, func, select

from drover.store.batch import BatchInsert
from drover.store.committed import COMMITTED
from drover.store.schema import events
from drover.store.steps import Step
from drover.wire.events import Event, EventBody, TaskChanged
from drover.wire.tasks import Task

_BODY: msgspec.json.Decoder[EventBody] = msgspec.json.Decoder(EventBody)
_ENCODER: Final = msgspec.json.Encoder()
_INSERT: Final = BatchInsert(events)


def append(conn: Connection, body: EventBody, *, now: datetime) -> int:
    """Keep one event; its id is greater than every one before."""
    return append_all(conn, [body], now=now)[0]


def append_all(conn: Connection, bodies: Sequence[EventBody], *, now: datetime) -> list[int]:
    """Keep many events in their order; their ids. Once committed, they are handed on to the store's followers."""
    ids = _INSERT.run(conn, [{"at": now, "body": _ENCODER.encode(body).decode()} for body in bodies])
    committed: list[Event] | None = conn.info.get(COMMITTED)
    if committed is not None:
        committed.extend(Event(id=event_id, at=now, body=body) for event_id, body in zip(ids, bodies, strict=True))
    return ids


def changed(conn: Connection, changed_tasks: Sequence[Task], *, now: datetime) -> None:
    """Keep that these tasks were created or changed their status."""
    append_all(conn, [TaskChanged(task=task) for task in changed_tasks], now=now)


def after(conn: Connection, event_id: int, limit: int) -> list[Event]:
    """The kept events that came after this id, oldest first, at most `limit`."""
    query = select(events).where(events.c.id > event_id).order_by(events.c.id).limit(limit)
    return [Event(id=row.id, at=row.at, body=_BODY.decode(row.body)) for row in conn.execute(query)]


def last_id(conn: Connection) -> int:
    """The newest id, 0 before the first event."""
    return conn.execute(select(func.max(events.c.id))).scalar() or 0


def drop(conn: Connection, _at: int, size: int, *, before: datetime) -> Step[int]:
    """A step: delete some of the oldest events; how many. The newest stays: it says where to go on."""
    query = select(events.c.id, events.c.at).where(events.c.id < last_id(conn)).order_by(events.c.id).limit(size)
    gone = [row.id for row in conn.execute(query) if row.at < before]
    if gone:
        conn.execute(delete(events).where(events.c.id <= gone[-1]))
    return Step(len(gone), len(gone), 0 if len(gone) == size else None)
