"""Letters on their way out. A letter is queued with its cause, taken up, marked `sending` before its wire is touched, settled.

Nothing is exactly once over SMTP. What was only taken up is sent by whoever comes next. After a crash in `sending` an automatic
letter is `unknown` and not sent again; what a person wrote is sent again, byte for byte, and receivers know it by its Message-ID.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, bindparam, case, select, update

from intake.letters.letter import Delivery, Letter, LetterKind, OutboxState, Outcome, Pending, Submission
from store import blobs
from store.inserting import added, upsert
from store.lease import NOW, claiming, terms
from store.schema import blob, outbox, thread_id
from store.schema import case as cases
from store.schema.outbox import SENDING, UNSENT
from store.sealing import Sealed, mark, ring
from store.writer import Tx


class Begun(NamedTuple):
    """A letter at the wire, and what had become of it before. Until it is settled nobody else changes it."""

    id: int
    key: int | None
    automatic: bool
    results: dict[str, Any]
    attempts: int
    sent_at: datetime | None


_DUE = and_(
    UNSENT,
    outbox.c.next_attempt_at <= NOW,
    outbox.c.channel.in_(bindparam("channels", expanding=True)),
)
_CLAIM = claiming(outbox, _DUE, outbox.c.automatic, outbox.c.next_attempt_at, outbox.c.id, changes={})
_ENVELOPE = ("id", "channel", "mail_from", "rcpt", "results", "message_id", "kind", "case_ref", "automatic", "attempts")
_LOAD = (
    select(*(outbox.c[name] for name in (*_ENVELOPE, "created_at")), *blobs.CONTENT)
    .join(blob, blob.c.sha256 == outbox.c.blob_id)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(outbox.c.automatic, outbox.c.next_attempt_at, outbox.c.id)
)

_KEYS = select(cases.c.ref, cases.c.key).where(cases.c.ref.in_(bindparam("refs", expanding=True)))
_BEGIN = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)), UNSENT, outbox.c.node_id == bindparam("node"))
    .values(state="sending")
    .returning(*(outbox.c[name] for name in Begun._fields))
)
_SETTLE = update(outbox).where(outbox.c.id == bindparam("letter"))  # the columns named with the letter are changed


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A letter that was at the wire, and what became of it there: of everybody who had no final answer yet."""

    begun: Begun
    deliveries: Sequence[Delivery]
    at: datetime
    next_attempt: datetime | None  # for those deferred; None gives them up


def queue(tx: Tx, letters: Sequence[tuple[Letter, Submission]], *, now: datetime) -> None:
    """Put letters in the outbox, but for those that their cause has written already: they are not sent twice."""
    if not letters:
        return
    keys = _keys(tx, [letter for letter, _ in letters])
    blob_ids = blobs.keep(tx, ((each.blob, now, key) for (_, each), key in zip(letters, keys, strict=True)))
    rows = [
        _row(*pair, blob_id, key, now) | {"audience": _marks(tx, pair[1])}
        for pair, blob_id, key in zip(letters, blob_ids, keys, strict=True)
    ]
    queued = tx.execute(added(tx, outbox, "message_id", "case_ref"), rows).all()
    links = [{"outbox_id": row.id, "message_id": row.message_id, "case_ref": row.case_ref} for row in queued]
    links = [link for link in links if link["message_id"] and link["case_ref"]]
    if links:
        tx.execute(upsert(tx, thread_id), links)


def claim(
    tx: Tx, *, node: int, now: datetime, limit: int, channels: Iterable[str], at_hand: Collection[int] = ()
) -> list[Pending]:
    """Take up to `limit` due letters of these channels up, those that a person wrote first. `at_hand` are being handed over."""
    what = terms(node=node, now=now, limit=limit, at_hand=at_hand) | {"channels": list(channels)}
    ids = list(tx.scalars(_CLAIM, what))
    return [_pending(tx, row) for row in tx.execute(_LOAD, {"ids": ids})] if ids else []


def begin(tx: Tx, outbox_ids: Sequence[int], *, node: int) -> dict[int, Begun]:
    """Mark letters as `sending`: from now on nobody knows, until they are settled. Without those that others have meanwhile."""
    rows = tx.execute(_BEGIN, {"ids": outbox_ids, "node": node})
    return {row.id: Begun._make(row) for row in rows}


def settle(tx: Tx, ended: Sequence[Ended]) -> list[OutboxState]:
    """Keep what became of every recipient of these letters, at least one. Each letter's state, in order.

    An automatic letter that may have arrived is `unknown`, and not tried again.
    """
    changes = [_changes(each.begun, each) for each in ended]
    tx.execute(_SETTLE, changes)
    return [change["state"] for change in changes]


