"""The sentence above a quotation, as clients of many languages write it."""

from __future__ import annotations

import pytest

from intake.words import split

SENTENCES = {
    "Gmail, en": "On Mon, Nov 3, 2025 at 10:12 AM Ann Lee <ann@example.org> wrote:",
    "Apple, en": "On 3 Nov 2025, at 10:12, Ann Lee <ann@example.org> wrote:",
    "Gmail on a phone, en": "Ann Lee <ann@example.org> wrote on Mon, 3 Nov 2025 at 10:12:",
    "Yahoo of old, en": "--- On Mon, 11/3/25, Ann Lee <ann@example.org> wrote:",
    "Zoho, en": "---- On Mon, 03 Nov 2025 10:12:00 +0100 Ann Lee <ann@example.org> wrote ----",
    "Yahoo, en": "On Monday, 3 November 2025 at 10:12:00 GMT, Ann Lee <ann@example.org> wrote:",
    "Gmail, de": "Am Mo., 3. Nov. 2025 um 10:12 Uhr schrieb Ann Lee <ann@example.org>:",
    "Thunderbird, de": "Am 03.11.2025 um 10:12 schrieb Ann Lee:",
    "Gmail on a phone, de": "Ann Lee <ann@example.org> schrieb am Mo., 3. Nov. 2025, 10:12:",
    "Gmail, fr": "Le lun. 3 nov. 2025 à 10:12, Ann Lee <ann@example.org> a écrit :",
    "Thunderbird, fr": "Le 03/11/2025 à 10:12, Ann Lee a écrit :",
    "Gmail, es": "El lun, 3 nov 2025 a las 10:12, Ann Lee (<ann@example.org>) escribió:",
    "Thunderbird, es": "El 3/11/25 a las 10:12, Ann Lee escribió:",
    "Gmail, it": "Il giorno lun 3 nov 2025 alle ore 10:12 Ann Lee <ann@example.org> ha scritto:",
    "Thunderbird, it": "Il 03/11/2025 10:12, Ann Lee ha scritto:",
    "Gmail, nl": "Op ma 3 nov 2025 om 10:12 schreef Ann Lee <ann@example.org>:",
    "Apple, nl": "Op 3 nov. 2025, om 10:12 heeft Ann Lee <ann@example.org> het volgende geschreven:",
    "Gmail, pl": "pon., 3 lis 2025 o 10:12 Ann Lee <ann@example.org> napisał(a):",
    "Thunderbird, pl": "W dniu 3.11.2025 o 10:12, Ann Lee pisze:",
    "Apple, pl": "Wiadomość napisana przez Ann Lee <ann@example.org> w dniu 3 lis 2025, o godz. 10:12:",
    "Gmail, pt": "Em seg., 3 de nov. de 2025 às 10:12, Ann Lee <ann@example.org> escreveu:",
    "Apple, pt": "Ann Lee <ann@example.org> escreveu no dia segunda, 3/11/2025 à(s) 10:12:",
    "Gmail, sv": "Den mån 3 nov. 2025 kl 10:12 skrev Ann Lee <ann@example.org>:",
    "Apple, sv": "3 nov. 2025 kl. 10:12 skrev Ann Lee <ann@example.org>:",
    "Gmail, da": "Den man. 3. nov. 2025 kl. 10.12 skrev Ann Lee <ann@example.org>:",
    "Gmail, no": "man. 3. nov. 2025 kl. 10:12 skrev Ann Lee <ann@example.org>:",
    "Gmail, fi": "ma 3. marrask. 2025 klo 10.12 Ann Lee (ann@example.org) kirjoitti:",
    "Thunderbird, fi": "Ann Lee kirjoitti 3.11.2025 klo 10.12:",
    "Gmail, cs": "po 3. 11. 2025 v 10:12 odesílatel Ann Lee <ann@example.org> napsal:",
    "Thunderbird, cs": "Dne 03. 11. 25 v 10:12 Ann Lee napsal(a):",
    "Gmail, ru": "пн, 3 нояб. 2025 г. в 10:12, Ann Lee <ann@example.org>:",
    "Apple, ru": "3 нояб. 2025 г., в 10:12, Ann Lee <ann@example.org> написал(а):",
    "Mail.ru, ru": "Понедельник, 3 ноября 2025, 10:12 +03:00 от Ann Lee <ann@example.org>:",
    "Gmail, ja": "2025年11月3日(月) 10:12 Ann Lee <ann@example.org>:",
    "Apple, ja": "2025/11/03 10:12、Ann Lee <ann@example.org>のメール:",
    "Gmail, zh": "Ann Lee <ann@example.org> 于2025年11月3日周一 10:12写道：",
    "Gmail, zh-TW": "Ann Lee <ann@example.org> 於 2025年11月3日 週一 上午10:12寫道：",
    "NetEase, zh": "在 2025-11-03 10:12:00，Ann Lee <ann@example.org> 写道：",
    "Gmail, ko": "2025년 11월 3일 (월) 오전 10:12, Ann Lee <ann@example.org>님이 작성:",
    "Gmail, tr": "Ann Lee <ann@example.org>, 3 Kas 2025 Pzt, 10:12 tarihinde şunu yazdı:",
    "Apple, tr": "Ann Lee <ann@example.org> şunları yazdı (3 Kas 2025 10:12):",
    "Gmail, ar": "في الاثنين، 3 نوفمبر 2025 في 10:12 ص تمت كتابة ما يلي بواسطة Ann Lee <ann@example.org>:",
    "Thunderbird, pt": "Às 10:12 de 03/11/2025, Ann Lee escreveu:",
    "Thunderbird, zh-TW": "Ann Lee 於 2025/11/3 上午 10:12 寫道:",
    "Thunderbird, ko": "2025-11-03 오전 10:12에 Ann Lee 이(가) 쓴 글:",
    "Gmail, hr": "pon, 3. stu 2025. u 10:12 Ann Lee <ann@example.org> napisao je:",
    "Apple, hr": "Ann Lee <ann@example.org> je napisala dana 3. stu 2025., u 10:12:",
    "Gmail, sl": "V pon., 3. nov. 2025 ob 10:12 je oseba Ann Lee <ann@example.org> napisala:",
    "Gmail, sk": "po 3. 11. 2025 o 10:12 Ann Lee <ann@example.org> napísal(a):",
    "Gmail, uk": "пн, 3 лист. 2025 р. о 10:12 Ann Lee <ann@example.org> пише:",
    "Gmail, bg": "На пн, 3.11.2025 г. в 10:12 Ann Lee <ann@example.org> написа:",
    "Gmail, sr": "пон, 3. нов 2025. у 10:12 Ann Lee <ann@example.org> је написао/ла:",
    "Gmail, ro": "În lun., 3 nov. 2025 la 10:12, Ann Lee <ann@example.org> a scris:",
    "Gmail, hu": "Ann Lee <ann@example.org> ezt írta (időpont: 2025. nov. 3., H, 10:12):",
    "Gmail, et": "Kontakt Ann Lee <ann@example.org> kirjutas kuupäeval E, 3. november 2025 kell 10:12:",
    "Gmail, lv": "pirmd., 2025. g. 3. nov., plkst. 10:12 — lietotājs Ann Lee (<ann@example.org>) rakstīja:",
    "Gmail, lt": "2025-11-03, pr, 10:12 Ann Lee <ann@example.org> rašė:",
    "Gmail, el": "Στις Δευ 3 Νοε 2025 στις 10:12 π.μ., ο χρήστης Ann Lee <ann@example.org> έγραψε:",
    "Gmail, he": "\u202bבתאריך יום ב׳, 3 בנוב׳ 2025 ב-10:12 מאת Ann Lee <\u202aann@example.org\u202c\u200f>:\u202c",
    "Gmail, ca": "Missatge de Ann Lee <ann@example.org> del dia dl., 3 de nov. 2025 a les 10:12:",
    "Gmail, vi": "Vào Th 2, 3 thg 11, 2025 vào lúc 10:12 Ann Lee <ann@example.org> đã viết:",
    "Gmail, hi": "सोम, 3 नव॰ 2025 को 10:12 am बजे को Ann Lee <ann@example.org> ने लिखा:",
    "Apple, ar": "في 3 نوفمبر 2025، الساعة 10:12، كتب Ann Lee <ann@example.org>:",
}
NEW = "It is still broken.\nPlease call."


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES.keys())
@pytest.mark.parametrize(
    "letter",
    [
        NEW + "\n\n{}\n\nWe are sorry.\nYour desk",
        NEW + "\n\n{}\n> We are sorry.\n> Your desk",
        "{}\n> We are sorry.\n> Your desk\n\n" + NEW,
    ],
    ids=["unmarked below", "marked below", "marked above"],
)
def test_an_attribution_and_the_quotation_under_it_are_quoted(sentence: str, letter: str) -> None:
    words = split(letter.format(sentence))
    assert words.reply == NEW
    assert sentence in words.quoted
    assert "sorry" in words.quoted


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES.keys())
def test_an_attribution_that_was_wrapped_at_the_mailbox_is_still_one(sentence: str) -> None:
    wrapped = sentence.replace(" <ann", "\n<ann").replace(" (<ann", "\n(<ann")
    assert split(f"{NEW}\n\n{wrapped}\n\nWe are sorry.").reply == NEW


