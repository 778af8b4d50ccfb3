"""All that decisions may know about the past, in a few queries however many cases there are, and however many decisions.

Every list is bounded in SQL, and every lookup has its index: the cost does not grow with the store. A batch is asked for
together; what is found is parted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain as chained
from typing import Any

from intake.case import Case, Status
from intake.deciding.decision import Facts, Keys, Sent
from intake.reference import expand
from store import cases, chain, locks, lookups
from store.columns import shorten, shortened
from store.outbox import domain
from store.writer import Tx

_MESSAGE_IDS = 50  # of a message's References are looked up, the nearest first
_SAME_MATTER, _HISTORY = 10, 50


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """References of cases, by the evidence that leads to them."""

    tokens: list[str]
    subject: list[str]
    thread: list[str]
    contact: list[str]
    conversation: list[str]
    matter: list[str]
    answered: int | None  # outbox id

    @property
    def refs(self) -> list[str]:
        every = (self.tokens, self.subject, self.thread, self.contact, self.conversation, self.matter)
        return list(dict.fromkeys(chained.from_iterable(every)))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What was read for the whole batch."""

    cases: dict[str, Case]  # by reference; a merged one is stood for by the case that took it in
    sent: dict[int | str, Sent]
    related: dict[str, Case]
    histories: dict[str, list[Any]]
    automatic: dict[str, int]
    customers: frozenset[str]

    def first(self, refs: Sequence[str]) -> Case | None:
        return next((self.cases[ref] for ref in refs if ref in self.cases), None)

    def newest(self, refs: Iterable[str]) -> list[Case]:
        found = {case.ref: case for ref in refs if (case := self.cases.get(ref)) and case.status is not Status.MERGED}
        return sorted(found.values(), key=lambda case: case.received_at, reverse=True)


def facts(tx: Tx, batch: Sequence[Keys], *, now: datetime) -> list[Facts]:
    """Look everything up that the keys lead to. Whoever asks about the same senders, domains or cases waits meanwhile."""
    locks.hold(tx, (name for keys in batch for name in _names(keys)))
    found = _find(tx, batch)
    locks.hold(tx, (ref for each in found for ref in each.refs))
    known = _read(tx, batch, found, now)
    figures = lookups.figures(tx, batch, now)
    return [_facts(*each, known) for each in zip(batch, found, figures, strict=True)]


def _names(keys: Keys) -> Iterator[str | None]:
    """Who is decided about one after the other. The domain, too: its letters of the last hour are counted."""
    yield from (keys.sender, keys.conversation, keys.fingerprint)
    yield domain(keys.sender or "") or None


def _find(tx: Tx, batch: Sequence[Keys]) -> list[_Found]:
    threads = lookups.threads(tx, (each for keys in batch for each in keys.message_ids[:_MESSAGE_IDS]))
    people = lookups.of_people(tx, (who for keys in batch for who in (keys.sender, keys.conversation)))
    matters = lookups.of_matters(tx, (each for keys in batch for each in keys.matters))
    return [_found(keys, threads, people, matters) for keys in batch]


def _found(keys: Keys, threads: dict[str, Any], people: dict[str, Any], matters: dict[str, Any]) -> _Found:
    hits = _all(threads, keys.message_ids[:_MESSAGE_IDS])
    conversation = _all(people, [keys.conversation])
    return _Found(
        tokens=[expand(ref) or ref for ref in keys.token_refs],
        subject=list(keys.case_refs),
        thread=[hit.case_ref for hit in hits],
        contact=_all(people, [keys.sender]) + conversation,
        conversation=conversation,
        matter=_all(matters, keys.matters),
        answered=next((hit.outbox_id for hit in hits if hit.outbox_id is not None), None),
    )


def _all(found: dict[str, list[Any]], keys: Iterable[str | None]) -> list[Any]:
    return [each for key in shortened(list(keys)) for each in found.get(key, ())]


def _read(tx: Tx, batch: Sequence[Keys], found: Sequence[_Found], now: datetime) -> _Known:
    known = _living(tx, [ref for each in found for ref in each.refs])
    told = [known[ref] for each in found for ref in each.tokens if ref in known]
    return _Known(
        cases=known,
        sent=lookups.letters(
            tx,
            [each.answered for each in found if each.answered is not None],
            [letter for keys in batch for letter in keys.bounce_letters],
        ),
        related=cases.look_all(tx, [ref for case in told for ref in case.related]),
        histories=chain.histories(tx, [case.ref for case in told]),
        customers=lookups.customers(tx, (address for keys in batch for address in keys.named)),
        automatic=lookups.automatic(tx, sorted({case.ref for case in known.values()}), now),
    )


def _living(tx: Tx, refs: Sequence[str]) -> dict[str, Case]:
    known = cases.look_all(tx, refs)
    into = {ref: case.merged_into for ref, case in known.items() if case.status is Status.MERGED}
    heirs = cases.look_all(tx, list(into.values()))
    return known | {ref: heirs[heir] for ref, heir in into.items() if heir in heirs}


def _facts(keys: Keys, found: _Found, figures: dict[str, Any], known: _Known) -> Facts:
    by_token = known.first(found.tokens)
    of_contact = known.newest(found.contact)[: lookups.OF_CONTACT]
    own = {case.ref for case in of_contact}
    same_matter = [case for case in known.newest(found.matter) if case.ref not in own]
    conversation = known.newest(found.conversation)
    mine = {known.cases[ref].ref for ref in found.refs if ref in known.cases}
    return Facts(
        by_token=by_token,
        by_reference=known.first(found.subject),
        by_message_id=known.first(found.thread),
        by_conversation=conversation[0] if conversation else None,
        of_contact=tuple(of_contact),
        same_matter=tuple(same_matter[:_SAME_MATTER]),
        related=tuple(known.related[ref] for ref in by_token.related if ref in known.related) if by_token else (),
        history=tuple(known.histories.get(by_token.ref, ())[-_HISTORY:]) if by_token else (),
        answers=known.sent.get(found.answered) if found.answered is not None else None,
        reports_on=next((known.sent[key] for key in map(shorten, keys.bounce_letters) if key in known.sent), None),
        customers=known.customers.intersection(keys.named),
        automatic_on_case_24h={ref: count for ref, count in known.automatic.items() if ref in mine},
        **figures,
    )