def lose(tx: Tx, node: int) -> list[int]:
    """Put right what a node was sending when it ended. Returns the ids of the letters that are now `unknown`."""
    changes = {
        "state": case((outbox.c.automatic, "unknown"), else_="pending"),
        "next_attempt_at": case((outbox.c.automatic, None), else_=outbox.c.next_attempt_at),
        "attempts": outbox.c.attempts + 1,
        "node_id": None,
    }
    statement = update(outbox).where(SENDING, outbox.c.node_id == node).values(changes)
    rows = tx.execute(statement.returning(outbox.c.id, outbox.c.state)).all()
    return sorted(row.id for row in rows if row.state == "unknown")


def _changes(begun: Begun, ended: Ended) -> dict[str, Any]:
    results = begun.results | {each.recipient: _result(each, ended.at) for each in ended.deliveries}
    if begun.automatic and any(each.maybe_arrived for each in ended.deliveries):
        state: OutboxState = "unknown"
    else:
        state = _state({result["outcome"] for result in results.values()}, again=ended.next_attempt)
    sent = any(each.outcome is Outcome.ACCEPTED for each in ended.deliveries)
    return {
        "letter": begun.id,
        "state": state,
        "results": Sealed(value=results, key=begun.key),
        "attempts": begun.attempts + 1,
        "next_attempt_at": ended.next_attempt if state == "deferred" else None,
        "node_id": None,
        "sent_at": begun.sent_at or (ended.at if sent else None),
    }


def _keys(tx: Tx, letters: Sequence[Letter]) -> list[int]:
    """What each letter is sealed with: the key of its case; without one, a key of its own."""
    refs = {letter.case_ref for letter in letters}
    found = {row.ref: row.key for row in tx.execute(_KEYS, {"refs": list(refs)})}
    return [found.get(letter.case_ref) or ring(tx.dialect).fresh() for letter in letters]


def _marks(tx: Tx, submission: Submission) -> list[str]:
    return [str(mark(tx.dialect, each)) for each in submission.rcpt_to]


def _row(letter: Letter, submission: Submission, blob_id: str, key: int, now: datetime) -> dict[str, Any]:
    return {
        "case_ref": letter.case_ref,
        "kind": letter.kind.value,
        "cause": letter.cause,
        "address": letter.to.address,
        "domain": domain(letter.to.address),
        "channel": submission.channel,
        "automatic": letter.automatic,
        "mail_from": submission.mail_from,
        "rcpt": Sealed(value=list(submission.rcpt_to), key=key),
        "message_id": submission.message_id,
        "letter_id": letter_id(submission.message_id),
        "blob_id": blob_id,
        "text": Sealed(value=letter.text, key=key),
        "state": "pending",
        "attempts": 0,
        "next_attempt_at": now,
        "results": {},
        "created_at": now,
        "key": key,
    }


def letter_id(message_id: str) -> str:
    """The letter's own id in a Message-ID of ours; the reference of its case may stand behind it."""
    return message_id.partition("@")[0].partition(".")[0]


def domain(address: str) -> str:
    """The domain of an address, lower case; "" for a conversation."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def _pending(tx: Tx, row: Row[Any]) -> Pending:
    submission = Submission(
        channel=row.channel,
        mail_from=row.mail_from,
        rcpt_to=_open(row.rcpt, row.results),
        message_id=row.message_id,
        blob=blobs.whole(tx, row) or b"",
    )
    return Pending(
        outbox_id=row.id,
        submission=submission,
        kind=LetterKind(row.kind),
        case_ref=row.case_ref,
        automatic=row.automatic,
        attempts=row.attempts,
        created_at=row.created_at,
    )


def _open(recipients: Sequence[str], results: dict[str, Any]) -> tuple[str, ...]:
    """Who has no final answer yet."""
    return tuple(r for r in recipients if results.get(r, {}).get("outcome", "deferred") == "deferred")


def _result(delivery: Delivery, now: datetime) -> dict[str, Any]:
    return {
        "outcome": delivery.outcome.value,
        "code": delivery.code,
        "status": delivery.status,
        "diagnostic": delivery.diagnostic,
        "at": now.isoformat(),
    }


def _state(outcomes: Collection[str], *, again: datetime | None) -> OutboxState:
    if "deferred" in outcomes and again is not None:
        return "deferred"
    return "sent" if "accepted" in outcomes else "rejected"
