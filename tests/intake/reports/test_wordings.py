"""What robots say of a recipient, by language and by maker: one row a wording."""

from __future__ import annotations

import pytest

from intake.reports.text import addresses
from intake.senders.kind import kind
from intake.signals import Origin
from tests.intake.reports.mail import reports, robot, status_part

FAILED = (  # (subject, what is said, status)
    ("Unzustellbar: Stuhl", "nina@example.org\nDie Adresse konnte nicht gefunden werden.", "5.1.1"),
    ("Non remis : Chaise", "nina@example.org\nCette adresse est introuvable.", "5.1.1"),
    ("No se puede entregar: Silla", "nina@example.org: no se ha encontrado la dirección", "5.1.1"),
    ("Non recapitabile: Sedia", "nina@example.org\nImpossibile trovare l'indirizzo.", "5.1.1"),
    ("Onbestelbaar: Stoel", "De bezorging is mislukt:\nnina@example.org\nDat adres is niet gevonden.", "5.1.1"),
    ("Niedostarczone: Krzesło", "nina@example.org\nNie znaleziono takiego adresu.", "5.1.1"),
    ("Não é possível entregar: Cadeira", "nina@example.org\nO endereço não foi encontrado.", "5.1.1"),
    ("Olevererbart: Stol", "Levererades inte:\nnina@example.org\nMottagaren hittades inte.", "5.1.1"),
    ("Kan ikke leveres: Stol", "Levering mislykkedes:\nnina@example.org\nAdressen blev ikke fundet.", "5.1.1"),
    ("Kan ikke leveres: Stol", "Leveringen mislyktes:\nnina@example.org\nFant ikke noe: ikke funnet.", "5.1.1"),
    ("Ei voi toimittaa: Tuoli", "Toimitus epäonnistui:\nnina@example.org\nOsoitetta ei löytynyt.", "5.1.1"),
    ("Nedoručitelné: Židle", "Doručení se nezdařilo:\nnina@example.org\nAdresa nebyla nalezena.", "5.1.1"),
    ("Не удается доставить: Стул", "Не удалось выполнить доставку:\nnina@example.org\nАдрес не найден.", "5.1.1"),
    ("Teslim Edilemedi: Sandalye", "nina@example.org\nAdres bulunamadı.", "5.1.1"),
    ("配信不能: 椅子", "次の宛先に送信できません。\nnina@example.orgが見つかりません。", "5.1.1"),
    ("未送达: 椅子", "无法将邮件交给：\nnina@example.org\n找不到此地址。", "5.1.1"),
    ("배달되지 않음: 의자", "nina@example.org로 전송되지 않았습니다. 주소를 찾을 수 없음.", "5.1.1"),
    ("تعذر التسليم: كرسي", "فشل التسليم:\nnina@example.org\nلم يتم العثور عليه.", "5.1.1"),
    ("Failure Notice", "Unable to deliver to:\n<nina@example.org>:\nNo MX or A records for this domain", "5.1.2"),
    ("Undeliverable Mail", "Mailbox exceeds allowed size: nina@example.org", "5.2.2"),
    (
        "Returned mail",
        "--- The following addresses had delivery problems ---\n<nina@example.org>  user unknown",
        "5.1.1",
    ),
    ("Undeliverable Mail", "Delivery failed 7 attempts: nina@example.org", "5.4.7"),
)


@pytest.mark.parametrize(("subject", "said", "status"), FAILED)
def test_a_failure_is_understood_in_this_wording(subject: str, said: str, status: str) -> None:
    message = robot(said, Subject=subject, From="Microsoft Outlook <postmaster@mx.example.net>")
    its = kind(message)
    assert [(r.recipient, r.action, r.status) for r in its.reports] == [("nina@example.org", "failed", status)]
    assert its.origin is Origin.BOUNCE


@pytest.mark.parametrize(
    "said",
    [
        "nina@example.org ist vorübergehend nicht erreichbar, verzögert. Wir melden uns, falls es endgültig scheitert.",
        "nina@example.org: connection timed out. Delivery attempts will continue.",
    ],
)
def test_a_failure_that_may_yet_come_is_a_delay(said: str) -> None:
    message = robot(said, Subject="Delivery delayed")
    assert kind(message).origin is Origin.DELAY


def test_the_cause_of_a_delay_is_what_the_other_server_did() -> None:
    said = "Delivery attempts will continue.\n\nnina@example.org\n  connection timed out"
    found = reports(robot(said, Subject="Warning: not sent yet"))
    assert [(r.action, r.status) for r in found] == [("delayed", "4.4.1")]


def test_a_delay_whose_message_has_expired_in_the_queue_is_a_failure() -> None:
    """OpenSMTPD ends its tries with the fields and the preamble of a delay; only the cause tells."""
    fields = "Final-Recipient: rfc822; nina@example.org\nAction: delayed\nStatus: 4.4.7"
    said = "Delivery is delayed for:\n\nnina@example.org: Envelope expired\n"
    found = reports(robot(said, status_part(fields)))
    assert [(r.recipient, r.action, r.status) for r in found] == [("nina@example.org", "failed", "4.4.7")]


def test_indented_header_lines_that_only_name_the_message_do_not_end_the_notice() -> None:
    """As Oracle's Messaging Server begins; what is returned whole may be indented too."""
    named = "  Message-id: <1@harbour.example>\n  Date: Mon, 5 Jan 2026\n  To: nina@example.org\n"
    told = "Your message cannot be delivered:\n\n  Recipient address: nina@example.org\n  Reason: mailbox is full\n"
    assert [r.status for r in reports(robot(f"A message with these fields:\n\n{named}\n{told}"))] == ["5.2.2"]
    assert [r.status for r in reports(robot(f"{told}\n{named}  550 5.1.1 is what I wrote of"))] == ["5.2.2"]


def test_a_formal_subject_on_the_null_return_path_is_a_robots_whoever_signed() -> None:
    said = "Could not be delivered to: <nina@example.org>\nas their mailbox is full."
    message = robot(said, From="no-reply@phones.example", Subject="Mail System Error - Returned Mail")
    assert [(r.recipient, r.status) for r in reports(message)] == [("nina@example.org", "5.2.2")]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("收件人：nina@example.org（不存在）", ["nina@example.org"]),
        ("给nina@example.org的邮件", ["nina@example.org"]),
        ("nina@example.orgへ送れません。", ["nina@example.org"]),
        ("用户@例子.广告 不存在", ["用户@例子.广告"]),
        ("jörg@bücher.example!", ["jörg@bücher.example"]),
    ],
)
def test_addresses_are_told_from_the_letters_around_them(line: str, found: list[str]) -> None:
    assert addresses(line) == found
