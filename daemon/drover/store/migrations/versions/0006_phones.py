"""What a phone answered to the question who it is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # From before only facts tell of a phone: they are compared until it has answered.
    op.add_column("devices", sa.Column("identity", sa.Text(), nullable=False, server_default="{}"))
