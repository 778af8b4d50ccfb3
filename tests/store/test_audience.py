"""The database itself refuses a letter to whom it is not for: tried with plain SQL, past all of our code.

S-15, S-07. brimir#412, Tiledesk#157, erxes#33: a note for colleagues went to the customer.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from intake.case import Kind
from intake.letters.letter import LetterKind
from store import colleagues
from store.database import Store
from store.lookups import TO_CUSTOMERS
from store.schema.audience import FOR_STAFF
from store.sealing import mark
from store.writer import Tx
from tests.harbour import ASHA, POLICY
from tests.store.examples import REF, decision, do, event, opened, take_in

JO, MO, MALLORY = "jo@customer.example", "mo@customer.example", "mallory@evil.example"
OTHER = "HH-0000-0001Q"
LETTER = """
INSERT INTO outbox (case_ref, kind, cause, address, domain, channel, automatic, mail_from, rcpt, audience, message_id, letter_id,
    blob_id, text, state, attempts, results, created_at)
VALUES (:ref, :kind, :cause, :address, '', :channel, true, '', '[]', :audience, '', '', 'x', 'Zebra', 'pending', 0, '{}',
    '2026-01-13 10:00:00')
"""


@pytest.fixture
async def two_cases(store: Store) -> Store:
    """Jo's case, with one answer sent and one note; and Mo's."""
    history = opened(), event(Kind.REPLY_SENT, text="It is on its way."), event(Kind.NOTE_ADDED, text="Zebra")
    await store.write(lambda tx: take_in(tx, decision(*history)))
    await store.write(lambda tx: do(tx, decision(opened(OTHER, address=MO), ref=OTHER)))
    await store.write(lambda tx: colleagues.know(tx, POLICY))
    await store.write(lambda tx: tx.execute(text("INSERT INTO blob (sha256, size, content) VALUES ('x', 1, 'x')")))
    return store


async def insert(store: Store, kind: str, address: str, *rcpt: str, ref: str = REF, channel: str = "mail") -> None:
    row: dict[str, Any] = {"kind": kind, "ref": ref, "channel": channel, "cause": f"{rcpt}"}
    await store.write(lambda tx: tx.execute(text(LETTER), row | _marked(tx, address, rcpt)))


def _marked(tx: Tx, address: str, rcpt: tuple[str, ...]) -> dict[str, str]:
    audience = [mark(tx.dialect, each) for each in rcpt or (address,)]
    return {"address": str(mark(tx.dialect, address)), "audience": json.dumps(audience)}


REFUSED = {
    "what a colleague is told, to the customer": ("notification", JO),
    "the history with its notes, to the customer": ("status", JO),
    "what a colleague is told, to a stranger": ("hold_notice", MALLORY),
    "what a colleague is told, with a customer on the envelope": ("notification", ASHA.email, ASHA.email, JO),
    "an answer to the customer of another case": ("reply", MO),
    "an answer to a stranger": ("reply", MALLORY),
    "an answer with a stranger on the envelope": ("reply", JO, JO, MALLORY),
    "an acknowledgement to somebody who takes no part": ("acknowledgement", MALLORY),
    "a kind that nobody knows, to a stranger": ("newsletter", MALLORY),
}


@pytest.mark.parametrize("letter", REFUSED.values(), ids=REFUSED)
async def test_a_letter_to_whom_it_is_not_for_is_refused(two_cases: Store, letter: tuple[str, ...]) -> None:
    with pytest.raises(IntegrityError, match="outbox: only_"):
        await insert(two_cases, *letter)


async def test_a_note_gives_no_right_to_a_letter(two_cases: Store) -> None:
    """History tells of one answer and one note, so there is one letter."""
    await insert(two_cases, "reply", JO)
    with pytest.raises(IntegrityError, match="only_what_was_sent"):
        await insert(two_cases, "reply", JO, JO, JO)


@pytest.mark.parametrize(
    "change", [f"address = '{MALLORY}'", "rcpt = '[]'", "audience = '[]'", "kind = 'reply'", "text = ''"]
)
async def test_a_letter_that_is_written_goes_to_nobody_else_later(two_cases: Store, change: str) -> None:
    await insert(two_cases, "notification", ASHA.email)
    with pytest.raises(IntegrityError, match="a letter does not change"):
        await two_cases.write(lambda tx: tx.execute(text(f"UPDATE outbox SET {change}")))


async def test_what_is_for_somebody_goes_to_them(two_cases: Store) -> None:
    await insert(two_cases, "reply", JO)
    await insert(two_cases, "acknowledgement", MO, ref=OTHER)
    await insert(two_cases, "notification", ASHA.email)
    await insert(two_cases, "hold_notice", ASHA.email, ref="")


def test_every_kind_of_letter_is_for_staff_or_for_customers() -> None:
    assert {*FOR_STAFF, *TO_CUSTOMERS, LetterKind.REPLY} == {kind.value for kind in LetterKind}
