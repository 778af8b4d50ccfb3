"""Puts into an archive what is kept about one person: a folder for each case, and one for mail that came to none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from typing import TypeAlias

import orjson

from intake import dossier
from intake.case import Case, Event
from intake.dossier import Reader
from intake.hours import Calendar
from intake.message import Message, RawMessage
from intake.mime.filenames import safe
from intake.parse import parse
from intake.policy import Brand
from store import blobs, cases, person
from store.objects import Objects
from store.person import Came, Person, Went
from store.schema.audience import FOR_STAFF
from store.writer import Tx
from workers.verbs.archive import Archive

ALONE = "without-a-case"  # the folder of mail that came to none
_ENDINGS = {"message/rfc822": "eml", "application/json": "json", "text/plain": "txt", "text/html": "html"}

Line: TypeAlias = tuple[datetime, str, str]  # of a chat: when, who, what


class NotAtHand(Exception):
    """Bytes lie in an object store that the settings do not name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """How much is in the archive, and how much was left out, by why."""

    taken: Counter[str] = field(
        default_factory=Counter
    )  # messages, letters, attachments, chats; alone: messages without a case
    left_out: Counter[str] = field(default_factory=Counter)  # internal, others, machines, notes


@dataclass(frozen=True, kw_only=True, slots=True)
class _Folder:
    """One case as one person sees it, or all that has no case, on its way into the archive."""

    name: str
    reader: Reader
    brand: Brand
    tx: Tx
    into: Archive
    objects: Objects | None
    found: Gathered
    said: list[Line] = field(default_factory=list)

    def messages(self, ref: str | None) -> None:
        """All that came in and went out, as far as it is theirs."""
        for came in person.messages(self.tx, ref):
            self._came(came)
        for went in person.letters(self.tx, ref) if ref else ():
            self._went(went)

    def _came(self, came: Came) -> None:
        """A message, if it is theirs. What staff wrote to the desk never is."""
        raw = replace(came.raw, blob=self._content(came.blob_id)) if came.elsewhere else came.raw
        message = parse(raw) if dossier.may_be_theirs(raw, self.reader) else None
        if came.party == "staff":
            self.found.left_out["internal"] += 1
        elif message is not None and dossier.is_theirs(raw, message, self.reader):
            self._message(came.inbound_id, raw, message)
        elif came.case_ref is not None:
            self.found.left_out["machines" if came.party == "robot" else "others"] += 1

    def _went(self, went: Went) -> None:
        """A letter, if it is to them and not to staff."""
        if went.kind in FOR_STAFF or self.reader.addresses.isdisjoint(went.rcpt):
            self.found.left_out["internal" if went.kind in FOR_STAFF else "others"] += 1
            return
        ending = "eml" if went.channel == "mail" else "json"
        self._add(f"messages/{self._when(went.at)}-from-us-{went.outbox_id}.{ending}", self._content(went.blob_id))
        self.found.taken["letters"] += 1
        if went.channel != "mail":
            self.said.append((went.at, self.brand.name, went.text))

    def case(self, case: Case, history: list[Event]) -> None:
        """What is known of the case, and what was said in chats."""
        told = dossier.case_file(case, self.reader, history)
        self._add("case.json", orjson.dumps(told, option=orjson.OPT_INDENT_2))
        self._add("history.txt", "".join(f"{line}\n" for line in told["history"]).encode())
        if self.said:
            self.found.taken["chats"] += 1
            self._add("chat.txt", "\n".join(map(self._spoken, sorted(self.said, key=itemgetter(0)))).encode())
        self.found.left_out["notes"] += 0 if self.reader.notes else dossier.notes_in(history)

    def _message(self, number: int, raw: RawMessage, message: Message) -> None:
        stem = f"{self._when(raw.received_at)}-to-us-{number}"
        self._add(f"messages/{stem}.{_ENDINGS[raw.media_type]}", raw.blob)
        for place, file in enumerate(message.attachments, 1):
            self._add(f"attachments/{number}-{place}-{safe(file.name, file.type, place)}", file.content)
        self.found.taken["alone" if self.name == ALONE else "messages"] += 1
        self.found.taken["attachments"] += len(message.attachments)
        if raw.media_type == "application/json":
            self.said.append((raw.received_at, "You", message.text))

    def _content(self, blob_id: str) -> bytes:
        content = blobs.content(self.tx, blob_id)
        if content is None and self.objects is None:
            raise NotAtHand
        return self.objects.get(blob_id) if content is None and self.objects is not None else content or b""

    def _add(self, name: str, content: bytes) -> None:
        self.into.add(f"{self.name}/{name}", content)

    def _when(self, at: datetime) -> str:
        return f"{self._local(at):%Y-%m-%d-%H%M}"

    def _local(self, at: datetime) -> datetime:
        return Calendar(self.brand.hours).local(at)

    def _spoken(self, line: Line) -> str:
        at, who, words = line
        return f"{self._local(at):%Y-%m-%d %H:%M}  {who}:\n{words.strip()}\n"


def gather(tx: Tx, who: Person, reader: Reader, into: Archive, objects: Objects | None) -> Gathered:
    """Everything but the covering letter. Raises NotAtHand, or ObjectsDown, where bytes cannot be had."""
    found = Gathered()
    known = cases.look_all(tx, who.refs)
    for ref in who.refs:
        history = cases.history(tx, ref)
        own = reader.with_conversations_of(history[0]) if ref in who.opened else reader
        folder = _folder(ref, own, reader.policy.brand(known[ref].brand), tx, into, objects, found)
        folder.messages(ref)
        folder.case(known[ref], history)
    _folder(ALONE, reader, reader.policy.brands[0], tx, into, objects, found).messages(None)
    return found


def _folder(
    name: str, reader: Reader, brand: Brand, tx: Tx, into: Archive, objects: Objects | None, found: Gathered
) -> _Folder:
    return _Folder(name=name, reader=reader, brand=brand, tx=tx, into=into, objects=objects, found=found)
