"""One key for each account; which account an app on a phone is logged in as."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_OPEN_TASKS = "SELECT id FROM tasks WHERE status IN (0, 1) OR (status = 3 AND effect IN ('unknown', 'intent', 'sent'))"
_KEY = (
    "platform || CASE WHEN coalesce(username, '') = '' THEN '#' || serial ELSE ':' || lower(ltrim(username, '@')) END"
)


def upgrade() -> None:
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
    op.add_column("tasks", sa.Column("account", sa.String(), nullable=False, server_default=""))
    op.add_column("attempts", sa.Column("account", sa.String(), nullable=False, server_default=""))
    op.add_column("attempts", sa.Column("files", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_attempts_account_unknown",
        "attempts",
        ["account"],
        sqlite_where=sa.text("counted_on IS NOT NULL AND instr(account, '#') > 0"),
    )
    for change in (_keys, _lanes, _open_tasks):
        change()


def _keys() -> None:
    """A serial may hold an @, a name never a #: `tiktok#...` stays until its account is learned."""
    for table in ("account_use", "account_pauses", "media_uses"):
        op.execute(f"UPDATE {table} SET account = replace(account, '@', ':') WHERE instr(account, '#') = 0")  # noqa: S608


def _lanes() -> None:
    op.execute(
        f"UPDATE tasks SET lane = script_name || ':' || {_KEY} "  # noqa: S608 - no value in it
        "WHERE status = 0 AND lane <> '' AND coalesce(username, '') <> ''"
    )


def _open_tasks() -> None:
    """What may still begin or be counted back; what ended for good is shown by its name."""
    op.execute(f"UPDATE tasks SET account = {_KEY} WHERE id IN ({_OPEN_TASKS})")  # noqa: S608
    op.execute(
        "UPDATE attempts SET account = (SELECT account FROM tasks WHERE tasks.id = attempts.task_id) "  # noqa: S608
        f"WHERE task_id IN ({_OPEN_TASKS})"
    )
