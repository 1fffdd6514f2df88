"""The first schema: tasks with their counters, attempts, devices, workers, accounts, events, settings, idempotency."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

COUNT = """
    INSERT INTO counters (serial, script_name, source, status, n)
    VALUES ({row}.serial, {row}.script_name, {row}.source, {row}.status, {by})
    ON CONFLICT (serial, script_name, source, status) DO UPDATE SET n = n + {by};
"""
"""One row changes its place; within the statement's transaction, whoever wrote it."""

TRIGGERS = {
    "tasks_inserted": ("AFTER INSERT ON tasks", [("NEW", 1)]),
    "tasks_deleted": ("AFTER DELETE ON tasks", [("OLD", -1)]),
    "tasks_moved": (
        "AFTER UPDATE OF serial, script_name, source, status ON tasks "
        "WHEN (OLD.serial, OLD.script_name, OLD.source, OLD.status) "
        "IS NOT (NEW.serial, NEW.script_name, NEW.source, NEW.status)",
        [("OLD", -1), ("NEW", 1)],
    ),
}


def upgrade() -> None:
    for create in (_tasks, _attempts, _counters, _devices, _accounts, _events, _small):
        create()
    for name, (when, counts) in TRIGGERS.items():
        body = "".join(COUNT.format(row=row, by=by) for row, by in counts)
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {body} END")


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("username", sa.String()),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("package", sa.String(), nullable=False),
        sa.Column("script_name", sa.String(), nullable=False),
        sa.Column("script_config", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("retry_safe", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("scheduled_at", sa.BigInteger()),
        sa.Column("start_time", sa.BigInteger()),
        sa.Column("end_time", sa.BigInteger()),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("pause_s", sa.Float(), nullable=False),
        sa.Column("retry_count", sa.Integer(), nullable=False),
        sa.Column("max_retry_count", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("settling", sa.Integer(), nullable=False),
        sa.Column("settle", sa.Boolean(), nullable=False),
        sa.Column("last_reason", sa.String()),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tasks_due", "tasks", ["status", "not_before"], sqlite_where=sa.text("status = 0"))
    op.create_index(
        "ix_tasks_group",
        "tasks",
        ["group_id", "serial", "status", sa.text("priority DESC"), "id"],
        sqlite_where=sa.text("status = 0 AND group_id <> ''"),
    )
    op.create_index(
        "ix_tasks_queue",
        "tasks",
        ["serial", "status", sa.text("priority DESC"), "id", "not_before"],
        sqlite_where=sa.text("status = 0"),
    )
    op.create_index("ix_tasks_script_name", "tasks", ["script_name", "id"])
    op.create_index("ix_tasks_serial", "tasks", ["serial", "id"])
    op.create_index("ix_tasks_serial_status", "tasks", ["serial", "status", "id"])
    op.create_index("ix_tasks_source", "tasks", ["source", "id"])
    op.create_index("ix_tasks_status", "tasks", ["status", "id"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("task_id", sa.Integer(), sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.Column("settle", sa.Boolean(), nullable=False),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("intent_at", sa.BigInteger()),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("confirmed_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("decision", sa.String()),
        sa.Column("reason", sa.String()),
        sa.Column("remark", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempts_open", "attempts", ["id"], sqlite_where=sa.text("ended_at IS NULL"))
    op.create_index("ix_attempts_task", "attempts", ["task_id"])


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("script_name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("serial", "script_name", "source", "status"),
    )


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("serial", sa.String(), primary_key=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.BigInteger()),
    )
    op.create_table(
        "workers",
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("pid", "started_at"),
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("username", "platform"),
    )
    op.create_index("ix_accounts_serial", "accounts", ["serial"])


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )


def _small() -> None:
    op.create_table(
        "settings",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
    op.create_table(
        "idempotency",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("task_ids", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])
