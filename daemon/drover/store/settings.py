"""Small values that outlive the daemon, by name, as JSON."""

from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from drover.store.schema import settings

RECONCILING_PLUGINS: Final = "reconciling_plugins"
"""Plugins whose attempts may be repeated, as known last: by name, true or false."""


def get(conn: Connection, key: str, default: Any = None) -> Any:
    """The value put last under this key."""
    row = conn.execute(select(settings.c.value).where(settings.c.key == key)).first()
    return default if row is None else row.value


def put(conn: Connection, key: str, value: Any) -> None:
    """Keep a value of JSON's types under this key."""
    statement = insert(settings).values(key=key, value=value)
    conn.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value}))
