"""A story without a daemon: real parsing, rules, letters and store, in memory, on a clock that jumps from one event to the next.

Everything is as the daemon does it, but for the wires: mail goes in as bytes, and letters are read where the courier would
fetch them.
"""

from __future__ import annotations

import email
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import EmailMessage, Message

import orjson
from sqlalchemy import func, select

from intake.case import Case, Event
from intake.deciding.decision import Decision
from intake.message import Envelope, RawMessage
from intake.policy import Policy
from store import cases, colleagues, inbound, register
from store.database import Store
from store.schema import blob, outbox
from store.schema import case as case_table
from tests import paper
from tests.harbour import TUESDAY, FakeIds
from workers.deciding.desk import Desk
from workers.deciding.understanding import understand

DESK = "help@harbour.example"
JO = "Jo Marsh <jo@customer.example>"


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """A letter as it went out."""

    kind: str
    address: str
    ref: str
    at: datetime
    words: str
    blob: bytes = field(repr=False)

    @property
    def mail(self) -> Message:
        return email.message_from_bytes(self.blob)

    def quoted(self) -> str:
        return "\n".join(f"> {line}" for line in self.words.splitlines())


@dataclass
class Story:
    """What happens to one company. Each message is decided before the next one comes."""

    store: Store
    desk: Desk
    now: datetime = TUESDAY
    _sent: int = 0

    async def mail(self, text: str, *, by: str = JO, to: str = DESK, subject: str = "", **headers: str) -> Decision:
        """A mail arrives by SMTP, now. Header names may be written with underscores."""
        return await self.arrives(
            written(text, by=by, to=to, subject=subject, at=self.now, number=self._next(), **headers)
        )

    async def reply(self, letter: Posted, text: str, *, by: str = JO, **headers: str) -> Decision:
        """Somebody presses Reply in their mail program: top-posted, with the letter quoted below."""
        return await self.arrives(self._answer(letter, text, by, headers))

    async def staff(self, letter: Posted, text: str, **headers: str) -> Decision:
        """A member of staff presses Reply, and their mail program submits it with their login."""
        person = next(p for p in self.desk.policy.people if p.email == letter.address)
        answer = self._answer(letter, text, f"{person.name} <{person.email}>", headers)
        return await self.arrives(replace(answer, envelope=replace(answer.envelope, login=person.login)))

    async def says(self, text: str, *, conversation: str = "c1", name: str = "", address: str = "") -> Decision:
        """A line in the chat window."""
        number = self._next()
        contact = {"id": f"m{number}", "conversation": conversation, "text": text, "sent_at": self.now.isoformat()}
        contact |= {"sender": {"id": conversation, "name": name, "email": address}}  # type: ignore[dict-item]
        raw = RawMessage(
            channel="chat",
            account="chat",
            source_id=f"{conversation}/{number}",
            envelope=Envelope(rcpt_to=(DESK,), verified=True),
            blob=orjson.dumps(contact),
            media_type="application/json",
            received_at=self.now,
        )
        return await self.arrives(raw)

    async def arrives(self, raw: RawMessage) -> Decision:
        understood = understand(raw, self.desk.policy)

        def settle(tx):
            receipt = inbound.receive(tx, raw)
            return self.desk.settle(tx, {receipt.inbound_id: understood}, self.now)[receipt.inbound_id]

        return await self.store.write(settle)

    async def until(self, moment: datetime) -> None:
        """Time passes, and whatever comes due is done at its own time."""
        earliest = select(func.min(case_table.c.next_look))
        for _ in range(200):
            due_at = await self.store.read(lambda tx: tx.scalar(earliest))
            if due_at is None or due_at > moment:
                self.now = moment
                return
            self.now = max(due_at, self.now)
            await self._look()
        raise AssertionError("a case is looked at again and again")

    async def _look(self) -> None:
        def look(tx):
            for case in cases.due(tx, node=self.store.node, now=self.now, limit=50):
                self.desk.look(tx, case, self.now)

        await self.store.write(look)

    async def letters(self, kind: str = "", address: str = "") -> list[Posted]:
        """What went out, oldest first."""
        wanted = select(outbox, blob.c.content).join(blob, outbox.c.blob_id == blob.c.sha256).order_by(outbox.c.id)
        wanted = wanted.where(outbox.c.kind == kind) if kind else wanted
        wanted = wanted.where(outbox.c.address == address) if address else wanted
        rows = await self.store.read(lambda tx: list(tx.execute(wanted)))
        return [
            Posted(kind=r.kind, address=r.rcpt[0], ref=r.case_ref, at=r.created_at, words=r.text, blob=r.content)
            for r in rows
        ]

    async def latest(self, kind: str, address: str = "") -> Posted:
        return (await self.letters(kind, address))[-1]

    async def return_path(self, kind: str) -> str:
        """The envelope sender of the first letter of a kind."""
        wanted = select(outbox.c.mail_from).where(outbox.c.kind == kind).order_by(outbox.c.id)
        return str(await self.store.read(lambda tx: tx.scalar(wanted)))

    async def case(self, ref: str | None) -> Case:
        found = await self.store.read(lambda tx: cases.look(tx, ref or ""))
        assert found is not None
        return found

    async def history(self, ref: str | None) -> list[Event]:
        return await self.store.read(lambda tx: cases.history(tx, ref or ""))

    async def kinds(self, ref: str | None) -> list[str]:
        return [event.kind.value for event in await self.history(ref)]

    async def register(self) -> list[tuple[str, ...]]:
        return await self.store.read(register.rows)

    def _answer(self, letter: Posted, text: str, by: str, headers: Mapping[str, str]) -> RawMessage:
        said = f"{text}\n\nOn {self.now:%a, %d %b %Y} at {self.now:%H:%M}, Harbour Home <{DESK}> wrote:\n{letter.quoted()}\n"
        mail = letter.mail
        more = {
            "In_Reply_To": mail["Message-ID"],
            "References": f"{mail['References'] or ''} {mail['Message-ID']}".strip(),
        }
        return written(
            said,
            by=by,
            to=mail["Reply-To"] or DESK,
            subject=f"Re: {mail['Subject']}",
            at=self.now,
            number=self._next(),
            **{**more, **headers},
        )

    def _next(self) -> int:
        self._sent += 1
        return self._sent