def test_recipient_and_subject_directly_above_an_attribution_belong_to_it() -> None:
    """As Yandex writes them."""
    fields = '----------------\nКому: ann@example.org;\nТема: Чайник;\n03.11.2025, 10:12, "Desk" <desk@example.org>:'
    assert split(f"{NEW}\n\n{fields}\n\nWe are sorry.").reply == NEW


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote to you at 10:12:\n\nMy kettle is broken.\n\nNobody answered.",
        "On 3 November 2025 you wrote:\n\nWe will refund you.\n\nWhere is it?",
        "Here is what the manual says:\n\nFill it to the line.\n\nI did.",
        "The driver came at 10:12 and said:\n\nnot my problem!",
        "My order:\n\n2 kettles\n1 lid",
    ],
)
def test_a_customer_who_tells_a_story_is_not_quoting_a_mail(text: str) -> None:
    assert split(text).reply == text


def test_new_words_on_the_line_of_the_attribution_are_kept() -> None:
    words = split("Still broken On Mon, Nov 3, 2025 at 10:12 AM Ann <ann@example.org> wrote:\n> Sorry\n")
    assert words.reply == "Still broken"


def test_words_under_an_unmarked_quotation_with_nothing_above_it_are_kept() -> None:
    words = split("On Mon, Nov 3, 2025 at 10:12 AM Ann <ann@example.org> wrote:\n\nSorry!\n\nIt is still broken.")
    assert words.reply == "Sorry!\n\nIt is still broken."


def test_a_time_and_a_mailbox_above_marked_lines_are_an_attribution_in_a_language_that_nobody_has_listed() -> None:
    sentence = "Li Jovde, 3 Nov 2025 10:12, Ann Lee <ann@example.org> skrivis zonder vorto:"
    words = split(f"{NEW}\n\n{sentence}\n> We are sorry.\n> Your desk\n> Ann")
    assert words.reply == NEW
