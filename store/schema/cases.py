"""The history of every case, and the projections of it that are looked things up in.

`case_event` is the truth and can only grow; all other tables here can be made again from it.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, text

from store.columns import METADATA, Id, Key, Utc, Words
from store.schema.arrivals import contact
from store.schema.partial import partial
from store.sealing import Marked, SealedJson, SealedWords

case = Table(
    "case",
    METADATA,
    Column("ref", Key, primary_key=True),
    Column("brand", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("handler", Key, nullable=False),
    Column("contact_id", Id, ForeignKey(contact.c.id), index=True),
    Column("received_at", Utc, nullable=False, index=True),
    Column("state", SealedJson, nullable=False),  # the whole `intake.case.Case`
    Column("events", Integer, nullable=False),
    Column("head_hash", Words, nullable=False),  # of the latest event
    Column("next_look", Utc),
    Column("node_id", Id),  # who has taken it up
    Column(
        "key", Id, index=True
    ),  # what is sealed with from now on: it, its history, its row of the register, its letters
)
# Literals, as in `store.schema.arrivals`.
TIMED = text("next_look IS NOT NULL")
OPEN = text("status NOT IN ('resolved', 'merged')")
TAKEN = text("node_id IS NOT NULL")
partial("ix_case_next_look", case.c.next_look, where=TIMED)
partial("ix_case_taken", case.c.node_id, where=TAKEN)
partial("ix_case_open", case.c.handler, where=OPEN)

case_event = Table(
    "case_event",
    METADATA,
    Column("case_ref", Key, ForeignKey(case.c.ref), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Words, nullable=False),
    Column("at", Utc, nullable=False),
    Column("actor", Words, nullable=False),
    Column("data", SealedJson, nullable=False),
    Column("previous_hash", Words, nullable=False),
    Column("hash", Words, nullable=False),
)

case_matter = Table(
    "case_matter",
    METADATA,
    Column("case_ref", Key, ForeignKey(case.c.ref), primary_key=True),
    Column("matter", Marked, primary_key=True),
    Column("received_at", Utc, nullable=False),  # of the case
    Index(None, "matter", "received_at"),
)

participant = Table(
    "participant",
    METADATA,
    Column("case_ref", Key, ForeignKey(case.c.ref), primary_key=True),
    Column("address", Marked, primary_key=True),
    Column("received_at", Utc, nullable=False),  # of the case
    Index(None, "address", "received_at"),
)

thread_id = Table(
    "thread_id",
    METADATA,
    Column("message_id", Marked, primary_key=True),
    Column("case_ref", Key, primary_key=True),
    Column("outbox_id", Id),  # where it is a letter of ours
)

promise = Table(
    "promise",
    METADATA,
    Column("case_ref", Key, ForeignKey(case.c.ref), primary_key=True),
    Column("id", Key, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("nudged", Integer, nullable=False),
)

register = Table(
    "register",
    METADATA,
    Column("case_ref", Key, ForeignKey(case.c.ref), primary_key=True),
    Column("received_at", Utc, nullable=False, index=True),
    # As `intake.register` heads them. From the customer's name on they are sealed.
    *(Column(f"column_{number}", Words, nullable=False) for number in range(1, 6)),
    *(Column(f"column_{number}", SealedWords, nullable=False) for number in range(6, 10)),
)
