"""winmail.dat: what Outlook wrapped up is unpacked, and what cannot be unpacked is still a file."""

from __future__ import annotations

import base64
import struct

import pytest

from intake.message import Message
from tests.intake.mime.letters import parts, read


def thing(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 0x0006, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def wrapped(*things: bytes) -> Message:
    data = struct.pack("<IH", 0x223E9F78, 1) + b"".join(things)
    part = "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
    return read(parts("mixed", "Content-Type: text/plain\n\n", part + base64.encodebytes(data).decode()))


FILE = thing(2, 0x9002, b"\x00" * 14) + thing(2, 0x8010, b"bill.pdf\x00") + thing(2, 0x800F, b"%PDF-1.7")


def test_its_files_and_its_text_become_those_of_the_message() -> None:
    message = wrapped(thing(1, 0x800C, b"The plates broke.\x00"), FILE)
    assert [(one.name, one.type, one.size) for one in message.attachments] == [("bill.pdf", "application/pdf", 8)]
    assert message.text.strip() == "The plates broke."
    assert "tnef" in message.defects


@pytest.mark.parametrize("data", ["", "AAAA", base64.b64encode(struct.pack("<IH", 0x223E9F78, 1) + FILE[:40]).decode()])
def test_damaged_wrapping_neither_raises_nor_loses_the_file(data: str) -> None:
    part = f"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{data}"
    message = read(parts("mixed", "Content-Type: text/plain\n\nwords", part))
    assert message.text.strip() == "words"
    assert {"tnef", "tnef-broken"} & set(message.defects)
