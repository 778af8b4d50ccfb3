"""The rule table: for each rule one message on which it decides, and one on which it just does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from intake.deciding.decision import Facts, Sent
from intake.deciding.question import Question
from intake.deciding.rules import RULES, judge
from intake.letters.letter import LetterKind
from intake.message import Forwarded
from intake.signals import Direction, Dmarc, Origin, Token
from tests.harbour import TUESDAY
from tests.intake.asking import REF, a_case, ask
from tests.story import JO

STRANGER = "Someone <someone@elsewhere.example>"
ASHA = "Asha Patel <asha@staff.harbour.example>"
CASE = a_case()
CUSTOMERS = Token(direction=Direction.CUSTOMER, ref="hh48291357k")
ASHAS = Token(direction=Direction.STAFF, ref="hh48291357k", subject="asha", expires=TUESDAY + timedelta(days=1))
BENS = Token(direction=Direction.STAFF, ref="hh48291357k", subject="ben", expires=TUESDAY + timedelta(days=1))
OLD = Token(direction=Direction.STAFF, ref="hh48291357k", subject="asha", expires=TUESDAY)
WORD = Token(direction=Direction.CONFIRM, ref="", subject="asha", held=5, expires=TUESDAY + timedelta(days=1))
ACKNOWLEDGEMENT = Sent(
    outbox_id=1,
    case_ref=REF,
    kind=LetterKind.ACKNOWLEDGEMENT,
    message_id="l1@harbour.example",
    recipient="jo@customer.example",
    text="",
    in_flight=False,
)
FORWARDED = (
    "Please see below.\n\n---------- Forwarded message ---------\nFrom: Pia <pia@customer.example>\n"
    "Date: Tue, 13 Jan 2026\nSubject: Oven\nTo: <asha@staff.harbour.example>\n\nMy oven is scratched.\n"
)


def asked(*, facts: dict[str, Any] | None = None, **how: Any) -> Question:
    return ask(facts=Facts(**(facts or {})), **how)


def staff(*tokens: Token, **signals: Any) -> dict[str, Any]:
    return {"tokens": tokens, "dmarc": Dmarc.PASS, **signals}


BY_TOKEN = {"by_token": CASE}

# name of the rule, where it decides, where it just does not
TABLE: list[tuple[str, Question, Question]] = [
    ("second-delivery", asked(facts={"duplicate_of": 7}), asked()),
    ("own-letter", asked(signals={"own_mark": True}), asked()),
    ("delivery-report", asked(signals={"origin": Origin.DELAY}), asked()),
    ("automatic-message", asked(signals={"origin": Origin.AUTO_REPLY}), asked(signals={"origin": Origin.LIST})),
    ("confirmation", asked(by=ASHA, signals=staff(WORD)), asked(by=STRANGER, signals=staff(WORD))),
    (
        "confirmation",
        asked(by=ASHA, signals=staff(WORD, dmarc=Dmarc.UNKNOWN)),
        asked(by=ASHA, signals=staff(WORD, dmarc=Dmarc.FAIL)),
    ),
    (
        "confirmation",
        asked(by=STRANGER, signals=staff(WORD, login="asha")),
        asked(by=ASHA, signals=staff(WORD, origin=Origin.LIST)),
    ),
    (
        "proven-staff",
        asked(by=ASHA, signals=staff(ASHAS), facts=BY_TOKEN),
        asked(by=ASHA, signals=staff(ASHAS, dmarc=Dmarc.NONE), facts=BY_TOKEN),
    ),
    (
        "proven-staff",
        asked(signals=staff(ASHAS, login="asha"), facts=BY_TOKEN),
        asked(by=ASHA, signals=staff(OLD), facts=BY_TOKEN),
    ),
    (
        "proven-staff",
        asked(by=ASHA, signals=staff(ASHAS), facts=BY_TOKEN),
        asked(by=ASHA, signals=staff(BENS), facts=BY_TOKEN),
    ),
    ("staff-forward", asked(text=FORWARDED, by=ASHA, signals=staff()), asked(text=FORWARDED, by=ASHA)),
    ("unproven-staff", asked(by=ASHA), asked()),
    ("unproven-staff", asked(signals={"tokens": (OLD,)}), asked(signals={"tokens": (ASHAS,)}, facts=BY_TOKEN)),
    ("conversation", asked(facts={"by_conversation": CASE}), asked()),
    ("signed-address", asked(facts=BY_TOKEN), asked(by=STRANGER, facts=BY_TOKEN)),
    ("our-message-id", asked(facts={"by_message_id": CASE}), asked(by=STRANGER, facts={"by_message_id": CASE})),
    ("reference-in-subject", asked(facts={"by_reference": CASE}), asked(by=STRANGER, facts={"by_reference": CASE})),
    ("stranger-on-case", asked(by=STRANGER, facts={"by_reference": CASE}), asked(facts={"by_reference": CASE})),
    (
        "stranger-on-case",
        asked(facts={"by_message_id": CASE}, signals={"dmarc": Dmarc.FAIL}),
        asked(facts={"by_message_id": CASE}, signals={"dmarc": Dmarc.NONE}),
    ),
    (
        "same-matter",
        asked(facts={"of_contact": (CASE,)}),
        asked(by="Jo Marsh <jo@work.example>", facts={"same_matter": (CASE,)}),
    ),
    (
        "perhaps-same-matter",
        asked(by="Jo Marsh <jo@work.example>", facts={"same_matter": (CASE,)}),
        asked(text="Do you sell candles?", by=STRANGER, facts={"of_contact": (CASE,)}),
    ),
    (
        "perhaps-same-matter",
        asked(facts={"of_contact": (CASE, a_case(ref="HH-2222-3333A"))}),
        asked(
            facts={"of_contact": (CASE, a_case(ref="HH-2222-3333A", matters=("90201",), words="Sofa.", issue="Sofa"))}
        ),
    ),
    (
        "machine-without-complaint",
        asked(text="Our news of this week.", signals={"origin": Origin.LIST, "cues": ()}),
        asked(text="This is a complaint.", signals={"origin": Origin.LIST, "cues": ("complaint",)}),
    ),
    ("first-contact", asked(), asked(facts={"duplicate_of": 7})),
]


@pytest.mark.parametrize(("name", "decides", "misses"), TABLE, ids=[f"{n}-{row[0]}" for n, row in enumerate(TABLE)])
def test_a_rule_decides_on_its_message_and_not_on_one_beside_it(name: str, decides: Question, misses: Question) -> None:
    judgement = judge(decides)
    assert judgement.rule.name == name
    assert judgement.hits == (name,)
    assert judge(misses).rule.name != name


def test_every_rule_has_its_case() -> None:
    assert {rule.name for rule in RULES} == {name for name, _, _ in TABLE}


def test_the_rules_that_were_asked_before_are_kept_as_misses() -> None:
    names = [rule.name for rule in RULES]
    assert list(judge(asked()).misses) == names[:-1]


def test_a_report_is_believed_only_on_the_return_path_of_a_letter_that_was_sent() -> None:
    bounce = {"origin": Origin.BOUNCE}
    proven = judge(asked(signals=bounce, facts={"by_token": CASE, "reports_on": ACKNOWLEDGEMENT}))
    claimed = judge(asked(signals=bounce, facts={"by_token": CASE}))
    assert (proven.finding.case, proven.finding.evidence) == (CASE, ("return-path",))
    assert (claimed.finding.case, claimed.finding.evidence) == (None, ("unproven-report",))


@pytest.mark.parametrize(
    ("token", "by", "signals", "evidence"),
    [
        (None, ASHA, {}, ("no-signed-address", "sender-not-proven")),
        (OLD, ASHA, {"dmarc": Dmarc.PASS}, ("signed-address-expired",)),
        (BENS, ASHA, {"dmarc": Dmarc.PASS}, ("signed-address-of-another",)),
        (ASHAS, ASHA, {}, ("sender-not-proven",)),
        (ASHAS, STRANGER, {"dmarc": Dmarc.PASS}, ("sender-not-proven",)),
    ],
)
def test_what_is_missing_for_a_member_of_staff_is_said(
    token: Token | None, by: str, signals: dict[str, Any], evidence: tuple[str, ...]
) -> None:
    tokens = (token,) if token else ()
    judgement = judge(asked(by=by, facts=BY_TOKEN, signals={"tokens": tokens, **signals}))
    assert judgement.rule.name == "unproven-staff"
    assert judgement.finding.evidence == evidence


def test_an_address_typed_into_a_chat_opens_no_case_of_its_owner() -> None:
    typed = asked(by=JO, facts={"of_contact": (CASE,)}, raw={"channel": "chat"})
    judgement = judge(typed)
    assert judgement.rule.name == "perhaps-same-matter"
    assert judgement.held


def test_a_forwarded_mail_is_read_as_one() -> None:
    forwarded = ask(text=FORWARDED, by=ASHA).message.forwarded
    assert isinstance(forwarded, Forwarded)
    assert "pia@customer.example" in forwarded.from_
