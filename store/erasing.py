"""Erases what is kept about a person, by destroying the keys that it was sealed with: backups of the database are of no use then.

The keys go first, in one durable step; then the database is tidied by what the keyring says. So a crash in between, and an old
backup that was put back, are one and the same: `finish` does at the next start what is left to do, and needs to read nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Text, delete, func, or_, select, type_coerce, update

from intake import shell
from intake.case import Case, Event, Kind, Promise, PromiseState, Status
from intake.policy import Policy
from intake.senders.identity import canonical
from store import blobs, graves, recording
from store import cases as shelf
from store.keyring import Keyring
from store.person import Person
from store.schema import case, case_event, contact, contact_point, inbound, outbox, promise, register
from store.schema.outbox import SENDING
from store.sealing import MARK, mark, ring
from store.writer import Tx

T = TypeVar("T")
_TOGETHER = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Doomed:
    """What there is to erase of a person, and what stands against it."""

    contact_id: int | None
    refs: tuple[str, ...]  # their own cases
    shared: tuple[str, ...]  # cases of others that they take part in: those stay
    held: dict[str, str]  # cases under a legal hold, and why
    open: tuple[str, ...]  # cases that are not settled
    messages: tuple[int, ...]
    letters: tuple[int, ...]
    sending: int  # letters that are handed over at this moment
    readable: int  # events from before there were keys: nothing can take them out of a history

    @property
    def nothing(self) -> bool:
        return self.contact_id is None and not (self.shared or self.messages or self.letters)


NOTHING = Doomed(contact_id=None, refs=(), shared=(), held={}, open=(), messages=(), letters=(), sending=0, readable=0)


def doomed(tx: Tx, person: Person) -> Doomed:
    """What erasing this person would do."""
    refs = tuple(ref for ref in person.refs if ref in person.opened)
    known = shelf.look_all(tx, refs).values()
    messages = tuple(sorted(set(_messages(tx, person, refs))))
    letters = letters_of(tx, refs, messages)
    return Doomed(
        contact_id=person.contact_id,
        refs=refs,
        shared=tuple(ref for ref in person.refs if ref not in person.opened),
        held={each.ref: each.legal_hold for each in known if each.legal_hold},
        open=tuple(each.ref for each in known if each.status not in (Status.RESOLVED, Status.MERGED)),
        messages=messages,
        letters=letters,
        sending=on_their_way(tx, letters),
        readable=_readable(tx, refs),
    )


def erase(tx: Tx, gone: Doomed, *, policy: Policy, now: datetime) -> None:
    """Destroy the keys, then tidy up. Keys stay destroyed whatever becomes of the transaction: `finish` goes on from there."""
    keys = ring(tx.dialect)
    keys.destroy(_keys(tx, gone), _graves(tx, keys, gone.messages), at=now)
    _empty(tx, gone.refs, policy, now)
    _forget_messages(tx, gone.messages, now)
    _forget_letters(tx, gone.letters)
    _forget_contacts(tx, () if gone.contact_id is None else (gone.contact_id,))


def finish(tx: Tx, *, policy: Policy, now: datetime) -> int:
    """Tidy up whatever is still there of what was erased. Returns how many cases that were."""
    found = 0
    for some in _by_the_dozen(ring(tx.dialect).destroyed()):
        refs = list(tx.scalars(select(case.c.ref).where(case.c.key.in_(some))))
        _empty(tx, refs, policy, now)
        _forget_messages(tx, list(tx.scalars(select(inbound.c.id).where(inbound.c.key.in_(some)))), now)
        _forget_letters(tx, list(tx.scalars(select(outbox.c.id).where(outbox.c.key.in_(some)))))
        _forget_contacts(tx, list(tx.scalars(select(contact.c.id).where(contact.c.key.in_(some)))))
        found += len(refs)
    return found


def note(tx: Tx, refs: Iterable[str], event: Event, *, policy: Policy) -> None:
    """Write an event down on these cases that moves none of their clocks."""
    for ref in refs:
        when = tx.scalar(select(case.c.next_look).where(case.c.ref == ref))
        recording.record(tx, {ref: [event]}, policy=policy, now=event.at, look=_at(when))


def letters_of(tx: Tx, refs: Sequence[str], messages: Sequence[int]) -> tuple[int, ...]:
    """Those of these cases, and those to staff about messages that have none."""
    found = set(tx.scalars(select(outbox.c.id).where(outbox.c.case_ref.in_(refs))))
    for some in _by_the_dozen(messages):
        causes = [f"inbound:{number}" for number in some]
        found.update(tx.scalars(select(outbox.c.id).where(outbox.c.case_ref == "", outbox.c.cause.in_(causes))))
    return tuple(sorted(found))


def on_their_way(tx: Tx, letters: Sequence[int]) -> int:
    """How many of these letters are handed over at this moment."""
    at_the_wire = select(func.count()).select_from(outbox).where(SENDING)
    return sum(tx.scalar(at_the_wire.where(outbox.c.id.in_(some))) or 0 for some in _by_the_dozen(letters))


def _at(when: datetime | None) -> Callable[[Case], datetime | None]:
    return lambda _: when


def _messages(tx: Tx, person: Person, refs: Sequence[str]) -> Iterator[int]:
    """Those of their cases, those that they wrote, second deliveries of both, and what nobody has decided about yet."""
    wrote = [mark(tx.dialect, address) for address in person.addresses]
    theirs = or_(inbound.c.case_ref.in_(refs), inbound.c.sender.in_(wrote))
    same = select(inbound.c.fingerprint).where(theirs, inbound.c.fingerprint.is_not(None))
    yield from tx.scalars(select(inbound.c.id).where(or_(theirs, inbound.c.fingerprint.in_(same))))
    unknown = select(inbound.c.id, inbound.c.envelope).where(inbound.c.sender.is_(None), inbound.c.case_ref.is_(None))
    for row in tx.execute(unknown):
        if canonical(row.envelope.get("mail_from") or "") in person.addresses:
            yield row.id


def _readable(tx: Tx, refs: Sequence[str]) -> int:
    plain = ~type_coerce(case_event.c.data, Text).startswith(MARK), case_event.c.kind != Kind.ERASED.value
    return tx.scalar(select(func.count()).select_from(case_event).where(case_event.c.case_ref.in_(refs), *plain)) or 0


def _keys(tx: Tx, gone: Doomed) -> set[int]:
    wanted = (
        (case.c.key, case.c.ref, gone.refs),
        (inbound.c.key, inbound.c.id, gone.messages),
        (outbox.c.key, outbox.c.id, gone.letters),
        (contact.c.key, contact.c.id, (gone.contact_id,)),
    )
    found: set[int] = set()
    for key, name, values in wanted:
        for some in _by_the_dozen(values):
            found.update(tx.scalars(select(key).where(name.in_(some), key.is_not(None))))
    return found


def _graves(tx: Tx, keys: Keyring, messages: Sequence[int]) -> Iterator[str]:
    for some in _by_the_dozen(messages):
        for fingerprint in tx.scalars(select(inbound.c.fingerprint).where(inbound.c.id.in_(some))):
            yield keys.mark(graves.words(fingerprint or ""))


def _empty(tx: Tx, refs: Sequence[str], policy: Policy, now: datetime) -> None:
    """Leave the shells of these cases."""
    for ref in refs:
        event = Event(kind=Kind.ERASED, at=now, actor="daemon", data=shell.data(_shell(tx, ref)))
        recording.erase(tx, ref, event, policy=policy)


def _shell(tx: Tx, ref: str) -> shell.Shell:
    """From what is not sealed."""
    row = tx.execute(select(case).where(case.c.ref == ref).with_for_update()).one()
    shown = tx.execute(
        select(register.c.column_2, register.c.column_4, register.c.column_5).where(register.c.case_ref == ref)
    )
    department, followed_up_on, settled = shown.one_or_none() or ("", "", "N")
    kinds = select(case_event.c.kind, func.count()).where(case_event.c.case_ref == ref).group_by(case_event.c.kind)
    counts: dict[str, int] = dict(map(tuple, tx.execute(kinds)))
    return shell.Shell(
        ref=ref,
        brand=row.brand,
        status=Status(row.status),
        owner=row.owner,
        handler=row.handler,
        department=department,
        received_at=row.received_at,
        followed_up_on=date.fromisoformat(followed_up_on) if followed_up_on else None,
        settled=settled == "Y",
        contacts=1 + counts.get(Kind.CONTACT_ATTACHED.value, 0),
        replies=counts.get(Kind.REPLY_SENT.value, 0),
        promises=[_promise(each) for each in tx.execute(select(promise).where(promise.c.case_ref == ref))],
        events=row.events,
    )


def _promise(row: Any) -> Promise:
    return Promise(
        id=row.id,
        kind=row.kind,
        made_at=row.made_at,
        due_at=row.due_at,
        made_by=row.made_by,
        state=PromiseState(row.state),
        nudged=row.nudged,
    )


def _forget_messages(tx: Tx, ids: Sequence[int], now: datetime) -> None:
    for some in _by_the_dozen(ids):
        blobs.forget(tx, graves.bury(tx, some, now))


def _forget_letters(tx: Tx, ids: Sequence[int]) -> None:
    """Those that were not sent yet never will be."""
    for some in _by_the_dozen(ids):
        blobs.forget(tx, list(tx.scalars(delete(outbox).where(outbox.c.id.in_(some)).returning(outbox.c.blob_id))))


def _forget_contacts(tx: Tx, ids: Sequence[int]) -> None:
    """The row stays, for the cases that name it: without a name, and without anything by which it is found."""
    tx.execute(delete(contact_point).where(contact_point.c.contact_id.in_(ids)))
    tx.execute(update(contact).where(contact.c.id.in_(ids)).values(name=shell.GONE, key=None))


def _by_the_dozen(values: Iterable[T]) -> Iterator[list[T]]:
    """Some at a time, as many as a statement takes."""
    remaining = iter(values)
    while some := list(islice(remaining, _TOGETHER)):
        yield some
