"""Accounts with package and note, by name in any case; lanes of pending tasks; use and pauses of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for change in (_accounts, _lanes, _pace):
        change()


def _accounts() -> None:
    op.rename_table("accounts", "accounts_before")
    op.drop_index("ix_accounts_serial")
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("package", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "platform"),
    )
    op.create_index("ix_accounts_serial", "accounts", ["serial"])
    # Names that differ in case only were the same account: the last one written down stays.
    op.execute(
        "INSERT OR REPLACE INTO accounts (name, platform, username, serial, enabled, package, note) "
        "SELECT lower(username), platform, username, serial, enabled, '', '' FROM accounts_before ORDER BY rowid"
    )
    op.drop_table("accounts_before")


def _lanes() -> None:
    op.add_column("tasks", sa.Column("lane", sa.String(), nullable=False, server_default=""))
    op.execute(
        "UPDATE tasks SET lane = script_name || ':' || platform || "
        "CASE WHEN coalesce(username, '') = '' THEN '#' || serial ELSE '@' || lower(username) END "
        "WHERE status = 0 AND NOT settle"
    )
    op.drop_index("ix_tasks_queue")
    op.create_index(
        "ix_tasks_queue",
        "tasks",
        ["serial", "status", sa.text("priority DESC"), "id", "not_before", "lane"],
        sqlite_where=sa.text("status = 0"),
    )
    op.create_index(
        "ix_tasks_lane",
        "tasks",
        ["serial", "status", "lane", sa.text("priority DESC"), "id", "not_before"],
        sqlite_where=sa.text("status = 0"),
    )


def _pace() -> None:
    op.add_column("attempts", sa.Column("counted_on", sa.String()))
    op.create_table(
        "account_use",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("script_name", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "day", "script_name"),
    )
    op.create_table(
        "account_pauses",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
