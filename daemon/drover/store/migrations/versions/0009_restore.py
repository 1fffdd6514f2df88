"""Tasks that are held since a backup was restored, and a name by which copies of one database know each other."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("tasks", sa.Column("held", sa.String(), nullable=False, server_default=""))
    op.create_index(
        "ix_tasks_held",
        "tasks",
        ["retry_safe", "id", "status", "held"],
        sqlite_where=sa.text("status = 0 AND held <> ''"),
    )
    lineage = sa.text("INSERT INTO settings (key, value) VALUES ('lineage', :value)")
    op.execute(lineage.bindparams(value=f'"{secrets.token_hex(16)}"'))
