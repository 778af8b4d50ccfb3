"""What goes out is what was approved, whatever words stand in it, and however staff write it.

The long form, with fifty thousand letters, is `python -m bench.approved`; a property that looks for its own examples is in
`tests/intake/letters/test_compose_hostile.py`. That the database refuses a letter to anybody else is in
`tests/store/test_audience.py`.
"""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from bench.approved import amiss, hostile
from intake.message import Envelope, RawMessage
from tests.harbour import ASHA
from tests.story import DESK, Story, a_story


@pytest.mark.parametrize("first", range(0, 300, 100))
def test_no_word_becomes_a_header_or_a_recipient_for_any_of_three_readers(first: int) -> None:
    """RT CVE-2012-4730 and CVE-2013-3373, Python CVE-2024-6923, CVE-2025-11468 and CVE-2026-1299."""
    assert {seed: amiss(hostile(seed)) for seed in range(first, first + 100) if amiss(hostile(seed))} == {}


async def test_s11_nothing_of_ours_that_lies_around_the_words_of_staff_is_on_the_wire() -> None:
    """freescout#4515: a mail program quotes the notice, signs, hides and attaches, and the customer read all of it."""
    async with a_story() as story:
        await story.mail("My lamp (order 88123) has the wrong shade.")
        notice = await story.latest("notification", ASHA.email)
        await story.arrives(outlook(story, notice.mail["Reply-To"], notice.words))
        (answer,) = await story.letters("reply")
        assert "A new shade is on its way" in answer.words
        for inside in (
            "Zebra",  # a note
            "tracker.example",
            "hidden",
            "winmail",
            ASHA.email,
            "+44 20 7946 0999",
            "help+s.",
            "Handler",
            "#note",
        ):
            assert inside.encode() not in answer.blob, inside
            assert inside not in answer.words, inside


async def test_s11_an_answer_with_the_address_of_another_customer_goes_back_to_its_author() -> None:
    """freescout#1095: what belonged to one client went to another."""
    async with a_story() as story:
        await story.mail("My chair (order 99456) is scratched.", by="Al <al@customer.example>", subject="Chair")
        await story.mail("My lamp (order 88123) has the wrong shade.")
        notice = await story.latest("notification", ASHA.email)
        decision = await story.staff(notice, "As we wrote to AL@customer.example, it is on its way.")
        assert decision.reasons[-1] == "refused:names-a-customer"
        assert "al@customer.example" in (await story.latest("refusal")).words
        await story.staff(notice, "We will write to jo@customer.example and to the carrier at post@carrier.example.")
        (answer,) = await story.letters("reply")
        assert "post@carrier.example" in answer.words


async def test_s15_a_note_to_all_reaches_nobody() -> None:
    """brimir#412, Tiledesk#157, erxes#33: what was for colleagues was on the wire. Reply-all takes the customer along."""
    async with a_story() as story:
        await story.mail("My lamp (order 88123) has the wrong shade.")
        notice = await story.latest("notification", ASHA.email)
        path = str(notice.mail["Reply-To"])
        for cc in ("jo@customer.example", f"jo@customer.example, {DESK}", path):
            await story.staff(notice, f"#note\nZebra: she is upset. {cc}", Cc=cc)
        out = [posted for posted in await story.letters() if posted.address != ASHA.email]
        assert out
        assert not any(b"Zebra" in posted.blob for posted in out)
        assert await story.letters("reply") == []


def outlook(story: Story, to: str, quoted: str) -> RawMessage:
    """An answer as Outlook writes it: two forms, a picture that tells, contact lines, a TNEF file, the notice quoted below."""
    sign = f"Asha Patel\nCustomer Care\n+44 20 7946 0999\n{ASHA.email}"
    below = (
        f"-----Original Message-----\nFrom: Harbour Home <{to}>\nSubject: The lamp\n\n{quoted}\n\nZebra: she is upset."
    )
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Asha Patel <{ASHA.email}>", to, "RE: The lamp"
    mail.set_content(f"A new shade is on its way.\n\n{sign}\n\n{below}\n")
    mail.add_alternative(
        '<p>A new shade is on its way.</p><div style="display:none">hidden words</div>'
        '<img src="https://tracker.example/1.gif">',
        subtype="html",
    )
    mail.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return RawMessage(
        channel="smtp",
        account="smtp",
        source_id="outlook",
        envelope=Envelope(mail_from=ASHA.email, rcpt_to=(to,), login="asha"),
        blob=mail.as_bytes(),
        received_at=story.now,
    )
