"""From a letter to its exact bytes, once: what is sent again later is byte for byte the same.

Internet Message Format RFC 5322, MIME RFC 2045-2049 and 2231, automatic mail RFC 3834. Header lines are built here, from values
without control characters and within bounds, and the finished bytes are read again: what is in them must be what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

import orjson

from intake.letters.body import body, one_line, part_heads, readable, types
from intake.letters.head import field, read
from intake.letters.letter import Letter, LetterKind, Submission
from intake.policy import Brand, Policy
from intake.reference import compact
from intake.tokens import bounce_address, mark

MAX_TEXT = 250  # characters of a header's text
MAX_NAME = 70  # characters of a display name
MAX_IDS = 20  # message ids in References
MAX_LINE = 998  # octets, RFC 5322 section 2.1.1
TELLING = 256  # bytes of a file that tell its type
PART_HEADERS = {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition"}
ANSWERS = {  # automatic, and sent because of a message (RFC 3834 section 5)
    LetterKind.ACKNOWLEDGEMENT,
    LetterKind.REPEAT_ACKNOWLEDGEMENT,
    LetterKind.STATUS,
    LetterKind.REFUSAL,
}
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_ID = re.compile(r"[!-;=?-~]{1,250}")
_date = lru_cache(maxsize=100)(format_datetime)  # letters that are written together have one


def compose(letter: Letter, *, brand: Brand, policy: Policy, letter_id: str, now: datetime) -> Submission:
    """The bytes and the envelope of a letter. Raises ValueError where they could not be made as meant: that is our bug."""
    desk = brand.addresses[0]
    name = ".".join(filter(None, (letter_id, compact(letter.case_ref))))
    message_id = f"{name}@{desk.rpartition('@')[2]}"
    if letter.to.channel != "mail":
        return Submission(
            channel=letter.to.channel,
            mail_from="",
            rcpt_to=(letter.to.address,),
            message_id=message_id,
            blob=_as_json(letter, now),
        )
    head = _head(letter, desk, message_id, mark(letter_id, policy.keys[0]), now)
    return Submission(
        channel="mail",
        mail_from=bounce_address(policy, brand, letter.case_ref, letter_id),
        rcpt_to=(_address(letter.to.address),),
        message_id=message_id,
        blob=_finished(head, letter, letter_id),
    )


def _head(letter: Letter, desk: str, message_id: str, own_mark: str, now: datetime) -> list[tuple[str, str]]:
    """Header names and values as meant: not yet encoded, nothing in them that could end a line."""
    head = [
        ("Date", _date(now)),
        ("From", _mailbox(letter.from_name, desk)),
        ("To", _mailbox(letter.to_name, letter.to.address)),
        ("Reply-To", _mailbox("", letter.reply_address) if letter.reply_address else ""),
        ("Subject", one_line(letter.subject, MAX_TEXT)),
        ("Message-ID", f"<{message_id}>"),
        ("In-Reply-To", _ids([letter.in_reply_to])),
        ("References", _ids([*letter.references, letter.in_reply_to])),
        ("X-Answerable", own_mark),
    ]
    if letter.automatic:
        automatic = "auto-replied" if letter.kind in ANSWERS else "auto-generated"
        head += [("Auto-Submitted", automatic), ("X-Auto-Response-Suppress", "All")]
    return [(name, value) for name, value in head if value]


def _mailbox(name: str, address: str) -> str:
    shown = one_line(name, MAX_NAME).replace("<", " ").replace(">", " ").strip()
    return f"{shown} <{_address(address)}>" if shown else _address(address)


def _address(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise ValueError("a letter needs an address in plain letters and digits")
    return address


def _ids(ids: Sequence[str]) -> str:
    """Ids in angle brackets, the first and the latest of them; what is no id is left out."""
    good = list(dict.fromkeys(i for i in ids if _ID.fullmatch(i) and "=?" not in i))
    return " ".join(f"<{i}>" for i in (good if len(good) <= MAX_IDS else [good[0], *good[1 - MAX_IDS :]]))


def _finished(head: list[tuple[str, str]], letter: Letter, letter_id: str) -> bytes:
    """The whole message. Its proof leaves most of the files out: base64 can neither end a part nor begin a header."""
    files = letter.attachments
    kind, content = body(letter.text, letter.html, files, mark=letter_id)
    meant = [*head, ("MIME-Version", "1.0"), ("Content-Type", kind)]
    lines = b"".join(field(name, value) for name, value in meant)
    begun = [replace(f, content=f.content[:TELLING]) for f in files]
    bare = body(letter.text, letter.html, begun, mark=letter_id)[1] if files else content
    _prove(lines, bare, meant, types(files))
    return lines + b"\r\n" + content


def _prove(head: bytes, content: bytes, meant: list[tuple[str, str]], leaves: list[str]) -> None:
    """Read the finished bytes as a strict stranger would, and see that they hold what was meant and no more."""
    found = read(head)
    if found != meant and [*map(_comparable, found)] != [*map(_comparable, meant)]:
        raise ValueError("the finished header is not the intended one")
    said = [each for part in part_heads(content) for each in read(part)]
    kinds = [value.partition(";")[0] for name, value in said if name == "Content-Type"]
    if [kind for kind in kinds if not kind.startswith("multipart/")] != leaves:
        raise ValueError("the finished parts are not the intended ones")
    if {name for name, _ in said} - PART_HEADERS:
        raise ValueError("a finished part has a header too many")
    if not content.isascii() or not (_fits(head) and _fits(content)):
        raise ValueError("the finished message is not fit for every server")
    if not content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n"):
        raise ValueError("a line of the finished message ends in another way than CRLF")


def _fits(content: bytes) -> bool:
    """Whether no line is too long. It leaps from the last end of a line within reach to the next."""
    at = 0
    while len(content) - at > MAX_LINE:
        end = content.rfind(b"\r\n", at, at + MAX_LINE + 2)
        if end < 0:
            return False
        at = end + 2
    return True


def _comparable(field: tuple[str, str]) -> tuple[str, str]:
    """A header field without its white space, which folding may change."""
    return field[0].lower(), "".join(field[1].split())


def _as_json(letter: Letter, now: datetime) -> bytes:
    """The letter for a window or a program: {"text", "html", "from_name", "sent_at", "kind", "ref"}."""
    return orjson.dumps(
        {
            "text": readable(letter.text),
            "html": readable(letter.html),
            "from_name": one_line(letter.from_name, MAX_TEXT),
            "sent_at": now.isoformat(),
            "kind": letter.kind.value,
            "ref": letter.case_ref,
        }
    )
