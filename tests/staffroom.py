"""A case of Harbour Home, and what becomes of it when a member of staff answers a letter about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from intake.case import Case, Event, Promise, Route, Status
from intake.deciding.decide import decide
from intake.deciding.decision import Decision, Facts, Sent
from intake.deciding.question import Question
from intake.history import fold
from intake.letters.kinds import Letters
from intake.letters.letter import Letter, LetterKind
from intake.message import Envelope, RawMessage
from intake.observe import observe
from intake.parse import parse
from intake.policy import Brand, Person
from intake.tokens import note_address, staff_address
from tests.harbour import ASHA, TUESDAY
from tests.paper import letters

NEWS = Promise(
    id="p1", kind="news", made_at=TUESDAY, due_at=datetime(2026, 1, 13, 17, 30, tzinfo=UTC), made_by="daemon"
)
LAMP = Case(
    ref="HH-4829-1357K",
    brand="harbour",
    customer_name="Jo Marsh",
    route=Route(channel="mail", address="jo@customer.example"),
    participants=("jo@customer.example",),
    owner="asha",
    handler="asha",
    department="Customer Care",
    received_at=TUESDAY,
    issue="Wrong lamp shade (order 88123)",
    words="My lamp (order 88123) came with the wrong shade.\nBit disappointed: it is a present for Saturday.",
    promises=(NEWS,),
    last_subject="Wrong lamp shade",
    last_message_id="a1@customer.example",
)
NOON = TUESDAY + timedelta(hours=2)
OTHER = replace(LAMP, ref="HH-1111-2222M", handler="kim", received_at=NOON - timedelta(days=3), promises=())
HELD = replace(LAMP, status=Status.HELD, related=(OTHER.ref,), participants=("jo@work.example",), matters=("88123",))
RESOLVED = replace(LAMP, status=Status.RESOLVED, resolution="sent", promises=())
FOLLOW_UP = replace(RESOLVED, status=Status.FOLLOW_UP, follow_up_due_at=NOON + timedelta(days=1), passed=True)


class Room:
    """One case, and letters about it that staff answer."""

    def __init__(self, case: Case = LAMP, related: tuple[Case, ...] = (), **brand: Any) -> None:
        self.pen: Letters = letters(**brand)
        self.case = case
        self.related = related
        self.now = NOON

    @property
    def brand(self) -> Brand:
        return self.pen.policy.brand(self.case.brand)

    def notice(self, person: Person = ASHA) -> Letter:
        """What they were told, and answer now."""
        return self.pen.notification(
            self.case,
            person,
            cause="inbound:1",
            now=TUESDAY,
            words=self.case.words,
            reasons=("first-contact",),
            kind_of="new",
            promise=NEWS,
        )

    def address(self, person: Person = ASHA, *, note: bool = False) -> str:
        make = note_address if note else staff_address
        return make(self.pen.policy, self.brand, self.case.ref, person.id, TUESDAY)

    def mail(self, body: str, person: Person = ASHA, *, note: bool = False, headers: str = "") -> bytes:
        """A plain mail from a staff member's own address to their signed one."""
        head = f"From: {person.name} <{person.email}>\nTo: {self.address(person, note=note)}\nSubject: Re: a case\n"
        return f"{head}{headers}Content-Type: text/plain; charset=utf-8\n\n{body}".encode()

    def send(self, blob: bytes, person: Person = ASHA, *, answers: Letter | None = None) -> Decision:
        """It arrives by authenticated submission. `answers` is the letter of ours that its headers name."""
        envelope = Envelope(login=person.login or None)
        raw = RawMessage(channel="smtp", account="a", source_id="1", blob=blob, received_at=self.now, envelope=envelope)
        policy = self.pen.policy
        message = parse(raw)
        signals = replace(observe(message, raw, policy), login=person.login or person.id)
        policy = replace(policy, people=tuple(replace(p, login=p.login or p.id) for p in policy.people))
        sent = answers and Sent(
            outbox_id=1,
            case_ref=self.case.ref,
            kind=LetterKind.NOTIFICATION,
            message_id="n1@harbour.example",
            recipient=person.email,
            text=answers.text,
            in_flight=False,
        )
        facts = Facts(by_token=self.case, related=self.related, answers=sent)
        question = Question(
            inbound_id=7, raw=raw, message=message, signals=signals, facts=facts, policy=policy, now=self.now
        )
        return decide(question, self.pen, lambda: "HH-0000-0000A")

    def write(self, body: str, person: Person = ASHA, *, note: bool = False) -> Decision:
        """What comes of a plain mail; the case becomes what it says."""
        decision = self.send(self.mail(body, person, note=note), person)
        self.case = fold(self.case, events(decision, self.case.ref))
        return decision


def events(decision: Decision, ref: str = LAMP.ref) -> list[Event]:
    return [event for change in decision.changes if change.ref == ref for event in change.events]


def kinds(decision: Decision) -> list[str]:
    return [event.kind.value for event in events(decision)]


def to_customer(decision: Decision) -> Letter | None:
    """The reply that the customer gets, if any."""
    return next((letter for letter in decision.letters if letter.kind is LetterKind.REPLY), None)


def refused(decision: Decision) -> tuple[str, str]:
    """The slug, and the whole letter that says so; nothing else may have happened."""
    (letter,) = decision.letters
    assert letter.kind is LetterKind.REFUSAL
    assert decision.changes == ()
    slug = next(reason for reason in decision.reasons if reason.startswith("refused:"))
    return slug.removeprefix("refused:"), letter.text
