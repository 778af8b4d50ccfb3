"""The tables. Times are UTC and passed in. Only how long a node has been silent goes by the database's own clock."""

from store.columns import METADATA
from store.schema.arrivals import arriving, blob, contact, contact_point, hold, inbound, mailbox, orphan, piece
from store.schema.audience import colleague
from store.schema.cases import case, case_event, case_matter, participant, promise, register, thread_id
from store.schema.nodes import mailbox_lease, node
from store.schema.outbox import outbox
from store.schema.sealed_by import sealed_by
from store.schema.triggers import append_only

__all__ = [
    "METADATA",
    "arriving",
    "blob",
    "case",
    "case_event",
    "case_matter",
    "colleague",
    "contact",
    "contact_point",
    "hold",
    "inbound",
    "mailbox",
    "mailbox_lease",
    "node",
    "orphan",
    "outbox",
    "participant",
    "piece",
    "promise",
    "register",
    "sealed_by",
    "thread_id",
]

append_only(case_event)
