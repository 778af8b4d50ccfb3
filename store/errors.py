"""What the store can raise. No message of these holds data: they may be logged."""

from __future__ import annotations

from intake.ports import TryLater


class StoreError(Exception):
    """The store cannot be used as it is configured or laid out: somebody has to act."""


class SchemaError(StoreError):
    """The tables are older or newer than this code."""


class InUse(StoreError):
    """Another daemon has this SQLite database."""


class StoreDown(TryLater):
    """The database did not do what it was asked. Nothing is known to be kept; the same request may be made again."""


class NodeEnded(StoreDown):
    """This node was declared dead, and others do its work: it may write nothing any more."""


class NotOurs(StoreDown):
    """Another node reads this mailbox now: what we read of it is kept by them."""


class Conflict(Exception):
    """The case has moved on since it was decided about: look again and decide again."""


class LostLease(Conflict):
    """Somebody else has finished this message meanwhile: nothing is left to do."""


class RefTaken(Conflict):
    """A case with this reference exists already: try another number."""


class LostPieces(Conflict):
    """Of a content that was kept ahead of its message the pieces are gone: whoever brought it has given it up."""
