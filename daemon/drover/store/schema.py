"""The tables as the queries see them. The migrations make them; a test compares both."""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from drover.store.types import Json, Stamp
from drover.wire.custom import CommandSpec
from drover.wire.devices import DeviceFacts, Identity
from drover.wire.media import MediaFile, TaskMedia

REVISION: Final = "v1"
"""The migration that this code is written for."""

metadata: Final = MetaData()

_PENDING: Final = text("status = 0")

tasks: Final = Table(
    "tasks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("serial", String, nullable=False),
    Column("username", String),
    Column("account", String, nullable=False),  # policy.pace.account_key; "" until it begins unnamed
    Column("platform", String, nullable=False),
    Column("package", String, nullable=False),
    Column("script_name", String, nullable=False),
    Column("script_config", Json(dict[str, Any]), nullable=False),
    Column("media", Json(TaskMedia | None)),  # what the newest attempt of a task that publishes took
    Column("source", String, nullable=False),
    Column("group_id", String, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("status", Integer, nullable=False),
    Column("reason", String),
    Column("remark", Text, nullable=False),
    Column("effect", String, nullable=False),
    Column("retry_safe", Boolean, nullable=False),
    Column("created_at", Stamp, nullable=False),
    Column("scheduled_at", Stamp),
    Column("start_time", Stamp),
    Column("end_time", Stamp),
    Column("not_before", Stamp, nullable=False),  # eligible from then on; 1970 for at once
    Column("pause_s", Float, nullable=False),  # waited after an attempt of its group on its device
    Column("retry_count", Integer, nullable=False),
    Column("max_retry_count", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),  # attempts ever begun
    Column("tries", Integer, nullable=False),  # of them in this round; a manual retry begins a new one
    Column("reconciliations", Integer, nullable=False),  # of those the ones that began by looking
    Column("reconcile", Boolean, nullable=False),  # an earlier attempt may have had its effect
    Column("last_reason", String),  # why the last attempt ended, while another may follow
    Column("progress", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("evidence", Json(list[str]), nullable=False),
    Column("account_queue", String, nullable=False),  # policy.pace: tasks that are held back together
    Column("held", String, nullable=False),  # policy.pace.RESTORED_HOLD, or "": nothing holds it
    # In the order of ids within each filter of GET /task.
    Index("ix_tasks_status", "status", "id"),
    Index("ix_tasks_serial", "serial", "id"),
    Index("ix_tasks_script_name", "script_name", "id"),
    Index("ix_tasks_source", "source", "id"),
    Index("ix_tasks_serial_status", "serial", "status", "id"),
    # Pending tasks only, so that history costs nothing: each device's queue in order, what becomes due, and groups.
    # `status` stands in them although it is always 0: without it SQLite does not see that the index alone is enough.
    Index(
        "ix_tasks_queue",
        "serial",
        "status",
        text("priority DESC"),
        "id",
        "not_before",
        "account_queue",
        sqlite_where=_PENDING,
    ),
    Index(
        "ix_tasks_account_queue",
        "serial",
        "status",
        "account_queue",
        text("priority DESC"),
        "id",
        "not_before",
        sqlite_where=_PENDING,
    ),
    Index("ix_tasks_due", "status", "not_before", sqlite_where=_PENDING),
    Index(
        "ix_tasks_group",
        "group_id",
        "serial",
        "status",
        text("priority DESC"),
        "id",
        sqlite_where=text("status = 0 AND group_id <> ''"),
    ),
    # Empty unless a backup was restored; how many of them can begin by looking is asked with each status.
    Index("ix_tasks_held", "retry_safe", "id", "status", "held", sqlite_where=text("status = 0 AND held <> ''")),
    sqlite_autoincrement=True,  # a deleted task's id is never given again: folders and links carry it
)

attempts: Final = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),  # the fence
    Column("task_id", Integer, ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("serial", String, nullable=False),
    Column("boot_id", String, nullable=False),
    Column("reconcile", Boolean, nullable=False),
    Column("effect", String, nullable=False),  # the furthest that this attempt recorded
    Column("what", Text, nullable=False),  # what the commit tap was to do
    Column("evidence", Json(list[str]), nullable=False),
    Column("began_at", Stamp, nullable=False),
    Column("intent_at", Stamp),
    Column("sent_at", Stamp),
    Column("confirmed_at", Stamp),
    Column("ended_at", Stamp),
    Column("decision", String),  # complete, fail or requeue
    Column("reason", String),
    Column("remark", Text, nullable=False),
    Column("counted_on", String),  # the local day on which its effect counts for its account's limit
    Column("account", String, nullable=False),  # policy.pace.account_key: whose limit that is
    Column("files", Integer, nullable=False),  # how many were reserved for it
    Index("ix_attempts_task", "task_id"),
    Index("ix_attempts_open", "id", sqlite_where=text("ended_at IS NULL")),
    Index(
        "ix_attempts_account_unknown",
        "account",
        sqlite_where=text("counted_on IS NOT NULL AND instr(account, '#') > 0"),
    ),
    sqlite_autoincrement=True,  # a fence is never given again
)

counters: Final = Table(
    "counters",
    metadata,
    Column("serial", String, nullable=False),
    Column("script_name", String, nullable=False),
    Column("source", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("n", BigInteger, nullable=False),
    PrimaryKeyConstraint("serial", "script_name", "source", "status"),
)

BLOCK: Final = 2048
"""Ids of one block; the triggers say it as a shift."""

task_blocks: Final = Table(
    "task_blocks",
    metadata,
    Column("block", Integer, nullable=False),  # id // BLOCK
    Column("status", Integer, nullable=False),
    Column("script_name", String, nullable=False),
    Column("source", String, nullable=False),
    Column("n", Integer, nullable=False),  # never 0: such a row is deleted
    PrimaryKeyConstraint("block", "status", "script_name", "source"),
    sqlite_with_rowid=False,
)

devices: Final = Table(
    "devices",
    metadata,
    Column("serial", String, primary_key=True),
    Column("identity", Json(Identity), nullable=False),  # what the phone answered last
    Column("facts", Json(DeviceFacts), nullable=False),
    Column("tags", Json(list[str]), nullable=False),
    Column("note", Text, nullable=False),
    Column("last_seen", Stamp),
)

workers: Final = Table(
    "workers",
    metadata,
    Column("pid", Integer, nullable=False),
    Column("started_at", Float, nullable=False),  # of the process, in seconds since 1970 as the kernel says
    Column("serial", String, nullable=False),
    Column("boot_id", String, nullable=False),
    PrimaryKeyConstraint("pid", "started_at"),
)

accounts: Final = Table(
    "accounts",
    metadata,
    Column("name", String, nullable=False),  # the username in lower case
    Column("platform", String, nullable=False),
    Column("username", String, nullable=False),
    Column("serial", String, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("package", String, nullable=False),  # of a clone; "" is the app itself
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("name", "platform"),
    Index("ix_accounts_serial", "serial"),
    Index("ix_accounts_disabled", "name", "platform", sqlite_where=text("enabled = 0")),
)

logins: Final = Table(
    "logins",
    metadata,
    Column("serial", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("package", String, nullable=False),  # as it is installed, a clone's too
    Column("main", Boolean, nullable=False),  # the app that a task without a package gets
    Column("username", String, nullable=False),  # as the app shows it
    Column("source", String, nullable=False),
    Column("app_version", String, nullable=False),  # when that was seen; "" for a clone
    Column("learned_at", Stamp, nullable=False),
    PrimaryKeyConstraint("serial", "platform", "package"),
)

account_use: Final = Table(
    "account_use",
    metadata,
    Column("account", String, nullable=False),  # policy.pace.account_key
    Column("day", String, nullable=False),  # local, "YYYY-MM-DD"
    Column("script_name", String, nullable=False),
    Column("n", Integer, nullable=False),
    PrimaryKeyConstraint("account", "day", "script_name"),
)

account_pauses: Final = Table(
    "account_pauses",
    metadata,
    Column("account", String, nullable=False),
    Column("until", Stamp, nullable=False),
    PrimaryKeyConstraint("account"),
)

pauses: Final = Table(
    "pauses",
    metadata,
    Column("kind", String, nullable=False),  # wire.holds.PauseSubject
    Column("key", String, nullable=False),  # policy.pace.account_key, or a serial
    Column("by", String, nullable=False),  # drover or person: each has its own pause
    Column("active", Boolean, nullable=False),  # False once resumed; the row stays for what it counts
    Column("reason", String, nullable=False),
    Column("words", Text, nullable=False),
    Column("serial", String, nullable=False),  # the phone where the trouble was seen
    Column("task_id", Integer),
    Column("since", Stamp, nullable=False),
    Column("until", Stamp),  # None: until it is resumed
    Column("times", Integer, nullable=False),  # how often within a week, for pauses that grow
    Column("counted_at", Stamp),
    PrimaryKeyConstraint("kind", "key", "by"),
    Index("ix_pauses_active", "kind", "key", sqlite_where=text("active = 1")),
)

failure_rows: Final = Table(
    "failure_rows",
    metadata,
    Column("serial", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("serial"),
)

events: Final = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Stamp, nullable=False),
    Column("body", Text, nullable=False),  # wire.events.EventBody as JSON
    sqlite_autoincrement=True,  # Last-Event-ID must never mean another event
)

settings: Final = Table(
    "settings",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Json(), nullable=False),
)

scripts: Final = Table(
    "scripts",
    metadata,
    Column("name", String, primary_key=True),
    Column("spec", Json(CommandSpec), nullable=False),
)

idempotency: Final = Table(
    "idempotency",
    metadata,
    Column("key", String, primary_key=True),
    Column("digest", String, nullable=False),
    Column("task_ids", Json(list[int]), nullable=False),
    Column("created_at", Stamp, nullable=False),
    Index("ix_idempotency_created_at", "created_at"),
)

intake: Final = Table(
    "intake",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("first_id", Integer),  # of its tasks, once the request is accepted
    Column("last_id", Integer),
    Column("created_at", Stamp, nullable=False),
)

intake_parts: Final = Table(
    "intake_parts",
    metadata,
    Column("intake_id", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("tasks", Text, nullable=False),  # policy.records.NewTask as JSON, a list
    PrimaryKeyConstraint("intake_id", "position"),
)

materials: Final = Table(
    "materials",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),  # what its user calls it
    Column("path", String, nullable=False),  # of its copy, within the library's folder
    Column("sha256", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("duration_s", Float),
    Column("tags", Json(list[str]), nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", Stamp, nullable=False),
    Index("ux_materials_sha256", "sha256", unique=True),
    Index("ix_materials_kind", "kind", "id"),
    sqlite_autoincrement=True,
)

material_tags: Final = Table(
    "material_tags",
    metadata,
    Column("tag", String, nullable=False),
    Column("material_id", Integer, ForeignKey("materials.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("tag", "material_id"),
    Index("ix_material_tags_material", "material_id"),
)

media_uses: Final = Table(
    "media_uses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", String, nullable=False),  # policy.pace.account_key; `group:ID` for the files of a request's list
    Column("key", String, nullable=False),  # of the file's content: sha256:HEX, or file:PATH:SIZE:MTIME in a folder
    Column("task_id", Integer, nullable=False),  # outlives its task: what was published stays published
    Column("position", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("file", Json(MediaFile), nullable=False),
    Column("state", String, nullable=False),
    Column("at", Stamp, nullable=False),
    Column("once", Boolean, nullable=False),  # chosen under `reuse = "once"`: for no one else
    # The backstop of the choice: whatever else goes wrong, no account has one file twice, nor two one that is once.
    Index("ux_media_uses_account_key", "account", "key", unique=True),
    Index("ux_media_uses_once", "key", unique=True, sqlite_where=text("once = 1")),
    Index("ix_media_uses_key", "key"),
    Index("ix_media_uses_task", "task_id"),
    sqlite_autoincrement=True,
)

text_turns: Final = Table(
    "text_turns",
    metadata,
    Column("path", String, nullable=False),  # of a file of texts next to media
    Column("turn", Integer, nullable=False),  # how many lines were given to tasks
    PrimaryKeyConstraint("path"),
)

audit: Final = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Stamp, nullable=False),
    Column("uid", Integer, nullable=False),  # of the process at the control socket, as the kernel tells
    Column("pid", Integer, nullable=False),
    Column("client", String, nullable=False),  # what it calls itself
    Column("address", String, nullable=False),  # for whom the gateway asked
    Column("token_id", String, nullable=False),
    Column("route", String, nullable=False),
    Column("action", String, nullable=False),
    Column("ids", Json(dict[str, Any]), nullable=False),
    Column("code", Integer, nullable=False),  # 0 where it was carried out
    sqlite_autoincrement=True,  # append-only, by triggers
)