def written(text: str, *, by: str, to: str, subject: str, at: datetime, number: int, **headers: str) -> RawMessage:
    """A mail as it comes in by SMTP."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = by, to, " ".join(subject.split())
    mail["Message-ID"] = f"<{number}@customer.example>"
    mail["Date"] = at
    for name, value in headers.items():
        name = name.replace("_", "-")
        del mail[name]
        mail[name] = " ".join(value.split())  # a folded header, in one line
    mail.set_content(text)
    address = by.rpartition("<")[2].rstrip(">")
    return RawMessage(
        channel="smtp",
        account="smtp",
        source_id=str(number),
        envelope=Envelope(mail_from=address, rcpt_to=(to,)),
        blob=mail.as_bytes(),
        received_at=at,
    )


@asynccontextmanager
async def a_story(*, at: datetime = TUESDAY, policy: Policy | None = None) -> AsyncIterator[Story]:
    """Harbour Home with an empty database."""
    written_by = paper.letters()
    known = policy or written_by.policy
    everybody = tuple(replace(person, login=person.id) for person in known.people)
    letters = replace(written_by, policy=replace(known, people=everybody))
    store = await Store.open("sqlite://")
    await store.enter("story")
    await store.write(lambda tx: colleagues.know(tx, letters.policy))
    try:
        yield Story(store=store, desk=Desk(policy=letters.policy, letters=letters, ids=FakeIds()), now=at)
    finally:
        await store.close()
