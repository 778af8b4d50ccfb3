"""A customer presses Reply: whatever their mail program makes of our letter, only what they wrote above our line is new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from intake.message import Envelope, RawMessage
from intake.words import REPLY_MARKERS
from tests.story import Posted, a_story
from workers.deciding.understanding import understand

Client = Callable[[str, str], tuple[str, str]]  # our letter's text and HTML -> those of an answer to it

WORDS = "No, I wrote to you in March.\n\nThe parcel came, but the shade is still the wrong one."
HTML = "<p>No, I wrote to you in March.</p><p>The parcel came, but the shade is still the wrong one.</p>"
COMPLAINTS = {
    "en": "The lamp you sent me has the wrong shade, and it is a present for Saturday.",
    "de": "Die Lampe, die Sie mir geschickt haben, hat leider den falschen Schirm, und sie ist ein Geschenk.",
}


def marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def gmail(text: str, html: str) -> tuple[str, str]:
    said = "On Tue, 13 Jan 2026 at 10:04, Harbour Home <help@harbour.example> wrote:"
    quoted = f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{said}<br></div><blockquote>{html}</blockquote></div>'
    return f"{WORDS}\n\n{said}\n\n{marked(text)}\n", f'<div dir="ltr">{HTML}</div><br>{quoted}'


def outlook(text: str, html: str) -> tuple[str, str]:
    head = [
        "From: Harbour Home <help@harbour.example>",
        "Sent: 13 January 2026 10:04",
        "To: Jo Marsh",
        "Subject: We have it",
    ]
    rule = '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">'
    shown = "<br>".join(line.replace("<", "&lt;").replace(">", "&gt;") for line in head)
    return "\r\n".join([WORDS, "", *head, "", text]), f"<div>{HTML}{rule}{shown}</p></div>{html}</div>"


def apple(text: str, html: str) -> tuple[str, str]:
    said = "On 13 Jan 2026, at 10:04, Harbour Home <help@harbour.example> wrote:"
    cited = f'<div><br><blockquote type="cite"><div>{said}</div><br><div>{html}</div></blockquote></div>'
    return f"{WORDS}\n\n{said}\n\n{marked(text)}\n", f"<div>{HTML}</div>{cited}"


def no_signs(text: str, html: str) -> tuple[str, str]:
    """As some telephones do it: the letter follows as if it had been written now."""
    return f"{WORDS}\n\n{text}", f"<div>{HTML}</div><div>{html}</div>"


def answered(letter: Posted, client: Client, *, with_html: bool) -> RawMessage:
    parts = [part.get_payload(decode=True).decode() for part in letter.mail.walk() if not part.is_multipart()]
    body = HTMLParser(parts[1]).body
    assert body is not None
    text, html = client(parts[0], body.inner_html or "")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Jo <jo@customer.example>", letter.mail["Reply-To"], "Re: your letter"
    mail.set_content(text)
    if with_html:
        mail.add_alternative(html, subtype="html")
    to = Envelope(mail_from="jo@customer.example", rcpt_to=(letter.mail["Reply-To"],))
    return RawMessage(
        channel="smtp", account="smtp", source_id="answer", envelope=to, blob=mail.as_bytes(), received_at=letter.at
    )


@pytest.mark.parametrize("with_html", [False, True], ids=["text", "html"])
@pytest.mark.parametrize("client", [gmail, outlook, apple, no_signs])
@pytest.mark.parametrize("language", COMPLAINTS)
async def test_an_answer_to_an_acknowledgement_is_cut_at_our_line(
    language: str, client: Client, with_html: bool
) -> None:
    async with a_story() as story:
        await story.mail(COMPLAINTS[language], subject="Lamp")
        letter = await story.latest("acknowledgement")
        assert letter.words.startswith(REPLY_MARKERS[language])
        raw = answered(letter, client, with_html=with_html)
        message = understand(raw, story.desk.policy).message
        assert message.reply.split() == WORDS.split()
        await story.arrives(raw)
        told = await story.latest("notification")
        assert "> The parcel came" in told.words
        assert REPLY_MARKERS[language] not in told.words.split("\n", 1)[1]


async def test_staff_who_answer_above_our_line_send_the_customer_nothing_of_the_notification() -> None:
    async with a_story() as story:
        await story.mail(COMPLAINTS["en"], subject="Lamp")
        letter = await story.latest("notification")
        await story.staff(replace(letter, words=""), f"The right shade leaves today.\n\n{letter.words}")
        reply = await story.latest("reply")
        assert "The right shade leaves today." in reply.words
        assert "What is known" not in reply.words
