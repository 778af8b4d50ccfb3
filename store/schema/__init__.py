"""The tables. Times are UTC and always passed in; no statement asks the database what time it is."""

from store.columns import METADATA
from store.schema.arrivals import blob, contact, contact_point, hold, inbound, mailbox
from store.schema.cases import case, case_event, case_matter, participant, promise, register, thread_id
from store.schema.outbox import outbox
from store.schema.triggers import append_only

__all__ = [
    "METADATA",
    "blob",
    "case",
    "case_event",
    "case_matter",
    "contact",
    "contact_point",
    "hold",
    "inbound",
    "mailbox",
    "outbox",
    "participant",
    "promise",
    "register",
    "thread_id",
]

append_only(case_event)
