"""What a post took, uses that are for one account only, and whose turn it is among the lines of a file of texts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("tasks", sa.Column("media", sa.Text()))
    op.add_column("media_uses", sa.Column("once", sa.Boolean(), nullable=False, server_default="0"))
    # What one account used so far is nobody else's from now on; what several used stays as it is.
    op.execute(
        "UPDATE media_uses SET once = 1 WHERE key IN (SELECT key FROM media_uses GROUP BY key HAVING COUNT(*) = 1)"
    )
    op.create_index("ux_media_uses_once", "media_uses", ["key"], unique=True, sqlite_where=sa.text("once = 1"))
    op.create_table(
        "text_turns",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("path"),
    )
