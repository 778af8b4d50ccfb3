"""What was held in somebody's name and not told one by one stands in one letter, each with a way to say that it was theirs."""

from __future__ import annotations

import re
from datetime import timedelta

from intake.letters.digest import LISTED, Untold, digest
from intake.letters.letter import LetterKind
from intake.tokens import prove
from tests.harbour import ASHA, POLICY, TUESDAY
from tests.paper import letters

HELD = [
    Untold(
        inbound_id=n, person="asha", case_ref="HH-4829-1357K" if n % 2 else "", held_at=TUESDAY + timedelta(minutes=n)
    )
    for n in range(1, LISTED + 6)
]


def test_each_is_listed_with_its_time_and_an_address_of_its_own_and_the_rest_is_counted() -> None:
    letter = digest(HELD, ASHA, letters(), now=TUESDAY + timedelta(hours=6))
    words = " ".join(letter.text.split())
    found = [prove(address, POLICY.keys) for address in re.findall(r"help\+y\.\S+@harbour\.example", words)]
    assert [(token.held, token.subject) for token in found if token] == [(n, "asha") for n in range(1, LISTED + 1)]
    assert "Tue 13 Jan 10:05" in words
    assert "and 5 more" in words
    assert (letter.kind, letter.to.address, letter.automatic) == (LetterKind.HOLD_NOTICE, ASHA.email, True)


def test_the_same_mails_are_never_told_twice_and_others_are_another_letter() -> None:
    now = TUESDAY + timedelta(hours=6)
    assert digest(HELD, ASHA, letters(), now=now).cause == digest(HELD[:3], ASHA, letters(), now=now).cause
    assert digest(HELD, ASHA, letters(), now=now).cause != digest(HELD[1:], ASHA, letters(), now=now).cause
