"""The questions that `store.facts` asks. Statements are made once: making one costs more than running it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, text

from intake.decision import Sent
from intake.letter import LetterKind
from store.columns import Key, Utc
from store.schema import case, case_matter, contact, contact_point, inbound, outbox, participant, thread_id
from store.schema.cases import OPEN
from store.schema.outbox import ACKNOWLEDGES

TO_CUSTOMERS = ("acknowledgement", "repeat_acknowledgement", "promise_broken", "follow_up")  # of the automatic letters

_WHO = bindparam("who", type_=Key)
_MOST: Any = bindparam("most")


def _any(name: str) -> Any:
    return bindparam(name, expanding=True)


def _at(name: str) -> Any:
    return bindparam(name, type_=Utc)


THREADS = select(thread_id).where(thread_id.c.message_id.in_(_any("ids")))

OF_PEOPLE = (
    select(participant.c.case_ref, participant.c.address)
    .join(case, case.c.ref == participant.c.case_ref)
    .where(participant.c.address.in_(_any("people")), case.c.status != "merged")
    .order_by(participant.c.received_at.desc())
    .limit(_MOST)
)

OF_MATTERS = (
    select(case_matter.c.case_ref)
    .join(case, case.c.ref == case_matter.c.case_ref)
    .where(case_matter.c.matter.in_(_any("matters")), case.c.status != "merged")
    .order_by(case_matter.c.received_at.desc())
    .limit(_MOST)
)

LETTERS = select(
    outbox.c.id, outbox.c.case_ref, outbox.c.kind, outbox.c.message_id, outbox.c.address, outbox.c.text, outbox.c.state
).where(or_(outbox.c.id.in_(_any("ids")), outbox.c.letter_id.in_(_any("letters"))))

AUTOMATIC = (
    select(outbox.c.case_ref, func.count())
    .where(
        outbox.c.case_ref.in_(_any("refs")),
        outbox.c.automatic,
        outbox.c.kind.in_(TO_CUSTOMERS),
        outbox.c.state != "cancelled",
        outbox.c.created_at > _at("since"),
    )
    .group_by(outbox.c.case_ref)
)

OPEN_CASES = select(case.c.handler, func.count()).where(OPEN).group_by(case.c.handler)

_DUPLICATE = (
    select(func.min(inbound.c.id))
    .where(
        inbound.c.fingerprint == bindparam("fingerprint", type_=Key),
        inbound.c.fingerprint != "",
        inbound.c.id != bindparam("inbound_id"),
        or_(inbound.c.state != "new", inbound.c.id < bindparam("inbound_id")),
    )
    .scalar_subquery()
)
_CONTACT = (
    select(func.min(contact_point.c.contact_id))
    .where(
        contact_point.c.value == _WHO,
        or_(contact_point.c.kind == "mail", contact_point.c.kind == bindparam("channel", type_=Key)),
    )
    .scalar_subquery()
)
# A person answered them once. That an automatic letter went to an address proves nothing about it. Literals again: SQLite
# plans a statement anew for each value of a parameter that it compares with the condition of an index.
_KNOWN_SINCE = (
    select(func.min(outbox.c.sent_at))
    .select_from(outbox)
    .where(outbox.c.address == _WHO, text(f"kind = '{LetterKind.REPLY.value}' AND state = 'sent'"))
    .scalar_subquery()
)


def _acknowledgements(*where: Any) -> Any:
    return select(func.count()).select_from(outbox).where(ACKNOWLEDGES, *where).scalar_subquery()


FIGURES = select(
    _DUPLICATE.label("duplicate_of"),
    _CONTACT.label("contact_id"),
    select(contact.c.name).where(contact.c.id == _CONTACT).scalar_subquery().label("contact_name"),
    _KNOWN_SINCE.label("known_since"),
    _acknowledgements(outbox.c.address == _WHO, outbox.c.created_at > _at("day")).label("acks_to_sender_24h"),
    _acknowledgements(
        and_(
            outbox.c.domain == bindparam("domain", type_=Key), outbox.c.domain != "", outbox.c.created_at > _at("hour")
        )
    ).label("acks_to_domain_1h"),
    _acknowledgements(outbox.c.created_at > _at("minute")).label("acks_all_1m"),
    select(func.count())
    .select_from(outbox)
    .where(
        outbox.c.address == bindparam("staff", type_=Key),
        outbox.c.kind == LetterKind.HOLD_NOTICE.value,
        outbox.c.created_at > _at("day"),
    )
    .scalar_subquery()
    .label("hold_notices_24h"),
)


def sent_of(row: Any) -> Sent:
    """A letter as the decision sees it."""
    return Sent(
        outbox_id=row.id,
        case_ref=row.case_ref,
        kind=LetterKind(row.kind),
        message_id=row.message_id,
        recipient=row.address,
        text=row.text,
        in_flight=row.state in ("sending", "sent", "unknown"),
    )
