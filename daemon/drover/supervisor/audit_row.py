"""The audit row of the request that is carried out, stored with the request's change: one commit takes both.

What stores nothing, or refuses, leaves the row to the audit itself (api/audit.py).
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from drover.wire.control import ResponseBody


@dataclass
class AuditRow:
    """`columns` gives the row of a request that succeeded with this answer; `stored`, that a transaction took it."""

    columns: Callable[[ResponseBody], dict[str, Any]]
    stored: bool = False

    def taken_with(self, answer: ResponseBody) -> dict[str, Any]:
        """The row, for the transaction that stores it with what the request changed."""
        self.stored = True
        return self.columns(answer)


_current: ContextVar[AuditRow | None] = ContextVar("audit_row", default=None)


@contextmanager
def pending(row: AuditRow) -> Generator[None]:
    """Within the block, and in tasks that are created there, this is the request's row."""
    token = _current.set(row)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> AuditRow | None:
    """The row that waits to be stored; None where no request is carried out."""
    return _current.get()
