"""The database: tables, migrations and queries. Nothing else touches it."""

from drover.store.errors import (
    ConflictError,
    IdempotencyConflictError,
    NotFoundError,
    StoreError,
    StoreUnavailableError,
)
from drover.store.store import Store

__all__ = [
    "ConflictError",
    "IdempotencyConflictError",
    "NotFoundError",
    "Store",
    "StoreError",
    "StoreUnavailableError",
]
