"""What came in, from whom, and what waits for a person."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, UniqueConstraint, text

from store.columns import METADATA, Id, Json, Key, Utc, Words
from store.schema.partial import partial
from store.sealing import Marked, SealedBytes, SealedJson, SealedWords

blob = Table(
    "blob",
    METADATA,
    Column("sha256", Key, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("content", SealedBytes),  # NULL: in the object store; nothing: in pieces
    Column("kept_at", Utc),  # from when its age counts
    Column("pieces", Id),  # the key that these go by
)
piece = Table(
    "piece",
    METADATA,
    Column("key", Id, primary_key=True, autoincrement=False),  # what they are sealed with, together
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 0
    Column("content", LargeBinary, nullable=False),
)
arriving = Table(  # pieces whose message is not there yet
    "arriving",
    METADATA,
    Column("key", Id, primary_key=True, autoincrement=False),
    Column("node_id", Id, nullable=False),  # who brings it
    Column("given_up", Boolean),  # it is being taken away
)

contact = Table(
    "contact",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("name", SealedWords, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("key", Id, index=True),  # what the name is sealed with
)

orphan = Table("orphan", METADATA, Column("sha256", Key, primary_key=True))  # to be deleted from the object store

contact_point = Table(
    "contact_point",
    METADATA,
    Column("kind", Key, primary_key=True),  # "mail", or the channel of a conversation
    Column("value", Marked, primary_key=True),
    Column("contact_id", Id, ForeignKey(contact.c.id), nullable=False, index=True),
    Column("words", SealedWords, nullable=False),  # what the value stands for
)

inbound = Table(
    "inbound",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("channel", Key, nullable=False),
    Column("account", Key, nullable=False),
    Column("source_id", Key, nullable=False),  # a mark of it: a provider may name a person by it
    Column("envelope", SealedJson, nullable=False),
    Column("blob_id", Key, ForeignKey(blob.c.sha256), nullable=False),
    Column("media_type", Words, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("quiet", Boolean, nullable=False),
    Column("lane", Integer, nullable=False),  # 0 for what staff wrote, 1 for what else is fresh, 2 for imported history
    Column("state", Words, nullable=False),  # new, done, held, parked
    Column("unchecked", Boolean),  # it waits until it is known who stands behind it
    Column("checked", SealedJson),  # what was found out about that
    Column("scanned", Json),  # what a virus scanner said about its files
    Column("confirmed_by", Words),  # the member of staff who said, when it was held, that they wrote it
    Column("attempts", Integer, nullable=False),  # that failed
    Column("claims", Integer, nullable=False),  # how often it was taken up, also by a process that then died
    Column("not_before", Utc),
    Column("node_id", Id),  # who has taken it up
    Column("fault", Words),  # the last traceback, without data
    Column("fingerprint", Key),
    Column("verdict", Words),
    Column("reasons", Json),
    Column("hits", Json),
    Column("misses", Json),
    Column("score", Integer),
    Column("party", Words),
    Column("case_ref", Key, index=True),
    Column("contact_id", Id, ForeignKey(contact.c.id)),
    Column("decided_at", Utc),
    Column("sender", Marked, index=True),  # who wrote it, as far as that is known once it is decided
    Column("key", Id, index=True),  # what it and its bytes are sealed with
    UniqueConstraint("channel", "account", "source_id"),
    Index(None, "fingerprint"),
)
# Literals, in the index and in whatever uses it: with a parameter in their place no database knows that the index will do.
NEW = text("state = 'new'")
UNCHECKED = text("unchecked")
PARKED = text("state = 'parked'")
WAITING = text("released_at IS NULL")
UNTOLD = text("released_at IS NULL AND told_at IS NULL AND person != ''")
LARGE = text("content IS NOT NULL AND size >= 16384")
MOVED = text("content IS NULL")
NEEDED = text("(state != 'done' OR channel = 'chat')")  # it is worked on, or a chat window shows it

partial("ix_blob_large", blob.c.kept_at, where=LARGE)
partial("ix_blob_moved", blob.c.sha256, where=MOVED)
partial("ix_inbound_needed", inbound.c.blob_id, where=NEEDED)
partial("ix_inbound_new", inbound.c.lane, inbound.c.id, where=NEW)
partial("ix_inbound_unchecked", inbound.c.id, where=UNCHECKED)
partial("ix_inbound_parked", inbound.c.id, where=PARKED)

hold = Table(
    "hold",
    METADATA,
    Column("inbound_id", Id, ForeignKey(inbound.c.id), primary_key=True),
    Column("reason", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("case_ref", Key, nullable=False, index=True),
    Column("held_at", Utc, nullable=False),
    Column("released_at", Utc),
    Column("told_at", Utc),  # when the person had a letter about it
)
partial("ix_hold_untold", hold.c.held_at, where=UNTOLD)
partial("ix_hold_open", hold.c.held_at, where=WAITING)

mailbox = Table(
    "mailbox",
    METADATA,
    Column("account", Key, primary_key=True),
    Column("uidvalidity", Id, nullable=False),
    Column("uid", Id, nullable=False),  # every message up to this one is stored
    Column("advanced_at", Utc, nullable=False),
)
