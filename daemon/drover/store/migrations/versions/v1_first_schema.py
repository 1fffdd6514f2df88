"""The first schema: v1_first_schema.sql, a snapshot that never follows later changes."""

import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "v1"
down_revision = None


def upgrade() -> None:
    for statement in _statements(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")):
        op.get_bind().exec_driver_sql(statement)
    _name_the_database()


def _statements(script: str) -> Iterator[str]:
    """One at a time: sqlite3's `executescript` would commit what the migration is to do whole or not at all."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _name_the_database() -> None:
    """Copies of one database know each other by its lineage."""
    lineage = sa.text("INSERT INTO settings (key, value) VALUES ('lineage', :value)")
    op.execute(lineage.bindparams(value=f'"{secrets.token_hex(16)}"'))
