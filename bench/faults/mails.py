"""The mail of a siege: complaints, replies to acknowledgements, and staff's answers. Everything is told apart by its id."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import dataclass
from email.message import Message
from email.utils import format_datetime
from hashlib import sha256
from typing import Literal

from bench.workload import ENGLISH
from workers.clock import SystemClock

DESK = "help@harbour.example"
STAFF = "asha@staff.harbour.example"
Wire = Literal["smtp", "lmtp", "webhook", "imap"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One message, as it is offered again and again until it is accepted."""

    id: str
    kind: Literal["complaint", "reply", "answer"]
    wire: Wire
    content: bytes  # exact bytes: a mail with CRLF, or a JSON contact
    sender: str = ""
    recipient: str = DESK
    login: str = ""  # of staff
    about: str = ""  # id of the complaint that it belongs to, its own for a complaint

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


def complaint(number: int, wire: Wire, chance: random.Random, *, photo: bytes = b"") -> Mail:
    """A new customer's, about an order of their own. Of mails, one in ten has a photo, some large; or all have the one given."""
    name = f"c{number}"
    sender = f"customer{number}@customer{number % 97}.example"
    words = f"Order {70_000_000 + number} ({name}): {_words(chance)}"
    if wire == "webhook":
        contact = {"id": name, "sender": {"email": sender, "name": f"Customer {number}"}, "text": words}
        content = json.dumps(contact).encode()
    else:
        attachment = base64.encodebytes(photo).decode() or _attachment(chance)
        content = _mail(name, sender, DESK, f"Order {70_000_000 + number}", words, attachment=attachment)
    return Mail(id=name, kind="complaint", wire=wire, content=content, sender=sender, about=name)


def reply(letter: Message, about: Mail, wire: Wire, chance: random.Random) -> Mail:
    """What the customer answers to an acknowledgement."""
    name = f"r-{about.id}"
    content = _answer(letter, name, about.sender, f"Thank you. ({name}) {_words(chance)}")
    recipient = unfolded(letter, "Reply-To")
    return Mail(
        id=name, kind="reply", wire=wire, content=content, sender=about.sender, recipient=recipient, about=about.id
    )


def answer(notice: Message, about: Mail) -> Mail:
    """What Asha writes to the customer, by pressing Reply on a notification; her words hold the id."""
    name = f"a-{about.id}"
    content = _answer(notice, name, STAFF, f"We are sorry. A new one leaves today ({name}).")
    recipient = unfolded(notice, "Reply-To")
    return Mail(
        id=name,
        kind="answer",
        wire="smtp",
        content=content,
        sender=STAFF,
        recipient=recipient,
        login="asha",
        about=about.id,
    )


def travelled(mail: Mail, number: int) -> bytes:
    """The same mail by another route: a trace header more (RFC 5321 section 4.4)."""
    return b"Received: from relay%d.example by mx.harbour.example; now\r\n" % number + mail.content


def unfolded(letter: Message, name: str) -> str:
    """A header on one line."""
    return " ".join(str(letter[name]).split())


def _answer(letter: Message, name: str, sender: str, words: str) -> bytes:
    message_id = unfolded(letter, "Message-ID")
    references = f"In-Reply-To: {message_id}\nReferences: {message_id}\n"
    quoted = "On Sunday Harbour Home wrote:\n> We have your message.\n"
    to, subject = unfolded(letter, "Reply-To"), unfolded(letter, "Subject")
    return _mail(name, sender, to, f"Re: {subject}", f"{words}\n\n{quoted}", references)


def _mail(name: str, sender: str, to: str, subject: str, words: str, more: str = "", attachment: str = "") -> bytes:
    date = format_datetime(SystemClock().now())
    kind = 'multipart/mixed; boundary="siege"' if attachment else "text/plain; charset=utf-8"
    head = f"From: {sender}\nTo: {to}\nSubject: {subject}\nMessage-ID: <{name}@siege.example>\nDate: {date}\n"
    head += f"{more}MIME-Version: 1.0\nContent-Type: {kind}\n\n"
    if attachment:
        file = "Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n"
        words = f"--siege\nContent-Type: text/plain\n\n{words}\n--siege\n{file}\n{attachment}--siege--"
    return (head + words + "\n").replace("\n", "\r\n").encode()


def _words(chance: random.Random) -> str:
    return "\n".join(f"{chance.choice(ENGLISH)}." for _ in range(chance.randint(2, 30)))


def _attachment(chance: random.Random) -> str:
    if chance.random() >= 0.1:
        return ""
    size = chance.randint(1_000, 80_000) if chance.random() < 0.7 else chance.randint(300_000, 1_500_000)
    return base64.encodebytes(chance.randbytes(size)).decode()
