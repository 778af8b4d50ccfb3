"""Which part is the words, which is a file, and what is left when the structure is broken."""

from __future__ import annotations

import base64

import pytest

from intake.mime.html import safe
from tests.intake.mime.letters import mail, parts, read

BASE64 = "Content-Transfer-Encoding: base64"
WORDS = "Content-Type: text/plain\n\njust words"
PLAIN = "Content-Type: text/plain; charset=utf-8\n\nThe plates broke."
HTML = "Content-Type: text/html; charset=utf-8\n\n<p>The <b>plates</b> broke.</p>"
PHOTO = 'Content-Type: image/png; name="plate.png"\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo='
FILE = "Content-Type: application/pdf\nContent-Disposition: attachment; filename=bill.pdf\n\n%PDF"


def names(blob: bytes) -> list[str]:
    return [one.name for one in read(blob).attachments]


def test_of_two_versions_the_plain_one_is_the_text_and_the_other_the_html() -> None:
    message = read(parts("alternative", PLAIN, HTML))
    assert message.text.strip() == "The plates broke."
    assert "<b>plates</b>" in (safe(message) or "")
    assert not message.attachments


def test_a_plain_version_that_shares_no_word_with_the_page_hides_none_of_its_words() -> None:
    stub = "Content-Type: text/plain\n\nPlease view this in a modern program."
    message = read(parts("alternative", stub, "Content-Type: text/html\n\n<p>Both plates arrived broken.</p>"))
    assert message.text.split() == [*stub.split()[2:], "Both", "plates", "arrived", "broken."]


@pytest.mark.parametrize("empty", ["", "\n\n", "\u00a0 \u200b"])
def test_an_empty_plain_version_gives_way_to_the_words_of_the_html(empty: str) -> None:
    message = read(parts("alternative", f"Content-Type: text/plain; charset=utf-8\n\n{empty}", HTML))
    assert message.text.strip() == "The plates broke."


def test_several_stretches_of_text_are_one_body_and_files_between_them_are_files() -> None:
    message = read(parts("mixed", PLAIN, FILE, "Content-Type: text/plain\n\nThe list's footer."))
    assert message.text.split() == ["The", "plates", "broke.", "The", "list's", "footer."]
    assert [one.name for one in message.attachments] == ["bill.pdf"]


def test_a_page_after_the_plain_text_is_its_other_version_even_if_called_mixed() -> None:
    message = read(parts("mixed", PLAIN, "Content-Type: text/html\n\n<p>The plates broke, in colour.</p>"))
    assert message.text.strip() == "The plates broke."
    assert "in colour" in (safe(message) or "")


def test_a_plain_footer_after_a_page_does_not_hide_the_page() -> None:
    message = read(parts("mixed", HTML, "Content-Type: text/plain\n\nSent to the list."))
    assert "The plates broke." in message.text
    assert "Sent to the list." in message.text


@pytest.mark.parametrize(
    ("header", "inline"),
    [
        ("Content-ID: <shown@x>", True),
        ("Content-Disposition: inline\nContent-ID: <unshown@x>", True),
        ("X-No: id", False),
    ],
)
def test_an_image_that_the_page_shows_is_told_from_a_file(header: str, inline: bool) -> None:
    page = 'Content-Type: text/html\n\n<p>Look <img src="cid:shown%40x"></p>'
    message = read(parts("related", page, f"{header}\n{PHOTO}"))
    assert [(one.name, one.inline) for one in message.attachments] == [("plate.png", inline)]
    assert message.attachments[0].content == b"\x89PNG\r\n\x1a\n"


def test_a_text_file_with_a_name_is_a_file_and_not_words() -> None:
    message = read(parts("mixed", PLAIN, "Content-Type: text/plain; name=log.txt\n\nnot their words"))
    assert "not their words" not in message.text
    assert [one.name for one in message.attachments] == ["log.txt"]


def test_a_plain_part_marked_as_an_attachment_is_a_file_even_when_it_is_alone() -> None:
    blob = mail("notes", "Content-Type: text/plain", "Content-Disposition: attachment; filename=notes.txt")
    assert (read(blob).text, names(blob)) == ("", ["notes.txt"])


@pytest.mark.parametrize("encoded", [False, True])
def test_an_attached_message_is_a_file_named_after_its_subject_and_its_leaves_lie_one_deeper(encoded: bool) -> None:
    inner = "Subject: =?utf-8?q?Caf=C3=A9?=\nContent-Type: text/plain\n\ninner words\n"
    if encoded:
        part = (
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(inner.encode()).decode()
        )
    else:
        part = f"Content-Type: message/rfc822\n\n{inner}"
    message = read(parts("mixed", PLAIN, part))
    assert [one.name for one in message.attachments] == ["Café.eml"]
    assert "inner words" not in message.text
    assert [(one.type, one.depth) for one in message.parts] == [
        ("text/plain", 0),
        ("message/rfc822", 0),
        ("text/plain", 1),
    ]
    assert "inner words" in message.parts[2].text


