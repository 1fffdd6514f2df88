"""Pauses of accounts and phones, rows of failures of phones, and a lane also for tasks that only look."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_LOOKING = "status = 0 AND settle AND lane = ''"


def upgrade() -> None:
    op.create_table(
        "pauses",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("task_id", sa.Integer()),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("kind", "key", "by"),
    )
    op.create_index("ix_pauses_active", "pauses", ["kind", "key"], sqlite_where=sa.text("active = 1"))
    op.create_table(
        "failure_rows",
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("serial"),
    )
    op.create_index("ix_accounts_disabled", "accounts", ["name", "platform"], sqlite_where=sa.text("enabled = 0"))
    # Tasks that look were in no lane; their account's pauses hold them from now on. The key is that of policy.pace.
    op.execute(
        "UPDATE tasks SET lane = '?:' || platform || "  # noqa: S608 - no value in it
        "CASE WHEN coalesce(username, '') = '' THEN '#' || serial ELSE ':' || lower(ltrim(username, '@')) END "
        f"WHERE {_LOOKING}"
    )
