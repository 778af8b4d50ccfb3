"""Messages as they came: kept once, taken up in their order, retried, parked, never lost.

`new` is to be decided; `done` has been; `held` waits for a person's decision; `parked` failed three times through a fault of
ours, and waits for a person to have it mended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, and_, bindparam, or_, select, update

from intake.fingerprint import fingerprint
from intake.message import RawMessage
from intake.ports import Receipt
from store import blobs, codec, graves, pieces
from store.columns import shorten
from store.inserting import added
from store.lease import NOW, claiming, claims, terms
from store.pieces import InPieces
from store.schema import blob, hold, inbound
from store.schema.arrivals import NEW, PARKED, WAITING
from store.sealing import Sealed, marked_name, ring
from store.writer import Tx

PARK_AFTER = 3  # faults
SUSPECT_AFTER = 3  # times taken up without an end; from then on a message is taken up alone, so that it harms no other
ENDS_THE_PROCESS = 15  # times taken up: deciding it ends the process, and no fault of ours was ever caught
SUSPECT_WAITS = timedelta(minutes=1)  # before it is taken up once more, so that killing us often condemns no message
MOST_BYTES = 64_000_000  # of messages that are at hand together
_BACK_OFF = timedelta(seconds=30)  # doubled with every fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """A message that is this node's to decide."""

    inbound_id: int
    raw: RawMessage
    attempts: int  # that failed
    claims: int  # how often it was taken up, this time included: many without a fault mean that it ends the process
    pieces: int | None = None  # that its content lies in, and is yet to be read from


@dataclass(frozen=True, kw_only=True, slots=True)
class Parked:
    """A message that waits for a person."""

    inbound_id: int
    state: Literal["parked", "held"]
    reason: str  # slug of the hold; "fault" for a parked one
    person: str  # whose decision it waits for, "" for anybody's
    case_ref: str
    received_at: datetime
    since: datetime | None  # when it was held
    fault: str  # traceback without data, "" for a held one


