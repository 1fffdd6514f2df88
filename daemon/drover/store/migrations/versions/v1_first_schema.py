"""The first schema, as a snapshot that never follows later changes; schema.py says what the columns mean."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "v1"
down_revision = None

COUNT = """
    INSERT INTO counters (serial, script_name, source, status, n)
    VALUES ({row}.serial, {row}.script_name, {row}.source, {row}.status, {by})
    ON CONFLICT (serial, script_name, source, status) DO UPDATE SET n = n + {by};
"""
"""One row changes its place; within the statement's transaction, whoever wrote it."""

COUNTING = {
    "tasks_inserted": ("AFTER INSERT ON tasks", [("NEW", 1)]),
    "tasks_deleted": ("AFTER DELETE ON tasks", [("OLD", -1)]),
    "tasks_moved": (
        "AFTER UPDATE OF serial, script_name, source, status ON tasks "
        "WHEN (OLD.serial, OLD.script_name, OLD.source, OLD.status) "
        "IS NOT (NEW.serial, NEW.script_name, NEW.source, NEW.status)",
        [("OLD", -1), ("NEW", 1)],
    ),
}

APPEND_ONLY = {
    "audit_no_update": "BEFORE UPDATE ON audit",
    "audit_no_delete": "BEFORE DELETE ON audit",
    # REPLACE removes rows without firing the trigger above.
    "audit_no_replace": "BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)",
}


def upgrade() -> None:
    for create in (
        _tasks,
        _attempts,
        _counters,
        _devices,
        _workers,
        _accounts,
        _logins,
        _account_use,
        _account_pauses,
        _pauses,
        _failure_rows,
        _events,
        _settings,
        _scripts,
        _idempotency,
        _intake,
        _intake_parts,
        _materials,
        _material_tags,
        _media_uses,
        _text_turns,
        _audit,
    ):
        create()
    for name, (when, counts) in COUNTING.items():
        body = "".join(COUNT.format(row=row, by=by) for row, by in counts)
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {body} END")
    for name, when in APPEND_ONLY.items():
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END")
    _name_the_database()


def _name_the_database() -> None:
    """Copies of one database know each other by its lineage."""
    lineage = sa.text("INSERT INTO settings (key, value) VALUES ('lineage', :value)")
    op.execute(lineage.bindparams(value=f'"{secrets.token_hex(16)}"'))


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("username", sa.String()),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("package", sa.String(), nullable=False),
        sa.Column("script_name", sa.String(), nullable=False),
        sa.Column("script_config", sa.Text(), nullable=False),
        sa.Column("media", sa.Text()),
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
        sa.Column("reconciliations", sa.Integer(), nullable=False),
        sa.Column("reconcile", sa.Boolean(), nullable=False),
        sa.Column("last_reason", sa.String()),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("account_queue", sa.String(), nullable=False),
        sa.Column("held", sa.String(), nullable=False),
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
        "ix_tasks_held",
        "tasks",
        ["retry_safe", "id", "status", "held"],
        sqlite_where=sa.text("status = 0 AND held <> ''"),
    )
    op.create_index(
        "ix_tasks_account_queue",
        "tasks",
        ["serial", "status", "account_queue", sa.text("priority DESC"), "id", "not_before"],
        sqlite_where=sa.text("status = 0"),
    )
    op.create_index(
        "ix_tasks_queue",
        "tasks",
        ["serial", "status", sa.text("priority DESC"), "id", "not_before", "account_queue"],
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
        sa.Column("reconcile", sa.Boolean(), nullable=False),
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
        sa.Column("counted_on", sa.String()),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_attempts_account_unknown",
        "attempts",
        ["account"],
        sqlite_where=sa.text("counted_on IS NOT NULL AND instr(account, '#') > 0"),
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
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.BigInteger()),
    )


def _workers() -> None:
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
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("package", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "platform"),
    )
    op.create_index("ix_accounts_disabled", "accounts", ["name", "platform"], sqlite_where=sa.text("enabled = 0"))
    op.create_index("ix_accounts_serial", "accounts", ["serial"])


def _logins() -> None:
    op.create_table(
        "logins",
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("package", sa.String(), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("app_version", sa.String(), nullable=False),
        sa.Column("learned_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("serial", "platform", "package"),
    )


def _account_use() -> None:
    op.create_table(
        "account_use",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("script_name", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "day", "script_name"),
    )


def _account_pauses() -> None:
    op.create_table(
        "account_pauses",
        sa.Column("account", sa.String(), primary_key=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )


def _pauses() -> None:
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


def _failure_rows() -> None:
    op.create_table(
        "failure_rows",
        sa.Column("serial", sa.String(), primary_key=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )


def _settings() -> None:
    op.create_table(
        "settings",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )


def _scripts() -> None:
    op.create_table(
        "scripts",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("spec", sa.Text(), nullable=False),
    )


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("task_ids", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])


def _intake() -> None:
    op.create_table(
        "intake",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("first_id", sa.Integer()),
        sa.Column("last_id", sa.Integer()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )


def _intake_parts() -> None:
    op.create_table(
        "intake_parts",
        sa.Column("intake_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tasks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("intake_id", "position"),
    )


def _materials() -> None:
    op.create_table(
        "materials",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("duration_s", sa.Float()),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_materials_kind", "materials", ["kind", "id"])
    op.create_index("ux_materials_sha256", "materials", ["sha256"], unique=True)


def _material_tags() -> None:
    op.create_table(
        "material_tags",
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("material_id", sa.Integer(), sa.ForeignKey("materials.id", ondelete="CASCADE"), nullable=False),
        sa.PrimaryKeyConstraint("tag", "material_id"),
    )
    op.create_index("ix_material_tags_material", "material_tags", ["material_id"])


def _media_uses() -> None:
    op.create_table(
        "media_uses",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("once", sa.Boolean(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_media_uses_key", "media_uses", ["key"])
    op.create_index("ix_media_uses_task", "media_uses", ["task_id"])
    op.create_index("ux_media_uses_account_key", "media_uses", ["account", "key"], unique=True)
    op.create_index("ux_media_uses_once", "media_uses", ["key"], unique=True, sqlite_where=sa.text("once = 1"))


def _text_turns() -> None:
    op.create_table(
        "text_turns",
        sa.Column("path", sa.String(), primary_key=True),
        sa.Column("turn", sa.Integer(), nullable=False),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("ids", sa.Text(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
