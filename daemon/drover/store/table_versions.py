"""Notices which of a few tables a writing connection changes, whatever statement does it, by triggers of its own.

What the daemon keeps in memory of such a table is good for as long as the table's version stays the same.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Final

KEPT_IN_MEMORY: Final = ("accounts",)
"""Tables that are read with every request and seldom change."""

_CHANGES: Final = ("INSERT", "UPDATE", "DELETE")


class TableVersions:
    """A number for each table, raised by each transaction that changed it."""

    def __init__(self) -> None:
        self._versions: Counter[str] = Counter()
        self._changed: set[str] = set()

    def watch(self, driver: sqlite3.Connection) -> None:
        """Notice what this connection changes; the triggers live as long as it does, and in no file."""
        driver.create_function("drover_changed", 1, self._changed.add)
        for table in KEPT_IN_MEMORY:
            for change in _CHANGES:
                driver.execute(
                    f"CREATE TEMP TRIGGER IF NOT EXISTS {table}_{change} AFTER {change} ON main.{table} "
                    f"BEGIN SELECT drover_changed('{table}'); END"
                )

    def committed(self) -> None:
        """The transaction is durable; called before any answer goes out."""
        for table in self._changed:
            self._versions[table] += 1
        self._changed.clear()

    def of(self, tables: Iterable[str]) -> tuple[int, ...]:
        """The versions of these tables now."""
        return tuple(self._versions[table] for table in tables)
