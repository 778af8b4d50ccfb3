"""The processes that take work up: one row for each life of a daemon. Its times are the database's own."""

from __future__ import annotations

from sqlalchemy import Column, Table, text

from store.columns import METADATA, Id, Json, Key, Utc, Words

node = Table(
    "node",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("name", Words, nullable=False),
    Column("mailboxes", Json, nullable=False),  # the names of those that it can read
    Column("started_at", Utc, nullable=False),
    Column("renewed_at", Utc, nullable=False),
    Column("steady_since", Utc, nullable=False),  # renewed without a gap
    Column("ended_at", Utc),
)
LIVING = text("ended_at IS NULL")

mailbox_lease = Table(
    "mailbox_lease",
    METADATA,
    Column("account", Key, primary_key=True),
    Column("node_id", Id),  # who reads it
    Column("epoch", Id, nullable=False),  # raised whenever it changes hands
)
