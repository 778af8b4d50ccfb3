"""Letters on their way out: written in the transaction that causes them, sent later."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from store.columns import METADATA, Id, Json, Key, Utc, Words
from store.schema.arrivals import blob
from store.schema.partial import partial
from store.sealing import Marked, SealedJson, SealedWords

outbox = Table(
    "outbox",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("case_ref", Key, nullable=False),  # "" for letters to staff about mail that has no case
    Column("kind", Key, nullable=False),
    Column("cause", Key, nullable=False),
    Column("address", Marked, nullable=False),
    Column("domain", Marked, nullable=False),  # of the address, "" for a conversation
    Column("channel", Key, nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("mail_from", Words, nullable=False),
    Column("rcpt", SealedJson, nullable=False),
    Column("audience", Json, nullable=False),  # the same as marks, for the database to look at
    Column("message_id", Key, nullable=False),
    Column("letter_id", Key, nullable=False, index=True),  # the left part of the Message-ID
    Column("blob_id", Key, ForeignKey(blob.c.sha256), nullable=False),
    Column("text", SealedWords, nullable=False),  # for telling quoted words from new ones
    Column("state", Words, nullable=False),  # pending, sending, sent, deferred, rejected, unknown, cancelled
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Utc),
    Column("node_id", Id),  # who has taken it up
    Column("results", SealedJson, nullable=False),  # by recipient: the latest outcome, code, status and diagnostic
    Column("created_at", Utc, nullable=False),
    Column("sent_at", Utc),
    Column("key", Id, index=True),  # of its case, or of the message that has none
    # One cause writes a letter once; a notification may go to two people.
    UniqueConstraint("case_ref", "kind", "cause", "address"),
    Index(None, "address", "created_at"),
)
# Literals, as in `store.schema.arrivals`.
UNSENT = text("state IN ('pending', 'deferred')")
SENDING = text("state = 'sending'")
TAKEN = text("node_id IS NOT NULL")
NEEDED = text("(state NOT IN ('sent', 'rejected', 'cancelled') OR channel != 'mail')")  # as in `store.schema.arrivals`
ACKNOWLEDGES = text("kind IN ('acknowledgement', 'repeat_acknowledgement')")
# What a person wrote goes before what the daemon wrote.
partial("ix_outbox_due", outbox.c.automatic, outbox.c.next_attempt_at, where=UNSENT)
partial("ix_outbox_sending", outbox.c.id, where=SENDING)
partial("ix_outbox_taken", outbox.c.node_id, where=TAKEN)  # millions may wait: what one node has is found among few
partial("ix_outbox_needed", outbox.c.blob_id, where=NEEDED)
partial("ix_outbox_acks", outbox.c.created_at, where=ACKNOWLEDGES)
partial("ix_outbox_acks_domain", outbox.c.domain, outbox.c.created_at, where=ACKNOWLEDGES)
