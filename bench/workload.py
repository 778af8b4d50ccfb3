"""The mail that figures refer to: deterministic by seed, in our own words.

60 % plain of 1 to 4 kB, 25 % alternative with 8 to 30 kB of HTML, 10 % with a file of 50 to 300 kB, 5 % replies with a
quoted history; languages, charsets and transfer encodings mixed as in a mailbox of customers, one of each a message.
"""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime

ENGLISH = (
    "My order arrived on Tuesday and two of the plates were broken in the box",
    "I rang twice last week and nobody could tell me where the parcel was",
    "The lamp flickers since the first evening and the shop says to write to you",
    "Please tell me when the money will be back on my card",
    "We have been customers for eleven years and this is the first complaint",
    "The sofa that came is grey, and the one we chose and paid for is green",
    "Your driver left everything at the wrong door in the rain",
    "I was promised a call by Friday and I am still waiting",
    "It is not about the price, it is about not being told the truth",
)
GERMAN = (
    "Die Lieferung kam mit zwei Tagen Verspätung und der Karton war aufgerissen",
    "Ich habe schon dreimal angerufen und jedes Mal eine andere Auskunft bekommen",
    "Für die Rücksendung soll ich nun auch noch das Porto übernehmen",
    "Bitte prüfen Sie, warum der Betrag doppelt abgebucht wurde",
    "Der Tisch wackelt, obwohl wir ihn genau nach Anleitung aufgebaut haben",
)
FRENCH = (
    "Le colis annoncé pour lundi n'est toujours pas arrivé chez nous",
    "La vaisselle était cassée à l'ouverture et personne ne répond au téléphone",
    "Je vous prie de me rembourser la somme versée à la commande",
    "Où dois-je renvoyer l'étagère qui ne correspond pas à ma demande",
)
RUSSIAN = (
    "Заказ пришёл позже обещанного срока и без одной коробки",
    "Я уже писал вам в понедельник и до сих пор не получил ответа",
    "Прошу вернуть деньги за разбитую лампу на ту же карту",
)
PEOPLE = ("Ann Reed", "Jörg Weiß", "Hélène Faure", "Пётр Орлов", "Siobhán O'Dea", "Marek Żak", "Grace Adeyemi", "王 芳")
ENCODINGS = (
    (40, "utf-8", ("quoted-printable", "8bit"), (ENGLISH, GERMAN, FRENCH)),
    (20, "utf-8", ("base64",), (RUSSIAN, ENGLISH, FRENCH)),
    (15, "iso-8859-1", ("quoted-printable",), (GERMAN, FRENCH)),
    (13, "windows-1252", ("quoted-printable", "base64"), ((*ENGLISH, "They said “tomorrow” — that’s 49 € gone…"),)),
    (12, "us-ascii", ("7bit",), (ENGLISH,)),
)
MIX = (("plain", 60), ("alternative", 25), ("attachment", 10), ("reply", 5))


@dataclass(frozen=True, slots=True)
class Encoding:
    """How one message is written down."""

    charset: str
    transfer: str
    sentences: tuple[str, ...]

    def body(self, text: str) -> bytes:
        data = text.encode(self.charset, "replace")
        if self.transfer == "base64":
            return base64.encodebytes(data)
        return quopri.encodestring(data) if self.transfer == "quoted-printable" else data

    def part(self, text: str, kind: str = "plain") -> bytes:
        head = f"Content-Type: text/{kind}; charset={self.charset}\nContent-Transfer-Encoding: {self.transfer}\n\n"
        return head.encode() + self.body(text)


def messages(count: int, seed: int = 42) -> Iterator[tuple[str, bytes]]:
    """(kind, message with CRLF line ends), the same for the same arguments."""
    chance = random.Random(seed)
    kinds, weights = zip(*MIX, strict=True)
    for number in range(count):
        kind = chance.choices(kinds, weights)[0]
        content = MAKERS[kind](chance, _encoding(chance))
        yield kind, (_head(chance, number, reply=kind == "reply") + content).replace(b"\n", b"\r\n")


