"""All that a decision may know about the past, in a few queries however many cases there are.

Every list is bounded in SQL, and every lookup has its index: the cost does not grow with the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from intake.case import Case, Status
from intake.decision import Facts, Keys, Sent
from intake.reference import expand
from store import cases, chain, locks, lookups
from store.columns import shorten, shortened
from store.outbox import domain, letter_id
from store.writer import Tx

_MESSAGE_IDS = 50  # of a message's References are looked up, the nearest first
_OF_CONTACT, _SAME_MATTER, _HISTORY = 20, 10, 50


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
        return list(dict.fromkeys(ref for refs in every for ref in refs))


def facts(tx: Tx, keys: Keys, *, now: datetime) -> Facts:
    """Look everything up that the keys lead to. Whoever asks about the same sender or case waits for this transaction."""
    locks.hold(tx, (keys.sender, keys.conversation, keys.fingerprint))
    found = _find(tx, keys)
    locks.hold(tx, found.refs)
    known = _living(tx, found.refs)
    by_token = _first(known, found.tokens)
    of_contact = _several(known, found.contact, _OF_CONTACT)
    own = {case.ref for case in of_contact}
    sent = _sent(tx, keys, found)
    return Facts(
        by_token=by_token,
        by_reference=_first(known, found.subject),
        by_message_id=_first(known, found.thread),
        by_conversation=_first(known, found.conversation),
        of_contact=of_contact,
        same_matter=tuple(c for c in _several(known, found.matter, 3 * _SAME_MATTER) if c.ref not in own)[
            :_SAME_MATTER
        ],
        related=tuple(cases.look_all(tx, by_token.related).values()) if by_token else (),
        history=tuple(chain.history(tx, by_token.ref)[-_HISTORY:]) if by_token else (),
        answers=next((s for s in sent if s.outbox_id == found.answered), None),
        reports_on=next((s for s in sent if letter_id(s.message_id) in keys.bounce_letters), None),
        automatic_on_case_24h=_automatic(tx, known, now),
        open_cases_of=_counts(tx.execute(lookups.OPEN_CASES)),
        **_figures(tx, keys, now),
    )


def _find(tx: Tx, keys: Keys) -> _Found:
    ids = shortened(keys.message_ids)[:_MESSAGE_IDS]
    found = tx.execute(lookups.THREADS, {"ids": ids}).all() if ids else ()
    hits = sorted(found, key=lambda hit: (ids.index(hit.message_id), hit.outbox_id is None))
    people = shortened((keys.sender, keys.conversation))
    mine = tx.execute(lookups.OF_PEOPLE, {"people": people, "most": _OF_CONTACT}).all() if people else []
    matters = shortened(keys.matters)
    same = tx.scalars(lookups.OF_MATTERS, {"matters": matters, "most": 3 * _SAME_MATTER}) if matters else ()
    return _Found(
        tokens=[expand(ref) or ref for ref in keys.token_refs],
        subject=list(keys.case_refs),
        thread=[hit.case_ref for hit in hits],
        contact=[hit.case_ref for hit in mine],
        conversation=[hit.case_ref for hit in mine if keys.conversation and hit.address == shorten(keys.conversation)],
        matter=list(same),
        answered=next((hit.outbox_id for hit in hits if hit.outbox_id is not None), None),
    )


def _living(tx: Tx, refs: Sequence[str]) -> dict[str, Case]:
    """The cases by reference. A merged one is stood for by the case that took it in."""
    known = cases.look_all(tx, refs)
    into = {ref: case.merged_into for ref, case in known.items() if case.status is Status.MERGED}
    heirs = cases.look_all(tx, list(into.values()))
    return known | {ref: heirs[heir] for ref, heir in into.items() if heir in heirs}


def _several(known: dict[str, Case], refs: Sequence[str], most: int) -> tuple[Case, ...]:
    found = {known[ref].ref: known[ref] for ref in refs if ref in known}
    return tuple(case for case in found.values() if case.status is not Status.MERGED)[:most]


def _first(known: dict[str, Case], refs: Sequence[str]) -> Case | None:
    return next((known[ref] for ref in refs if ref in known), None)


def _sent(tx: Tx, keys: Keys, found: _Found) -> list[Sent]:
    letters = shortened(keys.bounce_letters)
    if found.answered is None and not letters:
        return []
    rows = tx.execute(lookups.LETTERS, {"ids": [found.answered or 0], "letters": letters})
    return [lookups.sent_of(row) for row in rows]


def _automatic(tx: Tx, known: dict[str, Case], now: datetime) -> dict[str, int]:
    refs = sorted({case.ref for case in known.values()})
    since = now - timedelta(hours=24)
    return _counts(tx.execute(lookups.AUTOMATIC, {"refs": refs, "since": since})) if refs else {}


def _figures(tx: Tx, keys: Keys, now: datetime) -> dict[str, Any]:
    """Everything that is a single value, in one query."""
    who = keys.sender or keys.conversation or ""
    asked = {"who": who, "domain": domain(who), "channel": keys.channel, "staff": keys.staff}
    same = {"inbound_id": keys.inbound_id or 0, "fingerprint": keys.fingerprint}
    times = {"day": now - timedelta(hours=24), "hour": now - timedelta(hours=1), "minute": now - timedelta(minutes=1)}
    row = tx.execute(lookups.FIGURES, asked | same | times).mappings().one()
    return dict(row) | {"contact_name": row["contact_name"] or ""}


def _counts(rows: Iterable[Any]) -> dict[str, int]:
    return dict(map(tuple, rows))