def test_a_report_for_machines_is_no_file_but_can_be_read_as_a_part() -> None:
    blob = parts(
        "report", PLAIN, "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed"
    )
    message = read(blob)
    assert not message.attachments
    assert next(one.text for one in message.parts if one.type == "message/delivery-status").startswith(
        "Final-Recipient"
    )


@pytest.mark.parametrize(
    ("blob", "defect"),
    [
        (
            parts(
                "signed; protocol=application/pgp-signature",
                PLAIN,
                "Content-Type: application/pgp-signature\n\n-----BEGIN",
            ),
            "signed-pgp",
        ),
        (
            parts(
                "signed; protocol=application/pkcs7-signature",
                PLAIN,
                "Content-Type: application/pkcs7-signature\n\nMII",
            ),
            "signed-smime",
        ),
        (parts("encrypted; protocol=application/pgp-encrypted", FILE), "encrypted-pgp"),
        (
            mail("MII", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"),
            "encrypted-smime",
        ),
        (parts("mixed", PLAIN, "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR"), "calendar"),
        (mail("-----BEGIN PGP MESSAGE-----\n\nabc"), "encrypted-pgp"),
    ],
)
def test_signed_encrypted_and_calendar_mail_is_recognised(blob: bytes, defect: str) -> None:
    message = read(blob)
    assert defect in message.defects
    assert "-----BEGIN\n" not in message.text


@pytest.mark.parametrize(
    ("blob", "text", "defect"),
    [
        (mail("just words", "Content-Type: multipart/mixed"), "just words", "boundary-missing"),
        (mail("just words", "Content-Type: multipart/mixed; boundary=never"), "just words", "boundary-missing"),
        (parts("mixed", PLAIN).removesuffix(b"--frontier--\r\n"), "The plates broke.", None),
        (mail("just words", "Content-Type: nonsense"), "just words", None),
        (mail("anVzdCB3b3Jkcw", "Content-Transfer-Encoding: base64"), "just words", "transfer-broken"),
        (mail("anVz!dCB3b3Jkcw==", "Content-Transfer-Encoding: base64"), "just words", "transfer-broken"),
        (mail('begin 644 x\n*:G5S="!W;W)D<P``\n`\nend\n', "Content-Transfer-Encoding: x-uuencode"), "just words", None),
        (mail("just words", "Content-Transfer-Encoding: of-nobody"), "just words", None),
        (mail("anVzdCB3b3Jkcw==\n\n--\nSent to the list", BASE64), "just words", "transfer-broken"),
        (mail("anVzdCB3b3Jkcw==\n____\nthe list's footer", BASE64), "just words", "transfer-broken"),
        (mail("just =  \nwords", "Content-Transfer-Encoding: quoted-printable"), "just words", None),
        (mail("--a--\n\njust words\n--a----\n", "Content-Type: multipart/mixed; boundary=a--"), "just words", None),
        (mail("--a \t\n\njust words\n--a-- \n", "Content-Type: multipart/mixed; boundary=a"), "just words", None),
        (mail(f"--A\n{WORDS}\n--A--\n", "Content-Type: multipart/mixed; boundary=a"), "just words", "structure-broken"),
        (mail(f"--A\n{WORDS}\n--A--\n", "Content-Type: multipart/mixed"), "just words", "structure-broken"),
        (mail(f"--a\n{WORDS}", "Content-Type: multipart/mixed; boundary=a"), "just words", "structure-broken"),
        (parts("mixed", "just words"), "just words", None),
        (parts("mixed", "Content-Type: multipart/mixed; boundary=in\n" + WORDS), "just words", None),
        (
            parts("mixed", "Content-Type: multipart/mixed; boundary=in\n\n--in\n" + WORDS),
            "just words",
            "structure-broken",
        ),
        (
            mail("--A\n\njust words\n--A--\n", "Content-Type: multipart/mixed; boundary=a"),
            "just words",
            "structure-broken",
        ),
        (mail("--a\n\njust words\n--a--\n", "Content-Type: multipart; boundary=a"), "just words", None),
        (mail("just words", "Content-Type: text/; charset=utf-8"), "just words", None),
        (mail("just words, in clear", BASE64), "just words, in clear", "transfer-broken"),
        (mail("just =77ords", "Content-Transfer-Encoding: Quoted/Printable"), "just words", None),
        (mail("<!DOCTYPE html>\n<p>just words"), "just words", None),
        (mail("<html><p>just words", "Content-Type: text/plain"), "just words", None),
        (mail("<p>is a tag"), "<p>is a tag", None),
        (b"From : a@b.example\n\njust words", "just words", None),
        (b"Subject: x\n\njust words", "just words", "from-missing"),
        (b"Subject: x\r\rjust words", "just words", "from-missing"),
        (b"From MAILER Mon Jan  5 00:00:00 2026\nFrom: a@b.example\n\njust words", "just words", None),
        (b"\xef\xbb\xbfFrom: a@b.example\n\njust words", "just words", None),
        (b"\n\n\nFrom: a@b.example\n\njust words", "just words", None),
        (b"", "", "empty"),
    ],
)
def test_broken_mail_still_shows_its_words(blob: bytes, text: str, defect: str | None) -> None:
    message = read(blob)
    assert message.text.strip("\n\x00") == text
    assert defect is None or defect in message.defects


@pytest.mark.parametrize(
    ("delsp", "meant"),
    [("", "one two\n> quoted on\nhard\n-- \nAnn"), ("; delsp=yes", "onetwo\n> quotedon\nhard\n-- \nAnn")],
)
def test_flowed_text_is_joined_within_one_level_of_quoting(delsp: str, meant: str) -> None:
    message = read(
        mail("one \ntwo\n> quoted \n> on\nhard\n-- \nAnn", f"Content-Type: text/plain; format=flowed{delsp}")
    )
    assert message.text == meant


NAMES = {
    "RFC 2231": ("filename*=UTF-8''Quittung%20f%C3%BCr%20Ann.pdf", "Quittung für Ann.pdf"),
    "RFC 2231 in pieces": ("filename*0*=utf-8''caf%C3; filename*1*=%A9; filename*2=\".pdf\"", "café.pdf"),
    "pieces out of order": ("filename*1=b.pdf; filename*0=a", "ab.pdf"),
    "RFC 2231 beats the plain one": ("filename=fallback.pdf; filename*=utf-8''caf%C3%A9.pdf", "café.pdf"),
    "encoded word": ('filename="=?utf-8?q?caf=C3=A9.pdf?="', "café.pdf"),
    "raw UTF-8": ('filename="café.pdf"', "café.pdf"),
    "no quotes": ("filename=my bill.pdf", "my bill.pdf"),
    "path": ('filename="../../etc/passwd"', "passwd"),
    "Windows path": ('filename="C:\\Users\\Ann\\bill.pdf"', "bill.pdf"),
    "CVE-2026-28289 hidden dot file": ('filename="\u200b.htaccess"', "htaccess"),
    "bidirectional override": ('filename="bill\u202efdp.exe"', "billfdp.exe"),
    "reserved": ("filename=con.txt", "_con.txt"),
    "control characters": ('filename="=?utf-8?q?a=0D=0Ab=00.pdf?="', "ab.pdf"),
    "only dots": ('filename="..."', "attachment-1.pdf"),
    "none": ("", "attachment-1.pdf"),
    "too long": (f"filename={'a' * 400}.pdf", "a" * 116 + ".pdf"),
}


@pytest.mark.parametrize(
    ("label", "name", "shown"),
    [
        ("latin-1", "café.pdf", "caf\ufffd.pdf"),
        ("koi8-r", "жалоба.pdf", "жалоба.pdf"),
        ("utf-8", "café.pdf", "café.pdf"),
    ],
)
def test_a_name_without_a_label_is_guessed_from_several_bytes_and_not_from_one(
    label: str, name: str, shown: str
) -> None:
    file = FILE.replace("bill.pdf", "\0").encode().replace(b"\0", name.encode(label)).replace(b"\n", b"\r\n")
    blob = parts("mixed", PLAIN, "\0").replace(b"\0", file)
    assert names(blob) == [shown]


@pytest.mark.parametrize(("written", "name"), NAMES.values(), ids=NAMES)
def test_file_names_are_decoded_safe_and_never_empty(written: str, name: str) -> None:
    part = f"Content-Type: application/pdf\nContent-Disposition: attachment; {written}\n\n%PDF"
    assert names(parts("mixed", PLAIN, part)) == [name]


def test_of_a_text_that_nobody_could_read_through_only_the_beginning_is_shown() -> None:
    """A mail of 50 MB of words took half a gigabyte. The line at the cut stays whole."""
    line = "Die Brücke ist kaputt.\n"
    message = read(parts("mixed", f"Content-Type: text/plain; charset=utf-8\n\n{line * 300_000}"))
    assert 4_000_000 < len(message.text) < 5_000_000
    assert set(message.text.splitlines()) == {line.rstrip()}
    assert message.defects == ("limit-text",)
