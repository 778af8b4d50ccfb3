"""The questions that `store.facts` asks, each once for a whole batch.

Statements are made once: making one costs more than running it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Row, Select, Table, bindparam, cast, func, or_, select, text

from intake.deciding.decision import Keys, Sent
from intake.letters.letter import LetterKind
from store import locks
from store.asking import asked, each, field
from store.columns import Utc, shorten, shortened
from store.outbox import domain
from store.schema import case, case_matter, contact, contact_point, inbound, outbox, participant, thread_id
from store.schema.cases import OPEN
from store.schema.outbox import ACKNOWLEDGES
from store.sealing import mark, marks
from store.writer import Tx

TO_CUSTOMERS = ("acknowledgement", "repeat_acknowledgement", "promise_broken", "follow_up")  # of the automatic letters
OF_CONTACT, OF_MATTER = 20, 30  # cases that are looked at, the newest ones

_DAY = timedelta(hours=24)
_ASKED = each("asked")


def _of(name: str) -> Any:
    return field(_ASKED, name)


def _any(name: str) -> Any:
    return bindparam(name, expanding=True)


def _at(name: str) -> Any:
    return bindparam(name, type_=Utc)


def _newest(table: Table, column: str, wanted: Any, most: int) -> Any:
    """The references of the newest cases, not merged, that a table leads to: in one text, between commas."""
    found = (
        select(table.c.case_ref)
        .join(case, case.c.ref == table.c.case_ref)
        .where(table.c[column] == wanted, case.c.status != "merged")
        .order_by(table.c.received_at.desc())
        .limit(most)
        .correlate(_ASKED)
        .subquery("newest")
    )
    return select(func.aggregate_strings(found.c.case_ref, ",")).scalar_subquery()


def _one(what: Any, table: Table, *where: Any) -> Any:
    return select(what).select_from(table).where(*where).correlate(_ASKED).scalar_subquery()


_DUPLICATE = _one(
    func.min(inbound.c.id),
    inbound,
    inbound.c.fingerprint == _of("fingerprint"),
    inbound.c.fingerprint != "",
    inbound.c.id != cast(_of("inbound_id"), BigInteger),
    or_(inbound.c.state != "new", inbound.c.id < cast(_of("inbound_id"), BigInteger)),
)
_CONTACT = _one(
    func.min(contact_point.c.contact_id),
    contact_point,
    contact_point.c.value == _of("who"),
    or_(contact_point.c.kind == "mail", contact_point.c.kind == _of("channel")),
)
# A person answered them once. That an automatic letter went to an address proves nothing about it. Literals again: SQLite
# plans a statement anew for each value of a parameter that it compares with the condition of an index.
_KNOWN_SINCE = _one(
    func.min(outbox.c.sent_at),
    outbox,
    outbox.c.address == _of("who"),
    text(f"kind = '{LetterKind.REPLY.value}' AND state = 'sent'"),
)


def _acknowledgements(*where: Any) -> Any:
    return _one(func.count(), outbox, ACKNOWLEDGES, *where)


_AUTOMATIC_SINCE = (
    outbox.c.automatic,
    outbox.c.kind.in_(TO_CUSTOMERS),
    outbox.c.state != "cancelled",
    outbox.c.created_at > _at("day"),
)
_FIGURES = select(
    cast(_of("number"), BigInteger).label("number"),
    _DUPLICATE.label("duplicate_of"),
    _CONTACT.label("contact_id"),
    func.coalesce(_one(contact.c.name, contact, contact.c.id == _CONTACT), "").label("contact_name"),
    _KNOWN_SINCE.label("known_since"),
    _one(func.count(), outbox, outbox.c.address == _of("who"), *_AUTOMATIC_SINCE).label("letters_to_sender_24h"),
    _acknowledgements(outbox.c.domain == _of("domain"), outbox.c.domain != "", outbox.c.created_at > _at("hour")).label(
        "acks_to_domain_1h"
    ),
    _one(
        func.count(),
        outbox,
        outbox.c.address == _of("staff"),
        outbox.c.kind == LetterKind.HOLD_NOTICE.value,
        outbox.c.created_at > _at("day"),
    ).label("hold_notices_24h"),
).select_from(_ASKED)


def _leading(table: Table, column: str, most: int) -> Select[Any]:
    return select(_of("key").label("key"), _newest(table, column, _of("key"), most).label("refs")).select_from(_ASKED)


_OF_PEOPLE = _leading(participant, "address", OF_CONTACT)
_OF_MATTERS = _leading(case_matter, "matter", OF_MATTER)
_CUSTOMERS = select(participant.c.address).where(participant.c.address.in_(_any("addresses"))).distinct()
_THREADS = select(thread_id).where(thread_id.c.message_id.in_(_any("ids")))
_LETTERS = select(
    outbox.c.id,
    outbox.c.case_ref,
    outbox.c.kind,
    outbox.c.message_id,
    outbox.c.letter_id,
    outbox.c.rcpt,
    outbox.c.text,
    outbox.c.state,
).where(or_(outbox.c.id.in_(_any("ids")), outbox.c.letter_id.in_(_any("letters"))))
_AUTOMATIC = (
    select(outbox.c.case_ref, func.count())
    .where(outbox.c.case_ref.in_(_any("refs")), *_AUTOMATIC_SINCE)
    .group_by(outbox.c.case_ref)
)
_TO_ADDRESS = (
    select(func.count()).select_from(outbox).where(outbox.c.address == bindparam("address"), *_AUTOMATIC_SINCE)
)
_OPEN_CASES = select(case.c.handler, func.count()).where(OPEN).group_by(case.c.handler)
_LAST_MINUTE = select(func.count()).select_from(outbox).where(ACKNOWLEDGES, outbox.c.created_at > _at("minute"))


def figures(tx: Tx, batch: Sequence[Keys], now: datetime) -> list[dict[str, Any]]:
    """Everything that is a single value, for each of the batch."""
    rows = asked([{"number": number, **_identity(tx.dialect, keys)} for number, keys in enumerate(batch)])
    times = {"day": now - _DAY, "hour": now - timedelta(hours=1)}
    found = sorted(tx.execute(_FIGURES, {"asked": rows, **times}).mappings(), key=lambda row: row["number"])
    every: dict[str, Any] = {
        "acks_all_1m": tx.scalar(_LAST_MINUTE, {"minute": now - timedelta(minutes=1)}),
        "open_cases_of": _counts(tx.execute(_OPEN_CASES)),
    }
    return [{name: value for name, value in row.items() if name != "number"} | every for row in found]


def of_people(tx: Tx, people: Iterable[str | None]) -> dict[str, list[str]]:
    """References of cases, newest first, by who takes part."""
    return _led(tx, _OF_PEOPLE, people)


def of_matters(tx: Tx, matters: Iterable[str]) -> dict[str, list[str]]:
    """References of cases, newest first, by order numbers and the like."""
    return _led(tx, _OF_MATTERS, matters)


def threads(tx: Tx, ids: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """Cases, and letters of ours first, by Message-ID."""
    wanted = marks(tx.dialect, shortened(list(ids)))
    found: dict[str, list[Row[Any]]] = {}
    for row in tx.execute(_THREADS, {"ids": list(wanted)}) if wanted else ():
        found.setdefault(wanted[row.message_id], []).append(row)
    return {each: sorted(rows, key=lambda row: row.outbox_id is None) for each, rows in found.items()}


def customers(tx: Tx, addresses: Iterable[str]) -> frozenset[str]:
    """Those of the addresses that take part in a case."""
    wanted = marks(tx.dialect, shortened(sorted(set(addresses))))
    found = tx.scalars(_CUSTOMERS, {"addresses": list(wanted)}) if wanted else ()
    return frozenset(wanted[each] for each in found)


def letters(tx: Tx, outbox_ids: Sequence[int], letter_ids: Sequence[str]) -> dict[int | str, Sent]:
    """Letters of ours, both by the number of their row and by their own id."""
    if not outbox_ids and not letter_ids:
        return {}
    rows = tx.execute(_LETTERS, {"ids": outbox_ids or [0], "letters": shortened(letter_ids)}).all()
    return {row.letter_id: _sent(row) for row in rows} | {row.id: _sent(row) for row in rows}


def automatic(tx: Tx, refs: Sequence[str], now: datetime) -> dict[str, int]:
    """How many automatic letters customers were sent on each case in the last day."""
    return _counts(tx.execute(_AUTOMATIC, {"refs": refs, "day": now - _DAY})) if refs else {}


def automatic_to(tx: Tx, address: str, now: datetime) -> int:
    """How many automatic letters somebody was sent in the last day. Whoever asks about the same person waits meanwhile."""
    locks.hold(tx, [address])
    count: int = tx.execute(_TO_ADDRESS, {"address": shorten(address), "day": now - _DAY}).scalar_one()
    return count


def _identity(dialect: Dialect, keys: Keys) -> dict[str, Any]:
    who = keys.sender or keys.conversation or ""
    same = {"inbound_id": keys.inbound_id or 0, "fingerprint": shorten(keys.fingerprint)}
    return {
        "who": mark(dialect, who),
        "domain": mark(dialect, domain(who)),
        "channel": shorten(keys.channel),
        "staff": mark(dialect, keys.staff),
        **same,
    }


def _led(tx: Tx, statement: Select[Any], keys: Iterable[str | None]) -> dict[str, list[str]]:
    wanted = marks(tx.dialect, shortened(list(keys)))
    if not wanted:
        return {}
    found = tx.execute(statement, {"asked": asked([{"key": key} for key in wanted])})
    return {wanted[key]: refs.split(",") for key, refs in found if refs}


def _counts(rows: Iterable[Any]) -> dict[str, int]:
    return dict(map(tuple, rows))


def _sent(row: Any) -> Sent:
    return Sent(
        outbox_id=row.id,
        case_ref=row.case_ref,
        kind=LetterKind(row.kind),
        message_id=row.message_id,
        recipient=next(iter(row.rcpt), ""),
        text=row.text,
        in_flight=row.state in ("sending", "sent", "unknown"),
    )
