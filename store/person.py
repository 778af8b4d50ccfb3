"""What is kept about one person: how they are reached, and their cases; and what came in and went out in these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select

from intake.message import RawMessage
from intake.senders.identity import canonical
from store import blobs
from store import inbound as arrivals
from store.contacts import Point
from store.schema import blob, case, contact, contact_point, inbound, outbox, participant
from store.writer import Tx

NOBODY = 0  # no contact has this number
_LONGEST_NUMBER = 18  # digits that a database takes


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A contact; or somebody who only takes part in the cases of others, and has no number."""

    contact_id: int | None
    name: str
    points: tuple[Point, ...]  # where they are reached: the kind, and the address or conversation
    refs: tuple[str, ...]  # cases that they opened or take part in, oldest first
    opened: frozenset[str]  # those of them that are about their own complaint

    @property
    def known(self) -> bool:
        """Whether they are a contact, or take part in a case."""
        return self.contact_id is not None or bool(self.refs)

    @property
    def addresses(self) -> frozenset[str]:
        """Their addresses and conversations, whatever the kind."""
        return frozenset(value for _, value in self.points)


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """A message that is kept."""

    inbound_id: int
    case_ref: str | None
    party: str  # who wrote, as it was decided: customer, staff or robot; "" for undecided
    blob_id: str
    raw: RawMessage
    elsewhere: bool  # its bytes are in the object store, and `raw` has none


@dataclass(frozen=True, kw_only=True, slots=True)
class Went:
    """A letter that was written, to customers or to staff."""

    outbox_id: int
    case_ref: str
    kind: str
    rcpt: tuple[str, ...]  # addresses, or a conversation
    channel: str
    at: datetime
    text: str
    blob_id: str


def find(tx: Tx, said: str) -> Person:
    """Who has this contact number, address or conversation. Of a stranger there may still be mail without a case."""
    is_number = said.isdecimal() and len(said) <= _LONGEST_NUMBER
    return _by_number(tx, int(said)) if is_number else _by_point(tx, canonical(said) or said)


def messages(tx: Tx, ref: str | None) -> Iterator[Came]:
    """Every message of a case, whoever wrote it; or all that have none, whose own words alone say whose they are.

    In the order of arrival, one at a time: their bytes may be many.
    """
    joined = select(inbound, *blobs.CONTENT).join(blob, blob.c.sha256 == inbound.c.blob_id)
    for inbound_id in tx.scalars(select(inbound.c.id).where(inbound.c.case_ref == ref).order_by(inbound.c.id)).all():
        row = tx.execute(joined.where(inbound.c.id == inbound_id)).one()
        yield Came(
            inbound_id=row.id,
            case_ref=row.case_ref,
            party=row.party or "",
            blob_id=row.blob_id,
            raw=arrivals.raw_of(row, blobs.whole(tx, row)),
            elsewhere=row.content is None,
        )


def letters(tx: Tx, ref: str) -> list[Went]:
    """Every letter of a case, in the order in which they were written."""
    found = select(outbox).where(outbox.c.case_ref == ref).order_by(outbox.c.id)
    return [_went(row) for row in tx.execute(found)]


def _by_number(tx: Tx, number: int) -> Person:
    known = tx.execute(select(contact).where(contact.c.id == number)).first()
    found = tx.execute(select(contact_point).where(contact_point.c.contact_id == number))
    return _person(tx, known, tuple((row.kind, row.words) for row in found))


def _by_point(tx: Tx, value: str) -> Person:
    number = tx.scalar(select(contact_point.c.contact_id).where(contact_point.c.value == value))
    return _person(tx, None, (("mail", value),)) if number is None else _by_number(tx, number)


def _person(tx: Tx, known: Row[Any] | None, points: tuple[Point, ...]) -> Person:
    number = known.id if known else None
    takes_part = select(participant.c.case_ref).where(participant.c.address.in_([value for _, value in points]))
    theirs = or_(case.c.contact_id == (number or NOBODY), case.c.ref.in_(takes_part))
    rows = tx.execute(
        select(case.c.ref, case.c.contact_id).where(theirs).order_by(case.c.received_at, case.c.ref)
    ).all()
    return Person(
        contact_id=number,
        name=known.name if known else "",
        points=points,
        refs=tuple(row.ref for row in rows),
        opened=frozenset(row.ref for row in rows if number is not None and row.contact_id == number),
    )


def _went(row: Row[Any]) -> Went:
    return Went(
        outbox_id=row.id,
        case_ref=row.case_ref,
        kind=row.kind,
        rcpt=tuple(row.rcpt),
        channel=row.channel,
        at=row.created_at,
        text=row.text,
        blob_id=row.blob_id,
    )
