"""The language of a message: known from a sentence, unknown from a word."""

from __future__ import annotations

import subprocess
import sys

import pytest

from intake.words import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("My kettle arrived broken and nobody answers my letters.", "en"),
        ("MY KETTLE ARRIVED BROKEN AND NOBODY ANSWERS", "en"),
        ("Mein Wasserkocher kam kaputt an und niemand antwortet.", "de"),
        ("Ma bouilloire est arrivée cassée et personne ne répond.", "fr"),
        ("Mi hervidor llegó roto y nadie me contesta.", "es"),
        ("Il mio bollitore è arrivato rotto e nessuno risponde.", "it"),
        ("Mijn waterkoker kwam kapot aan en niemand antwoordt.", "nl"),
        ("Mój czajnik przyszedł zepsuty i nikt nie odpowiada.", "pl"),
        ("A minha chaleira chegou partida e ninguém me responde.", "pt"),
        ("Min vattenkokare kom trasig och ingen svarar mig.", "sv"),
        ("Vedenkeittimeni saapui rikkinäisenä eikä kukaan vastaa.", "fi"),
        ("Мой чайник пришёл сломанным, и никто не отвечает.", "ru"),
        ("届いたやかんが壊れていて、誰も返事をくれません。", "ja"),
        ("我的水壶到货时就坏了,没有人回复我。", "zh"),
        ("주전자가 고장난 채로 왔는데 아무도 답장을 주지 않습니다.", "ko"),
        ("Su ısıtıcım bozuk geldi ve kimse cevap vermiyor.", "tr"),
        ("وصلت الغلاية مكسورة ولا أحد يرد على رسائلي.", "ar"),
    ],
)
def test_a_sentence_is_enough(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "Thanks!",
        "4711",
        "https://example.org/a/very/long/link?with=letters",
        "ann@example.org",
        "\ud800",
        "HH-4829-1357K",
    ],
)
def test_too_little_to_tell_is_not_guessed(text: str) -> None:
    assert language_of(text) is None


def test_the_model_is_read_without_a_network_and_without_a_warning() -> None:
    script = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise SystemExit('it tried to connect')\n"
        "socket.socket.connect = socket.create_connection = refuse\n"
        "from intake.words import language_of\n"
        "sys.exit(language_of('My kettle arrived broken and nobody answers.') != 'en')\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