def large(size: int) -> bytes:
    """One message with a file, about `size` bytes long."""
    chance = random.Random(size)
    encoding = Encoding("utf-8", "8bit", ENGLISH)
    return (_head(chance, 0) + _with_file(chance, encoding, size * 73 // 100)).replace(b"\n", b"\r\n")


def _encoding(chance: random.Random) -> Encoding:
    _, charset, transfers, languages = chance.choices(ENCODINGS, [row[0] for row in ENCODINGS])[0]
    return Encoding(charset, chance.choice(transfers), chance.choice(languages))


def _prose(chance: random.Random, sentences: tuple[str, ...], size: int) -> list[str]:
    lines: list[str] = []
    while sum(map(len, lines)) < size:
        lines.append(chance.choice(sentences) + chance.choice([".", ".", "!"]))
        if chance.random() < 0.2:
            lines.append("")
    return lines


def _plain(chance: random.Random, encoding: Encoding) -> bytes:
    return encoding.part("\n".join(_prose(chance, encoding.sentences, chance.randint(400, 2800))) + "\n")


def _alternative(chance: random.Random, encoding: Encoding) -> bytes:
    lines = _prose(chance, encoding.sentences, chance.randint(900, 3500))
    page = _page(chance, lines, chance.randint(6_000, 22_000))
    return _multipart("alternative", chance, encoding.part("\n".join(lines) + "\n"), encoding.part(page, "html"))


def _attachment(chance: random.Random, encoding: Encoding) -> bytes:
    return _with_file(chance, encoding, chance.randint(36_000, 218_000))


def _with_file(chance: random.Random, encoding: Encoding, size: int) -> bytes:
    named = chance.choice(
        [
            'filename="photo.jpg"',
            "filename*=UTF-8''Quittung%20f%C3%BCr%20K%C3%BCche.jpg",
            'filename="=?utf-8?b?0YTQvtGC0L4uanBn?="',
        ]
    )
    head = (
        f"Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment;\n {named}\n\n"
    )
    file = head.encode() + base64.encodebytes(b"\xff\xd8\xff\xe0" + chance.randbytes(size))
    text = encoding.part("\n".join(_prose(chance, encoding.sentences, 900)) + "\n")
    return _multipart("mixed", chance, text, file)


def _reply(chance: random.Random, encoding: Encoding) -> bytes:
    history = "\n".join("> " + line for line in _prose(chance, encoding.sentences, 1500))
    new = "\n".join(_prose(chance, encoding.sentences, chance.randint(150, 800)))
    return encoding.part(
        f"{new}\n\nOn Mon, 5 Jan 2026 at 09:12, Harbour Home <help@harbour.example> wrote:\n{history}\n"
    )


MAKERS = {"plain": _plain, "alternative": _alternative, "attachment": _attachment, "reply": _reply}


def _multipart(kind: str, chance: random.Random, *parts: bytes) -> bytes:
    boundary = f"=_{chance.getrandbits(64):016x}".encode()
    opening = f'Content-Type: multipart/{kind};\n boundary="'.encode() + boundary + b'"\n\n'
    return opening + b"".join(b"--" + boundary + b"\n" + part + b"\n" for part in parts) + b"--" + boundary + b"--\n"


def _page(chance: random.Random, lines: list[str], size: int) -> str:
    style = "margin:0 0 8px 0;font-family:Calibri,Arial,sans-serif;font-size:11pt;color:#222"
    blocks = [f"<html><head><style>p.note{{{style}}} a:link{{color:#0b5c55}}</style></head><body><div class=page>"]
    while sum(map(len, blocks)) < size:
        line = chance.choice(lines) or "&nbsp;"
        blocks.append(
            chance.choice(
                [
                    f'<p class="note" style="{style}"><span lang="EN-GB">{line}</span></p>\n',
                    f'<p class="note" style="{style}"><span>{line}<br>{line}</span></p>\n',
                    f'<table><tr><td style="{style}">Item</td><td><b>&pound;{chance.randint(1, 99)}</b></td></tr></table>\n',
                    f'<p><a href="https://harbour.example/o/{chance.getrandbits(48):x}">your order</a>'
                    f'<img src="https://t.harbour.example/{chance.getrandbits(64):x}.gif" width="1" height="1"></p>\n',
                ]
            )
        )
    return "".join(blocks) + "</div></body></html>\n"


def _head(chance: random.Random, number: int, *, reply: bool = False) -> bytes:
    name = chance.choice(PEOPLE)
    shown = name if name.isascii() else Header(name, "utf-8").encode()
    sender = f"c{chance.randint(1, 999)}@{chance.choice(['home', 'post', 'firm'])}.example"
    subject = chance.choice(ENGLISH + GERMAN + FRENCH + RUSSIAN)[:50]
    date = format_datetime(datetime(2026, 1, 5, 8, tzinfo=UTC) + timedelta(seconds=37 * number))
    lines = [f"Return-Path: <{sender}>", "Delivered-To: help@harbour.example"]
    lines += [
        f"Received: from mx{hop}.example (mx{hop}.example [198.51.100.{hop + 1}])\n\tby in{hop}.harbour.example with ESMTPS"
        f" id {chance.getrandbits(40):X}\n\tfor <help@harbour.example>; {date}"
        for hop in range(chance.randint(2, 4))
    ]
    signature = base64.b64encode(chance.randbytes(90)).decode()
    lines.append(f"DKIM-Signature: v=1; a=rsa-sha256; d=example; s=s1;\n\th=From:To:Subject:Date;\n\tb={signature}")
    lines += [f"From: {shown} <{sender}>", "To: Harbour Home <help@harbour.example>", f"Date: {date}"]
    lines += [f"Subject: {subject if subject.isascii() else Header(subject, 'utf-8').encode(linesep=chr(10))}"]
    lines += [f"Message-ID: <{chance.getrandbits(64):x}.{number}@{sender.partition('@')[2]}>", "MIME-Version: 1.0"]
    if reply:
        lines += ["In-Reply-To: <l1@harbour.example>", "References: <l0@harbour.example>\n <l1@harbour.example>"]
    return ("\n".join(lines) + "\n").encode()