_NAME = ("channel", "account", "source_id")
_FIND = select(inbound.c.id).where(*(inbound.c[name] == bindparam(name, type_=inbound.c[name].type) for name in _NAME))
_DUE = and_(NEW, inbound.c.unchecked.is_(None), or_(inbound.c.not_before.is_(None), inbound.c.not_before <= NOW))
UNSCANNED = and_(_DUE, inbound.c.scanned.is_(None))
_SCANNED = and_(_DUE, inbound.c.scanned.is_not(None))
IN_ORDER = (inbound.c.lane, inbound.c.id)
_CLAIM, _CLAIM_SCANNED = (
    claiming(inbound, due, *IN_ORDER, changes={"claims": claims(inbound)}) for due in (_DUE, _SCANNED)
)
_SIZES = (
    select(inbound.c.id, inbound.c.claims, blob.c.size)
    .join(blob, blob.c.sha256 == inbound.c.blob_id)
    .where(inbound.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(*IN_ORDER)
)
_LOAD = (  # in no order: a database would hold every content twice more to sort them
    select(inbound, *blobs.CONTENT)
    .join(blob, blob.c.sha256 == inbound.c.blob_id)
    .where(inbound.c.id.in_(bindparam("ids", expanding=True)))
)


def receive(tx: Tx, raw: RawMessage) -> Receipt:
    """Keep a message. One that was kept before, by the name its channel gives it, is not kept again."""
    return receive_all(tx, [raw])[0]


def receive_all(tx: Tx, raws: Sequence[RawMessage], ahead: Sequence[InPieces | None] = ()) -> list[Receipt]:
    """The same for many, at least one, in hardly more statements than for one.

    Of some the content was kept `ahead`. Raises LostPieces.
    """
    in_pieces = ahead or [None] * len(raws)
    prints = [raw.fingerprint or fingerprint(raw.blob) for raw in raws]
    erased = graves.among(tx, prints)
    kept = [graves.empty(raw) if known in erased else raw for raw, known in zip(raws, prints, strict=True)]
    keys = [each.key if each else ring(tx.dialect).fresh() for each in in_pieces]
    contents = [(each if each and raw.blob else raw.blob) for raw, each in zip(kept, in_pieces, strict=True)]
    blob_ids = blobs.keep(tx, zip(contents, [raw.received_at for raw in raws], keys, strict=True))
    pieces.arrive(tx, [each for each in in_pieces if each])
    rows = [
        _row(*each) | {"source_id": marked_name(tx.dialect, each[0].source_id)}
        for each in zip(kept, prints, blob_ids, keys, strict=True)
    ]
    fresh = {tuple(name): inbound_id for inbound_id, *name in tx.execute(added(tx, inbound, *_NAME), rows)}
    receipts = list(_receipts(tx, rows, fresh))
    if erased:
        again = [each for each, known in zip(receipts, prints, strict=True) if known in erased and each.new]
        graves.close(tx, [each.inbound_id for each in again], raws[0].received_at)
    return receipts


def claim(
    tx: Tx,
    *,
    node: int,
    now: datetime,
    limit: int,
    room: int = MOST_BYTES,
    at_hand: Collection[int] = (),
    scanned: bool = False,
) -> list[Claimed]:
    """Take up to `limit` undecided messages up, no more than `room` bytes of them: what staff wrote first, imported history
    last, and of each the oldest.

    Where there is a scanner, only those that it has `scanned`.

    One that was taken up often and never came to an end comes alone, and so does one that is larger than any room, once nothing
    else is `at_hand`: those are what the node is deciding.
    """
    ids = list(
        tx.scalars(_CLAIM_SCANNED if scanned else _CLAIM, terms(node=node, now=now, limit=limit, at_hand=at_hand))
    )
    return taken_up(tx, ids, now, room, alone=not at_hand)


def fail(tx: Tx, inbound_id: int, *, now: datetime, fault: str) -> bool:
    """Deciding failed through our fault: try again later, or park it after three times. Returns whether it is parked."""
    attempts = tx.scalar(select(inbound.c.attempts).where(inbound.c.id == inbound_id, inbound.c.state == "new"))
    if attempts is None:
        return False  # somebody else has decided it meanwhile
    parked: bool = attempts + 1 >= PARK_AFTER
    changes = {"state": "parked" if parked else "new", "attempts": attempts + 1, "fault": fault}
    _change(tx, inbound_id, **changes, not_before=now + _BACK_OFF * 2**attempts)
    return parked


def park(tx: Tx, inbound_id: int, *, fault: str) -> None:
    """Have a person look at a message that cannot be decided."""
    _change(tx, inbound_id, state="parked", fault=fault)


def parked(tx: Tx) -> list[Parked]:
    """Everything that waits for a person, oldest first."""
    waits = select(inbound, hold.c.reason, hold.c.person, hold.c.case_ref.label("held_for"), hold.c.held_at).join(
        hold, and_(hold.c.inbound_id == inbound.c.id, hold.c.released_at.is_(None)), isouter=True
    )
    failed = waits.where(inbound.c.id.in_(select(inbound.c.id).where(PARKED)))
    held = waits.where(inbound.c.id.in_(select(hold.c.inbound_id).where(WAITING)))
    rows = {row.id: row for statement in (failed, held) for row in tx.execute(statement)}
    return [_parked(rows[inbound_id]) for inbound_id in sorted(rows)]


def retry(tx: Tx, inbound_id: int) -> bool:
    """Have a parked message decided again. False where it is not parked."""
    fresh = {"state": "new", "attempts": 0, "claims": 0, "not_before": None, "node_id": None}
    statement = update(inbound).where(inbound.c.id == inbound_id, inbound.c.state == "parked").values(fresh)
    return tx.execute(statement).rowcount == 1


def release(tx: Tx, inbound_id: int, *, now: datetime) -> bool:
    """A person has dealt with a held message. False where it is not held."""
    done = update(inbound).where(inbound.c.id == inbound_id, inbound.c.state == "held").values(state="done")
    tx.execute(
        update(hold).where(hold.c.inbound_id == inbound_id, hold.c.released_at.is_(None)).values(released_at=now)
    )
    return tx.execute(done).rowcount == 1


def _receipts(tx: Tx, rows: Sequence[dict[str, Any]], fresh: Mapping[tuple[str, ...], int]) -> Iterator[Receipt]:
    """Of two with the same name, the first is the new one."""
    told: set[tuple[str, ...]] = set()
    for row in rows:
        name = tuple(shorten(row[column]) for column in _NAME)
        inbound_id = fresh[name] if name in fresh else tx.scalars(_FIND, row).one()
        yield Receipt(inbound_id=inbound_id, new=name in fresh and name not in told)
        told.add(name)


def _row(raw: RawMessage, known: str, blob_id: str, key: int) -> dict[str, Any]:
    return {
        "channel": raw.channel,
        "account": raw.account,
        "envelope": Sealed(value=codec.from_envelope(raw.envelope), key=key),
        "blob_id": blob_id,
        "media_type": raw.media_type,
        "received_at": raw.received_at,
        "quiet": raw.quiet,
        "lane": 1 + raw.quiet - raw.by_staff,
        "fingerprint": known,
        "state": "new",
        "unchecked": raw.envelope.direct or None,
        "attempts": 0,
        "claims": 0,
        "key": key,
    }


def taken_up(tx: Tx, ids: list[int], now: datetime, room: int, *, alone: bool) -> list[Claimed]:
    """Those of the claimed that are affordable."""
    kept = _affordable(tx, ids, now, room, alone=alone) if ids else []
    found = {row.id: _claimed(row) for row in tx.execute(_LOAD, {"ids": kept})} if kept else {}
    return [found[inbound_id] for inbound_id in kept]


def _affordable(tx: Tx, ids: list[int], now: datetime, room: int, *, alone: bool) -> list[int]:
    """The first of them that fit into so much memory together, a suspect by itself. The others are given back.

    Where the node is `alone` with them, at least one is affordable, however large.
    """
    total = 0
    kept: list[int] = []
    for row in tx.execute(_SIZES, {"ids": ids}):
        total += row.size
        suspect = row.claims >= SUSPECT_AFTER
        if (kept and suspect) or (total > room and (kept or not alone)):
            break
        kept.append(row.id)
        if suspect:
            tx.execute(update(inbound).where(inbound.c.id == row.id).values(not_before=now + SUSPECT_WAITS))
            break
    for inbound_id in set(ids) - set(kept):
        _change(tx, inbound_id, claims=inbound.c.claims - 1)
    return kept


def _change(tx: Tx, inbound_id: int, **changes: Any) -> None:
    tx.execute(update(inbound).where(inbound.c.id == inbound_id).values(node_id=None, **changes))


def whole(tx: Tx, claimed: Claimed) -> Claimed:
    """With a content that lies in pieces: whoever claims it has to ask for it apart, for it may take long to read."""
    if claimed.pieces is None:
        return claimed
    return replace(claimed, raw=replace(claimed.raw, blob=pieces.opened(tx, claimed.pieces)), pieces=None)


def raw_of(row: Row[Any], content: bytes | None) -> RawMessage:
    """A row as the message that came; without bytes where these were moved."""
    return RawMessage(
        channel=row.channel,
        account=row.account,
        source_id=row.source_id,
        envelope=codec.to_envelope(row.envelope),
        blob=content or b"",
        media_type=row.media_type,
        received_at=row.received_at,
        quiet=row.quiet,
        fingerprint=row.fingerprint or "",
        confirmed_by=row.confirmed_by or "",
        checked=codec.to_checked(row.checked),
        scanned=codec.to_scanned(row.scanned),
    )


def _claimed(row: Row[Any]) -> Claimed:
    """A row of `_LOAD` as whoever takes it up gets it."""
    return Claimed(
        inbound_id=row.id, raw=raw_of(row, row.content), attempts=row.attempts, claims=row.claims, pieces=row.pieces
    )


def _parked(row: Row[Any]) -> Parked:
    failed = row.state == "parked"
    return Parked(
        inbound_id=row.id,
        state="parked" if failed else "held",
        reason="fault" if failed else row.reason,
        person=row.person or "",
        case_ref=row.held_for or "",
        received_at=row.received_at,
        since=row.held_at,
        fault=(row.fault or "") if failed else "",
    )
