"""Who wrote first what somebody passes on, when, to whom, and what the one who passed it on added."""

from __future__ import annotations

import pytest

from intake.words import is_forward_subject, split, told

BLOCKS = {
    "en": ("From", "Sent", "To", "Subject"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "fr": ("De ", "Envoyé ", "À ", "Objet "),
    "es": ("De", "Enviado el", "Para", "Asunto"),
    "it": ("Da", "Inviato", "A", "Oggetto"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp"),
    "pl": ("Od", "Wysłano", "Do", "Temat"),
    "pt": ("De", "Enviada em", "Para", "Assunto"),
    "sv": ("Från", "Skickat", "Till", "Ämne"),
    "da": ("Fra", "Sendt", "Til", "Emne"),
    "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    "cs": ("Od", "Odesláno", "Komu", "Předmět"),
    "ru": ("От", "Отправлено", "Кому", "Тема"),
    "ja": ("差出人", "送信日時", "宛先", "件名"),
    "zh": ("发件人", "发送时间", "收件人", "主题"),
    "ko": ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
    "tr": ("Gönderen", "Gönderildi", "Kime", "Konu"),
    "hr": ("Šalje", "Poslano", "Prima", "Predmet"),
    "sl": ("Od", "Poslano", "Za", "Zadeva"),
    "sk": ("Od", "Odoslané", "Komu", "Predmet"),
    "uk": ("Від", "Надіслано", "Кому", "Тема"),
    "bg": ("От", "Изпратено", "До", "Относно"),
    "ro": ("De la", "Trimis", "Către", "Subiect"),
    "hu": ("Feladó", "Elküldve", "Címzett", "Tárgy"),
    "et": ("Saatja", "Saadetud", "Adressaat", "Teema"),
    "lt": ("Nuo", "Išsiųsta", "Kam", "Tema"),
    "el": ("Από", "Στάλθηκε", "Προς", "Θέμα"),
    "he": ("מאת", "נשלח", "אל", "נושא"),
    "vi": ("Từ", "Ngày", "Đến", "Chủ đề"),
    "id": ("Dari", "Tanggal", "Kepada", "Perihal"),
    "ar": ("من", "تم الإرسال", "إلى", "الموضوع"),
}
VALUES = ("Ann Lee <ann@example.org>", "3.11.2025 10:12", "Desk <desk@example.org>", "My kettle")
SHAPES = {
    "plain": ("{}: {}", "\n"),
    "bold": ("*{}:* {}", "\n"),
    "a line each paragraph": ("{}: {}", "\n\n"),
    "value on the next line": ("{}:\n{}", "\n"),
    "wide colon": ("{}：{}", "\n"),
}
MARKERS = [
    *(
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-------- Weitergeleitete Nachricht --------",
    ),
    *(
        "Anfang der weitergeleiteten Nachricht:",
        "---------- Message transféré ---------",
        "Début du message réexpédié :",
    ),
    *(
        "---------- Mensaje reenviado ---------",
        "Inizio messaggio inoltrato:",
        "---------- Doorgestuurd bericht ---------",
    ),
    *("---------- Mensagem encaminhada ---------", "Początek wiadomości przekazanej dalej:", "Vidarebefordrat brev:"),
    *("Start på videresendt besked:", "Videresendt melding:", "Välitetty viesti alkaa:", "Začátek přeposlané zprávy:"),
    *(
        "-------- Пересылаемое сообщение --------",
        "転送されたメッセージ:",
        "---------- 转发的邮件 ----------",
        "전달된 메시지:",
    ),
    *(
        "---------- İletilen mesaj ---------",
        "----- الرسالة المعاد توجيهها -----",
        "-------- Correo reenviado --------",
        "Inizia il messaggio inoltrato:",
        "-------- Doorgestuurde e-mail --------",
        "-------- Välitetty sähköposti --------",
        "以下是轉寄的郵件：",
        "İleti başlangıcı:",
        "----- Forwarded message from Ann <a@b.org> -----",
    ),
    *(
        "Početak proslijeđene poruke:",
        "-------- Preposlaná správa --------",
        "Початок листа, що пересилається:",
        "----- Mesaj redirecționat -----",
        "Továbbított levél kezdete:",
        "---------- メッセージを転送 ---------",
        "-------- Προωθημένο μήνυμα --------",
        "-------- Välitetty viesti / Fwd.Msg --------",
        "-------- Preposlaná správa --- Forwarded Message --------",
    ),
]


def _block(language: str, shape: str = "plain") -> str:
    line, gap = SHAPES[shape]
    return gap.join(line.format(name, value) for name, value in zip(BLOCKS[language], VALUES, strict=True))


@pytest.mark.parametrize("language", BLOCKS)
@pytest.mark.parametrize("shape", SHAPES)
def test_header_lines_of_any_language_tell_who_wrote_first(language: str, shape: str) -> None:
    text = f"Please look into this.\n\n{_block(language, shape)}\n\nIt leaks.\nAnn"
    found = told(text)["forwarded"]
    assert found is not None
    assert (found.from_, found.date, found.to, found.subject) == VALUES
    assert found.text == "It leaks.\nAnn"
    assert split(text).reply == "Please look into this."


@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_of_any_client_is_known(marker: str) -> None:
    text = f"Please look into this.\n\n{marker}\n{_block('en')}\n\nIt leaks."
    found = told(text)["forwarded"]
    assert found is not None
    assert (found.from_, found.text) == (VALUES[0], "It leaks.")
    assert split(text).reply == "Please look into this."


@pytest.mark.parametrize("row", ["| {} | {} |", "{}\t\t{}"])
def test_header_lines_in_a_table_under_a_marker_tell_too(row: str) -> None:
    """As NetEase draws them, and as a page with such a table reads."""
    rows = "\n".join(row.format(name, value) for name, value in zip(BLOCKS["zh"], VALUES, strict=True))
    found = told(f"See below.\n\n---- 转发的邮件 ----\n{rows}\n\nIt leaks.")["forwarded"]
    assert found is not None
    assert (found.from_, found.date, found.to, found.subject) == VALUES


def test_a_heading_in_dashes_that_nobody_has_listed_goes_with_the_header_lines_under_it() -> None:
    text = f"Please look into this.\n\n------- Iwe Ozi -------\n{_block('en')}\n\nIt leaks."
    assert split(text).reply == "Please look into this."


def test_a_marker_without_header_lines_still_passes_on_the_words() -> None:
    found = told("Begin forwarded message:\nIt leaks.")["forwarded"]
    assert found is not None
    assert (found.from_, found.text) == ("", "It leaks.")


def test_quoted_header_lines_and_words_are_read_without_their_marks() -> None:
    passed_on = "> From: Ann <ann@example.org>\n> Subject: Kettle\n>\n> It leaks.\n> > Really?"
    text = f"See below.\n\nBegin forwarded message:\n\n{passed_on}\n\nThanks"
    found = told(text)["forwarded"]
    assert found is not None
    assert (found.from_, found.subject, found.text) == ("Ann <ann@example.org>", "Kettle", "It leaks.\n> Really?")
    assert split(text).reply == "See below.\n\nThanks"


def test_a_mailbox_that_was_wrapped_behind_its_bracket_is_put_together() -> None:
    head = "---- Forwarded message ----\nFrom: Ann <a@b.org>\nSubject: Kettle\nTo: Desk <d@b.org>, Bob <\nb@b.org>"
    found = told(f"{head}\n\nIt leaks.")["forwarded"]
    assert found is not None
    assert (found.to, found.text) == ("Desk <d@b.org>, Bob < b@b.org>", "It leaks.")


def test_words_directly_below_a_subject_with_a_bracket_are_no_part_of_it() -> None:
    found = told("From: Ann <a@b.org>\nTo: Desk <d@b.org>\nSubject: I <3 kettles\nIt leaks -> help\nAnn")["forwarded"]
    assert found is not None
    assert (found.subject, found.text) == ("I <3 kettles", "It leaks -> help\nAnn")


def test_words_that_are_marked_below_unmarked_header_lines_are_read_without_their_marks() -> None:
    found = told("---- Forwarded message ----\nFrom: Ann <a@b.org>\nSubject: Kettle\n\n> It leaks.\n>\n> Ann")[
        "forwarded"
    ]
    assert found is not None
    assert found.text == "It leaks.\n\nAnn"


@pytest.mark.parametrize("language", ["en", "de", "uk", "tr", "ja"])
def test_header_lines_in_a_row_behind_a_marker_are_told_apart(language: str) -> None:
    row = "".join(f"{name.strip()}: {value}" for name, value in zip(BLOCKS[language], VALUES, strict=True))
    text = f"Please look into this.\n\n  ----- Forwarded Message ----- {row}\n It leaks."
    found = told(text)["forwarded"]
    assert found is not None
    assert (found.from_, found.date, found.to, found.subject) == VALUES
    assert split(text).reply == "Please look into this."


def test_what_follows_the_subject_in_a_row_belongs_to_it() -> None:
    row = "From: Ann <a@b.org>To: Desk <d@b.org>Subject: To: whom it concerns"
    found = told(f"----- Forwarded Message ----- {row}\nIt leaks.")["forwarded"]
    assert found is not None
    assert (found.to, found.subject, found.text) == ("Desk <d@b.org>", "To: whom it concerns", "It leaks.")


def test_a_line_that_only_resembles_header_lines_in_a_row_stays_whole() -> None:
    text = "----- Forwarded message ----- that is what I saw: To: nobody"
    assert split(text).reply == text


def test_a_subject_makes_a_forward_of_what_would_be_an_answer() -> None:
    text = 'On 3/11/2025, 10:12, "Ann Lee" <ann@example.org> wrote:\n\n    It leaks.'
    assert told(text, subject="Re: Kettle")["forwarded"] is None
    passed_on = told(text, subject="FW: Kettle")
    assert passed_on["forwarded"] is not None
    assert (passed_on["forwarded"].from_, passed_on["forwarded"].text) == ("ann@example.org", "It leaks.")
    assert passed_on["reply"] == ""


def test_a_subject_alone_makes_no_forward() -> None:
    words = told("It leaks. I told you so yesterday:\n\nbring it back!", subject="I: a kettle")
    assert (words["forwarded"], words["quoted"]) == (None, "")
    assert words["reply"].startswith("It leaks.")


def test_a_header_value_that_was_wrapped_is_put_together() -> None:
    found = told(
        "---- Forwarded message ----\nFrom: Ann <a@b.org>\nSubject: a kettle that leaks since\nMonday\nTo: Desk <d@b.org>\n\nHi"
    )["forwarded"]
    assert found is not None
    assert found.subject == "a kettle that leaks since Monday"


@pytest.mark.parametrize(
    "text",
    [
        "From: Rome\nTo: Paris\nDate: 3 May\n\nThis journey was a disgrace.",
        "Order: 4711\nItem: kettle\n\nIt leaks.",
        "On Mon, 3 Nov 2025 at 10:12, Ann <ann@example.org> wrote:\n> It leaks.",
        "I have forwarded message after message, and nobody answers.",
        "> just a line",
        "",
    ],
)
def test_ordinary_words_and_replies_are_no_forward(text: str) -> None:
    assert told(text)["forwarded"] is None


def test_what_was_passed_on_in_the_message_that_is_answered_is_no_forward() -> None:
    passed_on = "> Begin forwarded message:\n>\n> From: Ann <ann@example.org>\n> Subject: Kettle\n>\n> It leaks."
    assert (
        told(f"Thanks.\n\nOn 3 Nov 2025, at 10:12, Desk <desk@example.org> wrote:\n\n{passed_on}")["forwarded"] is None
    )


@pytest.mark.parametrize(
    "text",
    [
        "From: Rome\nTo: Paris\nDate: 3 May\n\nThis journey was a disgrace.",
        "From: Rome\nSent: 3 May 2025 10:12\nTo: Paris\n\nThe parcel is lost.",
    ],
)
def test_a_journey_is_not_taken_for_header_lines(text: str) -> None:
    assert split(f"Hello\n\n{text}").reply == f"Hello\n\n{text}"


@pytest.mark.parametrize(
    ("subject", "passed_on"),
    [
        ("FW: Kettle", True),
        ("Fwd:Kettle", True),
        ("WG: Kettle", True),
        ("TR : Bouilloire", True),
        ("转发：水壶", True),
        ("Re: Kettle", False),
        ("Kettle", False),
        ("I: boil", True),
        ("[External] FW: Kettle", True),
        ("İLT: Su ısıtıcı", True),
        ("", False),
    ],
)
def test_a_subject_says_whether_a_client_passed_the_message_on(subject: str, passed_on: bool) -> None:
    assert is_forward_subject(subject) is passed_on
