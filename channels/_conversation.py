"""A conversation as a chat window shows it, and where a chat reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import orjson

from intake.letters.letter import Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that was said."""

    seq: int  # grows within the conversation, over both directions, in the order in which entries came to be seen
    id: str  # "in": the id that the window gave it; "out": the letter's id
    direction: Literal["in", "out"]
    text: str
    at: datetime
    from_name: str = ""  # who speaks, as the customer is told
    kind: str = ""  # of the letter, "" for the customer's own words
    ref: str = ""  # the case's reference

    def shown(self) -> dict[str, Any]:
        """As it travels to the window."""
        return {
            "id": self.id,
            "direction": self.direction,
            "text": self.text,
            "at": self.at.isoformat(),
            "from": self.from_name,
            "kind": self.kind,
            "ref": self.ref,
        }


class History(Protocol):
    """What was said in a conversation. The database knows; a chat never remembers by itself."""

    async def entries(self, conversation: str, after: int) -> list[Entry]:
        """The durable entries of this conversation with a greater `seq`, lowest first; at most a few hundred."""


def said(seq: int, blob: bytes) -> Entry:
    """The customer's words, from the `RawMessage.blob` that the chat delivered."""
    contact = orjson.loads(blob)
    at = datetime.fromisoformat(contact["sent_at"])
    return Entry(seq=seq, id=contact["id"], direction="in", text=contact["text"], at=at)


def answered(seq: int, submission: Submission) -> Entry:
    """Our words, from what was sent to the chat."""
    letter = orjson.loads(submission.blob)
    return Entry(
        seq=seq,
        id=submission.message_id,
        direction="out",
        text=letter["text"],
        at=datetime.fromisoformat(letter["sent_at"]),
        from_name=letter["from_name"],
        kind=letter["kind"],
        ref=letter["ref"],
    )
