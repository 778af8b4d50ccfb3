"""Signatures and small print are apart from what was written, and never lost."""

from __future__ import annotations

import pytest

from intake.words import split

SAID = "My kettle leaks.\nPlease call."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn Lee\nLeaks Ltd.",
        "--\nAnn Lee",
        "__________\nAnn Lee, Leaks Ltd.",
        "Kind regards,\nAnn Lee",
        "Kind regards,\n\nAnn Lee\nTel. 030 1234567",
        "Mit freundlichen Grüßen\nAnn Lee\nHauptstr. 1\n10115 Berlin",
        "Mit freundlichen Gruessen\nAnn Lee",
        "Cordialement,\nAnn Lee",
        "Z powazaniem,\nAnn Lee",
        "С уважением,\nАнна Ли",
        "よろしくお願いいたします。\nリー",
        "Kind regards,\nAnn Lee\n\nThis email and any attachments are confidential. "
        "If you are not the intended recipient, please delete it.",
        "CONFIDENTIALITY NOTICE: the contents are for the addressee only.\nDo not pass it on.",
    ],
)
def test_what_stands_under_the_last_words_is_the_signature(signature: str) -> None:
    words = split(f"{SAID}\n\n{signature}\n")
    assert words.reply == SAID
    assert words.signature == signature


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Sent from my iPhone",
            "Sent from Yahoo Mail on Android",
            "Get Outlook for iOS",
            "Von meinem iPhone gesendet",
        ),
        *("Gesendet von Outlook für Android", "Envoyé de mon iPhone", "Enviado desde mi iPhone", "Inviato da iPhone"),
        *("Verstuurd vanaf mijn iPhone", "Wysłane z iPhone'a", "Enviado do meu iPhone", "Skickat från min iPhone"),
        *("Sendt fra min iPhone", "Lähetetty iPhonesta", "Odesláno z iPhonu", "Отправлено с iPhone", "iPhoneから送信"),
        *(
            "从我的 iPhone 发送",
            "從我的 iPhone 傳送",
            "나의 iPhone에서 보냄",
            "iPhone'umdan gönderildi",
            "أُرسلت من الـ iPhone",
        ),
        *("(Sent from my phone)", "Sent from my cell, please excuse any typos."),
        *("Sent from my Verizon, Samsung Galaxy smartphone", "Yahoo Mail: Search, Organize, Conquer"),
        "Sent via the Galaxy S7, an AT&T 4G LTE smartphone",
        *("Obtenir Outlook pour iOS", "Provenance : Courrier pour Windows", "Von Yahoo Mail auf Android gesendet"),
        *("Baixe o Outlook para Android", "Získejte Outlook pro iOS", "iOS 版 Outlook を入手", "取得 iOS 版 Outlook"),
        *("Outlook for iOS 다운로드", "Windows için Posta ile gönderildi", "احصل على Outlook لـ iOS"),
        "Envoyé de mon appareil Android avec Courriel K-9 Mail. Veuillez excuser ma brièveté.",
    ],
)
def test_the_line_that_a_phone_adds_is_a_signature_in_any_language(line: str) -> None:
    words = split(f"{SAID}\n\n{line}\n\nOn 3 Nov 2025, at 10:12, Desk <desk@example.org> wrote:\n> Hello")
    assert words.reply == SAID
    assert words.signature == line


@pytest.mark.parametrize(
    "text",
    [
        "It was sent.\nSent from your warehouse, it came to the wrong house.",
        "It is so slow now.\nSent from my desk, for I cannot do this on my phone",
        "Two things -- a kettle\n-- a lid\nare missing.",
        "Thanks for nothing.\n\nBest regards\n\nAnn",
        "Regards",
        "-- \nAnn",
        "This email and any other I sent you stays without answer!",
        "I am cross.\nThis communication has been a shame from the first day.",
        "The parts:\n--\n" + "one more line of my long story\n" * 20 + "That is all.",
    ],
)
def test_words_that_only_look_like_a_signature_are_kept(text: str) -> None:
    words = split(text)
    assert words.reply == text
    assert words.signature == ""


def test_a_signature_under_a_quotation_is_apart_too() -> None:
    words = split("It leaks.\n\nOn 3 Nov 2025, at 10:12, Desk <desk@example.org> wrote:\n> Sorry\n\n-- \nAnn")
    assert (words.reply, words.signature) == ("It leaks.", "-- \nAnn")
