"""Who changed what."""

from datetime import datetime
from typing import Any

import msgspec


class ListAudit(msgspec.Struct, frozen=True, kw_only=True, tag="list_audit"):
    """What was changed by whom, newest first; with `before`, only what came before that id."""

    limit: int = 50
    before: int | None = None


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One call that was to change something. `code` is 0 where it was carried out; `ids` are what it was about."""

    id: int
    at: datetime
    uid: int
    pid: int
    client: str
    address: str
    token_id: str
    route: str
    action: str
    ids: dict[str, Any]
    code: int


class AuditPage(msgspec.Struct, frozen=True, kw_only=True, tag="audit_page"):
    """Entries, newest first."""

    entries: list[AuditEntry]
