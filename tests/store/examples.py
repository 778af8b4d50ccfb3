"""Messages, events, decisions and letters to fill a store with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from intake.case import Event, Kind, Route, stamp
from intake.deciding.decision import CaseChange, Decision, Due, Keys, Verdict
from intake.letters.letter import Letter, LetterKind, Submission
from intake.message import Envelope, RawMessage
from store import inbound, nodes, outbox
from store.apply import Outcome, apply
from store.inserting import missing
from store.schema import colleague, participant
from store.schema.audience import FOR_STAFF
from store.writer import Tx
from tests.harbour import POLICY, TUESDAY

REF = "HH-4829-1357K"
ME, OTHER_NODE = 1001, 1002
MAIL = b"From: jo@customer.example\r\nSubject: Broken lamp\r\n\r\nThe lamp arrived broken.\r\n"


def raw(source_id: str = "1", **changes: Any) -> RawMessage:
    message = RawMessage(
        channel="smtp",
        account="help",
        source_id=source_id,
        envelope=Envelope(mail_from="jo@customer.example", rcpt_to=("help@harbour.example",), peer="192.0.2.7"),
        blob=MAIL + source_id.encode("utf-8", "replace"),
        received_at=TUESDAY,
    )
    return replace(message, **changes)


def event(kind: Kind, /, at: datetime = TUESDAY, actor: str = "daemon", **data: Any) -> Event:
    return Event(kind=kind, at=at, actor=actor, data=data)


def opened(ref: str = REF, *, address: str = "jo@customer.example", at: datetime = TUESDAY, **data: Any) -> Event:
    plain: dict[str, Any] = {
        "ref": ref,
        "brand": "harbour",
        "customer_name": "Jo Brown",
        "channel": "mail",
        "address": address,
        "participants": [address],
        "owner": "asha",
        "handler": "asha",
        "department": "Customer Care",
        "received_at": stamp(at),
        "issue": "The lamp arrived broken",
        "matters": ["order:1234567"],
        "message_id": "first@customer.example",
        "subject": "Broken lamp",
        "words": "The lamp arrived broken.",
    }
    return event(Kind.CASE_OPENED, at, "customer", **(plain | data))


def promised(due_at: datetime, promise_id: str = "p1") -> Event:
    return event(Kind.PROMISE_MADE, id=promise_id, kind="news", due_at=stamp(due_at))


def decision(*events: Event, ref: str = REF, verdict: Verdict = Verdict.OPEN, **changes: Any) -> Decision:
    change = (CaseChange(ref=ref, events=events),) if events else ()
    return replace(Decision(verdict=verdict, reasons=("new-contact",), case_ref=ref, changes=change), **changes)


def letter(kind: LetterKind = LetterKind.ACKNOWLEDGEMENT, *, cause: str = "inbound:1", **changes: Any) -> Letter:
    made = Letter(
        kind=kind,
        cause=cause,
        case_ref=REF,
        brand="harbour",
        to=Route(channel="mail", address="jo@customer.example"),
        subject="We have your message",
        text="Dear Jo, we have your message.",
        html="<p>Dear Jo, we have your message.</p>",
        automatic=kind is not LetterKind.REPLY,
    )
    return replace(made, **changes)


def submission(letter_id: str = "l1", *recipients: str, channel: str = "mail") -> Submission:
    return Submission(
        channel=channel,
        mail_from=f"desk+{letter_id}@harbour.example",
        rcpt_to=recipients or ("jo@customer.example",),
        message_id=f"{letter_id}@harbour.example",
        blob=b"Subject: We have your message\r\n\r\n" + letter_id.encode(),
    )


def keys(**changes: Any) -> Keys:
    nothing = Keys(
        inbound_id=None,
        fingerprint="",
        sender=None,
        channel="smtp",
        conversation=None,
        token_refs=(),
        case_refs=(),
        message_ids=(),
        matters=(),
        bounce_letters=(),
    )
    return replace(nothing, **changes)


def do(
    tx: Tx, made: Decision, *letters: tuple[Letter, Submission], inbound_id: int | None = None, **changes: Any
) -> None:
    """Apply a decision as triage would; its letters are to people who may have them."""
    arguments: dict[str, Any] = {"policy": POLICY, "now": TUESDAY, "look": lambda _: TUESDAY} | changes
    apply(tx, [Outcome(inbound_id=inbound_id, decision=made, letters=())], **arguments)
    for each, submitted in letters:
        entitle(tx, each, submitted, arguments)
    outbox.queue(tx, letters, now=arguments["now"])


def entitle(tx: Tx, letter: Letter, submission: Submission, arguments: dict[str, Any]) -> None:
    """What the database asks of a letter: who gets it works here or takes part in the case, and history tells of a reply."""
    addresses = {letter.to.address, *submission.rcpt_to}
    if letter.kind in FOR_STAFF:
        tx.execute(missing(tx, colleague), [{"address": address} for address in addresses])
        return
    rows = [{"case_ref": letter.case_ref, "address": address, "received_at": TUESDAY} for address in addresses]
    tx.execute(missing(tx, participant), rows)
    if letter.kind is LetterKind.REPLY:
        told = Due(changes=(CaseChange(ref=letter.case_ref, events=(event(Kind.REPLY_SENT, text=letter.text),)),))
        apply(tx, [Outcome(inbound_id=None, decision=told, letters=())], **arguments)


def die_with_messages(tx: Tx, now: datetime = TUESDAY, *, limit: int = 50) -> None:
    """A node takes messages up, and ends before it is through."""
    dead = nodes.join(tx, "dead")
    inbound.claim(tx, node=dead, now=now, limit=limit)
    nodes.end(tx, dead)


def take_in(tx: Tx, made: Decision, *letters: tuple[Letter, Submission], source_id: str = "1", **changes: Any) -> int:
    """Receive a message and apply a decision about it. Returns its id."""
    inbound_id = inbound.receive(tx, raw(source_id)).inbound_id
    do(tx, made, *letters, inbound_id=inbound_id, **changes)
    return inbound_id
