"""Who changed what: appended, never changed or removed; the database itself refuses that."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from drover.store.batch import BatchInsert
from drover.store.schema import audit
from drover.wire.control import AuditEntry

_INSERT: Final = BatchInsert(audit)


def append(conn: Connection, columns: dict[str, Any], *, at: datetime) -> None:
    """Keep one entry; the columns are the fields of AuditEntry but the id."""
    _INSERT.run(conn, [{"at": at, **columns}])


def page(conn: Connection, *, before: int | None, limit: int) -> list[AuditEntry]:
    """The newest entries, or the newest that came before an id; newest first."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    return [AuditEntry(**row) for row in conn.execute(query).mappings()]
