"""What of a staff mail reaches the customer, in the shapes that real mail programs give it: only the new words, and files.

freescout#4515: internal text went to customers with a forwarded notification.
"""

from __future__ import annotations

import html as html_escape
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

import pytest

from intake.letters.letter import Letter
from tests.harbour import ASHA, HARBOUR, KIM
from tests.staffroom import LAMP, Room, refused, to_customer

WORDS = "The right shade leaves today by courier.\n\nYou need not send the old one back."
SENTENCES = ("The right shade leaves today by courier.", "You need not send the old one back.")
INTERNAL = (
    *("Press Reply", "#note", "What is known", "Time remaining", "stop working", "Why it came", "first-contact"),
    *("staff.harbour.example", "+s.", "+n.", "900123", "present for Saturday", "iPhone", "confidential", "wrote:"),
    *("Von:", "From:", "mailto:", "track.example", "hidden text", "Senior Adviser"),
)


def quoted(letter: Letter) -> str:
    return "\n".join(f"> {line}".rstrip() for line in letter.text.splitlines())


def plain(room: Room, body: str) -> bytes:
    return room.mail(body)


def page(room: Room, markup: str, *, text: str | None = None) -> bytes:
    """A mail with HTML, and a text version unless the program made none."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{ASHA.name} <{ASHA.email}>", room.address(), "Re: a case"
    if text is None:
        mail.set_content(f"<html><body>{markup}</body></html>", subtype="html")
    else:
        mail.set_content(text)
        mail.add_alternative(f"<html><body>{markup}</body></html>", subtype="html")
    return mail.as_bytes()


def paragraphs(text: str) -> str:
    return "".join(f"<div>{html_escape.escape(line) or '<br>'}</div>" for line in text.splitlines())


def gmail_text(room: Room, letter: Letter) -> bytes:
    said = f"On Tue, 13 Jan 2026 at 10:05, Harbour Home <{room.address()}>\nwrote:"
    return plain(room, f"{WORDS}\n\n-- \nAsha Patel\nMobile 07700 900123\n\n{said}\n\n{quoted(letter)}\n")


def gmail_html(room: Room, letter: Letter) -> bytes:
    said = f'<div dir="ltr" class="gmail_attr">On Tue, 13 Jan 2026 at 10:05, Harbour Home &lt;{room.address()}&gt; wrote:</div>'
    quote = f'<div class="gmail_quote">{said}<blockquote class="gmail_quote">{letter.html}</blockquote></div>'
    return page(room, f'<div dir="ltr">{paragraphs(WORDS)}</div><br>{quote}')


def outlook_text(room: Room, letter: Letter) -> bytes:
    head = f"From: Harbour Home <help@harbour.example>\nSent: 13 January 2026 10:05\nTo: Asha Patel <{ASHA.email}>"
    signature = "Kind regards,\n\nAsha Patel\nSenior Adviser\nT: 07700 900123"
    return plain(room, f"{WORDS}\n\n{signature}\n\n{'_' * 32}\n{head}\nSubject: a case\n\n{letter.text}")


def outlook_html(room: Room, letter: Letter) -> bytes:
    head = (
        '<div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Harbour Home &lt;help@harbour.example&gt;<br>'
        "<b>Sent:</b> 13 January 2026 10:05<br><b>To:</b> Asha Patel<br><b>Subject:</b> a case</div>"
    )
    return page(room, f'{paragraphs(WORDS)}<hr style="display:inline-block;width:98%">{head}<div>{letter.html}</div>')


def outlook_in_german(room: Room, letter: Letter) -> bytes:
    head = "Von: Harbour Home <help@harbour.example>\nGesendet: Dienstag, 13. Januar 2026 10:05\nAn: Asha Patel\nBetreff: a case"
    return plain(room, f"{WORDS}\n\nMit freundlichen Grüßen\nAsha Patel\n07700 900123\n\n{head}\n\n{letter.text}")


def apple_mail(room: Room, letter: Letter) -> bytes:
    said = f"On 13 Jan 2026, at 10:05, Harbour Home <{room.address()}> wrote:"
    markup = f'{paragraphs(WORDS)}<br><div><blockquote type="cite"><div>{said}</div><div>{letter.html}</div></blockquote></div>'
    return page(room, markup, text=f"{WORDS}\n\n> {said}\n> \n{quoted(letter)}\n")


def iphone(room: Room, letter: Letter) -> bytes:
    said = f"On 13 Jan 2026, at 10:05, Harbour Home <{room.address()}> wrote:"
    return plain(room, f"{WORDS}\n\nSent from my iPhone\n\n> {said}\n> \n{quoted(letter)}\n")


def thunderbird(room: Room, letter: Letter) -> bytes:
    said = "On 13/01/2026 10:05, Harbour Home wrote:"
    return plain(room, f"{WORDS}\n\n{said}\n{quoted(letter)}\n\n-- \nAsha Patel\n07700 900123\n")


def thunderbird_from_below(room: Room, letter: Letter) -> bytes:
    return plain(
        room, f"On 13/01/2026 10:05, Harbour Home wrote:\n{quoted(letter)}\n\n{WORDS}\n\n-- \nAsha\n07700 900123\n"
    )


def disclaimer(room: Room, letter: Letter) -> bytes:
    small = "This email and any attachments are confidential and intended solely for the addressee."
    return plain(room, f"{WORDS}\n\nKind regards\nAsha Patel\n07700 900123\n\n{small}\n\n{quoted(letter)}\n")


def signature_without_a_greeting(room: Room, letter: Letter) -> bytes:
    return plain(room, f"{WORDS}\n\nAsha Patel\nSenior Adviser\n07700 900123\n{ASHA.email}\n")


def hidden_things(room: Room, letter: Letter) -> bytes:
    pixel = '<img src="https://track.example/p.gif" width="1" height="1">'
    hidden = '<div style="display:none">hidden text</div>'
    return page(room, f"{paragraphs(WORDS)}{hidden}{pixel}<script>track.example</script>")


CLIENTS = (
    *(gmail_text, gmail_html, outlook_text, outlook_html, outlook_in_german, apple_mail, iphone, thunderbird),
    *(thunderbird_from_below, disclaimer, signature_without_a_greeting, hidden_things),
)


@pytest.mark.parametrize("known", [True, False], ids=["letter-known", "letter-unknown"])
@pytest.mark.parametrize("client", CLIENTS, ids=[client.__name__ for client in CLIENTS])
def test_only_the_new_words_reach_the_customer(client: Callable[[Room, Letter], bytes], known: bool) -> None:
    """Also where the program dropped the headers that say which letter was answered."""
    room = Room()
    letter = room.notice()
    answer = to_customer(room.send(client(room, letter), answers=letter if known else None))
    assert answer is not None
    words = answer.text.partition("Asha Patel, Harbour Home.")[0]
    for sentence in SENTENCES:
        assert sentence in " ".join(words.split())
    for form in (words, answer.html):
        assert [inner for inner in INTERNAL if inner in form] == []


def test_what_only_the_letter_itself_shows_to_be_quoted_is_cut_or_stops_the_mail() -> None:
    room = Room()
    letter = room.notice()
    _, _, below_our_line = letter.text.partition("\n\n")
    blob = room.mail(f"{WORDS}\n\n{below_our_line}")
    answer = to_customer(room.send(blob, answers=letter))
    assert answer is not None
    assert "What is known" not in answer.text
    assert SENTENCES[1] in answer.text
    assert refused(room.send(blob))[0] == "letter-quoted"


@pytest.mark.parametrize("known", [True, False])
def test_a_reply_with_nothing_above_the_quotation_sends_nothing(known: bool) -> None:
    room = Room()
    letter = room.notice()
    said = "On Tue, 13 Jan 2026 at 10:05, Harbour Home <help@harbour.example> wrote:"
    for body in (f"{said}\n\n{quoted(letter)}", quoted(letter), letter.text, f"\n\n{said}\n{letter.text}"):
        decision = room.send(room.mail(body), answers=letter if known else None)
        assert refused(decision)[0] in ("nothing-written", "letter-quoted")


def test_lines_of_ours_that_cannot_be_told_apart_stop_the_mail() -> None:
    room = Room()
    line = next(line for line in room.notice().text.splitlines() if line.startswith("Press Reply"))
    slug, words = refused(room.write(f"{WORDS}\n{line}\nSee you."))
    assert slug == "letter-quoted"
    assert "delete" in words


def test_addresses_of_staff_become_the_desks() -> None:
    room = Room()
    answer = to_customer(
        room.write(f"Write to {KIM.email.upper()}, to {room.address(note=True)} or jo@customer.example.")
    )
    assert answer is not None
    assert "Write to help@harbour.example, to help@harbour.example or jo@customer.example." in " ".join(
        answer.text.split()
    )


def test_the_desk_is_that_of_the_cases_brand() -> None:
    room = Room()
    other = replace(HARBOUR, id="first", prefix="FF", addresses=("hello@first.example",))
    room.pen = replace(room.pen, policy=replace(room.pen.policy, brands=(other, room.brand)))
    answer = to_customer(room.write(f"Write to {ASHA.email}."))
    assert answer is not None
    assert "help@harbour.example" in answer.text
    assert "hello@first.example" not in answer.text


@pytest.mark.parametrize("closing", ["Asha", "Asha Patel", "Kind regards,\nAsha", "Best, Asha"])
def test_a_name_under_the_words_is_no_contact_block(closing: str) -> None:
    answer = to_customer(Room().write(f"{WORDS}\n\n{closing}"))
    assert answer is not None
    assert SENTENCES[1] in answer.text


def test_a_number_in_the_words_themselves_stays() -> None:
    answer = to_customer(Room().write("Asha Patel here.\nPlease call 020 7946 0999 and ask for the courier.\n\nAsha"))
    assert answer is not None
    assert "020 7946 0999" in answer.text


def with_files(room: Room, *files: tuple[str, str, str]) -> bytes:
    """A mail with attachments: type, name, disposition."""
    parts = "".join(
        f"--b\nContent-Type: {kind}; name={name}\nContent-Disposition: {how}; filename={name}\nContent-ID: <{name}@x>\n"
        f"Content-Transfer-Encoding: base64\n\n{b64encode(b'content of ' + name.encode()).decode()}\n"
        for kind, name, how in files
    )
    head = f"From: {ASHA.email}\nTo: {room.address()}\nSubject: Re: a case\nMIME-Version: 1.0\n"
    return f"{head}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n{WORDS}\n{parts}--b--\n".encode()


def test_files_that_were_attached_on_purpose_go_along_and_the_rest_stays() -> None:
    room = Room()
    blob = with_files(
        room,
        ("application/pdf", "label.pdf", "attachment"),
        ("image/jpeg", "shade.jpg", "attachment"),
        ("image/png", "image001.png", "inline"),
        ("application/ms-tnef", "winmail.dat", "attachment"),
        ("application/octet-stream", "winmail.dat", "attachment"),
        ("text/x-vcard", "asha.vcf", "attachment"),
        ("application/pkcs7-signature", "smime.p7s", "attachment"),
        ("text/calendar", "invite.ics", "attachment"),
        ("text/html", "ATT00001.htm", "attachment"),
    )
    answer = to_customer(room.send(blob))
    assert answer is not None
    assert [file.name for file in answer.attachments] == ["label.pdf", "shade.jpg"]


@pytest.mark.parametrize("kind", ["message/rfc822", "application/vnd.ms-outlook"])
def test_a_whole_mail_is_not_sent_on_unseen(kind: str) -> None:
    room = Room()
    inner = "From: a@b.example\nSubject: inner\n\nhello\n"
    head = f"From: {ASHA.email}\nTo: {room.address()}\nSubject: Re: a case\nMIME-Version: 1.0\n"
    body = f"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n{WORDS}\n--b\n"
    blob = f"{head}{body}Content-Type: {kind}\nContent-Disposition: attachment; filename=inner.msg\n\n{inner}\n--b--\n".encode()
    slug, words = refused(room.send(blob))
    assert slug == "mail-attached"
    assert "inner" in words


def test_a_forwarded_notification_is_not_sent_to_the_customer() -> None:
    """freescout#4515."""
    room = Room()
    letter = room.notice()
    head = "---------- Forwarded message ---------\nFrom: Harbour Home <help@harbour.example>\n"
    head += "Date: Tue, 13 Jan 2026\nSubject: a case\n"
    answer = room.send(room.mail(f"Please see below.\n\n{head}\n{letter.text}"))
    said = to_customer(answer)
    assert said is not None
    assert "Please see below." in said.text
    assert "What is known" not in said.text
    assert refused(room.send(room.mail(f"{head}\n{letter.text}")))[0] in ("nothing-written", "letter-quoted")


def test_the_letter_to_the_customer_answers_theirs_from_the_desk() -> None:
    answer = to_customer(Room().write(WORDS))
    assert answer is not None
    assert (answer.in_reply_to, answer.from_name) == (LAMP.last_message_id, "Asha at Harbour Home")
    assert answer.reply_address.startswith("help+c.")
