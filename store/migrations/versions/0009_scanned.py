"""What a virus scanner said about the files of a message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("inbound", sa.Column("scanned", sa.Text(), nullable=True))
