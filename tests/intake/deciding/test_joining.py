"""What a customer's message does to a case there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from intake.case import Case, Echo, Event, Kind, Promise, Route, Status
from intake.deciding.decision import Decision, Facts, Sent
from intake.history import fold
from intake.letters.letter import LetterKind
from intake.signals import Dmarc
from intake.words import REPLY_MARKER
from tests.harbour import HARBOUR, POLICY, TUESDAY
from tests.intake.asking import LAMP, REF, a_case, after, ask, decided, kinds, told

NOON = TUESDAY.replace(hour=12, minute=0)
ANSWERED = a_case(replies=1, last_answer="A new one leaves today.", answered_last_at=TUESDAY + timedelta(minutes=20))
WAITING = replace(ANSWERED, status=Status.FOLLOW_UP, resolution="replaced", follow_up_due_at=NOON)
ASKED = replace(WAITING, follow_up_sent_at=TUESDAY + timedelta(minutes=40))
DONE = replace(ANSWERED, status=Status.RESOLVED, resolution="replaced", followed_up=True)


def letter(kind: LetterKind) -> Sent:
    return Sent(
        outbox_id=1,
        case_ref=REF,
        kind=kind,
        message_id="l1@h.example",
        recipient="jo@customer.example",
        text="",
        in_flight=False,
    )


def joined(case: Case, text: str, *, answers: LetterKind | None = None, **how: Any) -> Decision:
    """A reply that came to the signed address of the case."""
    facts = Facts(by_token=case, answers=letter(answers) if answers else None)
    return decided(ask(text, now=NOON, facts=facts, **how))


@pytest.mark.parametrize(
    ("case", "text", "status", "settled", "first_time"),
    [
        # The follow-up was asked.
        (ASKED, "Yes", "resolved", True, "asked"),
        (ASKED, "Yes, all good, thank you", "resolved", True, "asked"),
        (ASKED, "No", "open", False, "asked"),
        (ASKED, "No, one box still missing", "open", False, "asked"),
        (ASKED, "Yes but the driver was rude", "follow_up", False, "asked"),
        (ASKED, "I will look tonight", "follow_up", False, "asked"),
        (ASKED, "Thanks!", "follow_up", False, "asked"),
        # It was not yet asked: only words of their own count.
        (WAITING, "Yes", "follow_up", False, "asked"),
        (WAITING, "All sorted now, thank you", "resolved", True, "asked"),
        (WAITING, "It is still broken", "open", False, "asked"),
        # The first-time question is the only one.
        (a_case(), "Yes", "open", False, "yes"),
        (a_case(), "No", "open", False, "no"),
        (a_case(), "No, I told you before", "open", False, "no"),
        (a_case(), "It is blue", "open", False, "asked"),
        # A person has answered: a bare yes may mean anything.
        (ANSWERED, "Yes", "open", False, "asked"),
        (ANSWERED, "Yes please", "open", False, "asked"),
        (ANSWERED, "Perfect, thanks — and yes first time.", "resolved", True, "yes"),
        (
            replace(ANSWERED, complex=True, status=Status.INVESTIGATING),
            "Perfect, thanks",
            "investigating",
            False,
            "asked",
        ),
        (replace(ANSWERED, passed=True), "All good now", "open", False, "asked"),
        # Resolved.
        (DONE, "Thank you very much!", "resolved", True, "asked"),
        (DONE, "All good, thank you", "resolved", True, "asked"),
        (DONE, "It broke again", "open", False, "asked"),
        (DONE, "Where is the second one?", "open", False, "asked"),
        (replace(DONE, followed_up=False), "All good, thank you", "resolved", True, "asked"),
    ],
)
def test_the_words_settle_or_open_the_case_or_leave_it(
    case: Case, text: str, status: str, settled: bool, first_time: str
) -> None:
    result = after(joined(case, text), case)
    assert (result.status.value, result.settled, result.first_time) == (status, settled, first_time)


@pytest.mark.parametrize(
    ("answers", "first_time", "status"),
    [
        (LetterKind.ACKNOWLEDGEMENT, "yes", "follow_up"),
        (LetterKind.FOLLOW_UP, "asked", "resolved"),
        (LetterKind.REPLY, "asked", "follow_up"),
    ],
)
def test_a_bare_yes_answers_the_letter_that_it_replies_to(answers: LetterKind, first_time: str, status: str) -> None:
    result = after(joined(ASKED, "Yes", answers=answers), ASKED)
    assert (result.first_time, result.status.value) == (first_time, status)


def test_a_person_who_wrote_after_the_follow_up_has_asked_last() -> None:
    later = replace(ASKED, answered_last_at=NOON - timedelta(minutes=1))
    assert after(joined(later, "Yes"), later).status is Status.FOLLOW_UP


def test_a_message_in_a_conversation_that_goes_on_is_answered_by_people() -> None:
    decision = joined(a_case(), "It is blue")
    assert told(decision) == [("notification", "asha@staff.harbour.example")]
    assert "no-acknowledgement:conversation-goes-on" in decision.reasons
    (target,) = after(decision, a_case()).open_promises
    assert target.kind == "target", "nobody was told a time"


def test_a_repeat_is_acknowledged_with_a_promise_that_was_really_made() -> None:
    decision = decided(ask(LAMP, now=NOON, facts=Facts(of_contact=(a_case(),))))
    assert "repeat_detected" in kinds(decision)
    (promise,) = after(decision, a_case()).open_promises
    assert promise.kind == "news"
    assert decision.letters[0].kind == "repeat_acknowledgement"
    assert "by 17:30 today, Tuesday 13 January (UK time)" in decision.letters[0].text


def news(hours: int, kind: str = "news") -> Promise:
    return Promise(id="p1", kind=kind, made_at=TUESDAY, due_at=NOON + timedelta(hours=hours), made_by="daemon")


@pytest.mark.parametrize(
    ("known", "said", "promises"),
    [
        (news(72), "by 12:00 on Friday 16 January (UK time)", 1),
        (news(-1), "by 17:30 today", 2),
        (news(72, "target"), "by 17:30 today", 2),
    ],
)
def test_a_repeat_says_what_was_promised_before_only_while_it_is_true(known: Promise, said: str, promises: int) -> None:
    case = a_case(promises=(known,))
    decision = decided(ask(LAMP, now=NOON, facts=Facts(of_contact=(case,))))
    assert said in decision.letters[0].text
    assert len(after(decision, case).promises) == promises


def test_a_reopening_is_told_to_the_handler_and_the_leader_and_acknowledged_whatever_went_out_that_day() -> None:
    facts = Facts(by_token=ASKED, automatic_on_case_24h={REF: 4})
    decision = decided(ask("No, it is still broken", now=NOON, facts=facts))
    assert told(decision) == [
        ("repeat_acknowledgement", "jo@customer.example"),
        ("notification", "asha@staff.harbour.example"),
        ("notification", "ben@staff.harbour.example"),
    ]


def test_what_a_person_promised_is_not_settled_by_a_friendly_word() -> None:
    promise = replace(news(72), made_by="asha")
    case = replace(ANSWERED, promises=(promise,))
    result = after(joined(case, "Perfect, thank you"), case)
    assert (result.status, result.open_promises) == (Status.OPEN, (promise,))


def test_a_settled_case_owes_nothing_more() -> None:
    case = replace(ASKED, promises=(news(3), replace(news(4, "target"), id="p2")))
    assert after(joined(case, "Yes"), case).open_promises == ()


def test_a_company_may_want_its_follow_up_whatever_customers_say() -> None:
    brand = replace(HARBOUR, promises=replace(HARBOUR.promises, first_contact_counts=False))
    decision = joined(ANSWERED, "Perfect, thanks", policy=replace(POLICY, brands=(brand,)))
    assert after(decision, ANSWERED).status is Status.OPEN


def test_who_began_in_a_chat_and_goes_on_by_mail_is_answered_by_mail() -> None:
    chat = a_case(route=Route(channel="chat", address="c1"), participants=("c1", "jo@customer.example"))
    decision = decided(ask(LAMP, now=NOON, facts=Facts(of_contact=(chat,))))
    assert after(decision, chat).route == Route(channel="mail", address="jo@customer.example")
    assert told(decision)[0] == ("repeat_acknowledgement", "jo@customer.example")


def test_a_thank_you_wakes_nobodys_clock() -> None:
    assert after(joined(ANSWERED, "Thanks!"), ANSWERED).promises == ()


def test_a_handler_who_has_left_is_stood_for_by_the_owner() -> None:
    case = a_case(handler="gone", owner="kim")
    assert told(joined(case, "It is blue")) == [("notification", "kim@staff.harbour.example")]


@pytest.mark.parametrize(
    ("case", "text", "slug"),
    [
        (a_case(echo=Echo.SILENCE), LAMP, "already-told"),
        (a_case(echo=Echo.PERSON), LAMP, "already-told"),
        (a_case(echo=Echo.MACHINE), LAMP, "already-told"),
        (a_case(echo=Echo.NO_LETTER), LAMP, None),
        (replace(ASKED, resolved_by="wes", echo=Echo.SILENCE), "No, it is still broken", None),
        (replace(DONE, resolved_by="customer", echo=Echo.SILENCE), "It broke again", "already-told"),
        (replace(DONE, resolved_by="wes", echo=Echo.SILENCE), "It broke again", None),
    ],
)
def test_after_an_acknowledgement_there_is_none_until_a_person_has_written_or_resolved_it(
    case: Case, text: str, slug: str | None
) -> None:
    """L-02: a program whose mails joined its case by their words had four acknowledgements in 41 days."""
    facts = Facts(of_contact=(case,)) if text is LAMP else Facts(by_token=case)
    decision = decided(ask(text, now=NOON, facts=facts))
    assert ("repeat_acknowledgement" in dict(told(decision))) == (slug is None)
    assert (f"no-acknowledgement:{slug}" in decision.reasons) == (slug is not None)


SILENT = a_case(first_time="asked", echo=Echo.SILENCE)


@pytest.mark.parametrize(
    ("text", "how", "echo"),
    [
        ("It is blue", {}, Echo.MACHINE),
        ("It is blue", {"signals": {"dmarc": Dmarc.PASS}}, Echo.PERSON),
        ("It is blue", {"known": TUESDAY}, Echo.PERSON),
        ("It is blue", {"signals": {"dmarc": Dmarc.PASS}, "Auto_Submitted": "auto-generated"}, Echo.MACHINE),
        ("Yes", {}, Echo.PERSON),
        (f"{REPLY_MARKER}\n\nIs this the first time? A short yes is plenty.", {}, Echo.MACHINE),
    ],
    ids=["a stranger", "domain vouches", "known", "marked", "answers us", "sends our letter back"],
)
def test_what_may_be_a_machine_is_told_by_proof_by_marks_and_by_an_answer(
    text: str, how: dict[str, Any], echo: Echo
) -> None:
    facts = Facts(by_token=SILENT, known_since=how.pop("known", None))
    decision = decided(ask(text, now=NOON, facts=facts, **how))
    result = after(decision, SILENT)
    assert result.echo is echo
    reply = Event(kind=Kind.REPLY_SENT, at=NOON, actor="asha", data={"text": "It leaves today."})
    assert fold(result, [reply]).echo is Echo.NO_LETTER


@pytest.mark.parametrize(
    ("origin", "echo"), [("auto_reply", Echo.MACHINE), ("feedback_report", Echo.MACHINE), ("delay", Echo.SILENCE)]
)
def test_a_machines_report_on_a_case_is_an_answer_unless_it_tells_of_our_letter(origin: str, echo: Echo) -> None:
    noted = Event(kind=Kind.REPORT_NOTED, at=NOON, actor="daemon", data={"origin": origin})
    assert fold(SILENT, [noted]).echo is echo
    assert fold(a_case(), [noted]).echo is Echo.NO_LETTER, "it answers no letter of ours"


def test_an_acknowledgement_begins_to_wait_for_what_comes_back() -> None:
    case = a_case()
    decision = decided(ask(LAMP, now=NOON, facts=Facts(of_contact=(case,))))
    result = after(decision, case)
    assert (result.echo, result.acknowledged_at) == (Echo.SILENCE, NOON)
