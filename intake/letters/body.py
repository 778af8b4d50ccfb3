"""The body of an outgoing mail: text, HTML and files as one MIME tree (RFC 2045-2049, file names RFC 2231).

Written out by hand, for there are only four shapes of part: the standard library's generator costs ten times as much a letter
and has let header values end their line (CVE-2024-6923, CVE-2026-1299). Every byte is ASCII and every line short.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Sequence
from email.utils import encode_rfc2231
from functools import lru_cache

from pybase64 import encodebytes

from intake.message import Attachment
from intake.mime import magic

MAX_NAME = 200  # bytes of a file's name; encoded it still fits on a line
KEPT = 400  # characters of a line up to which its encoding is worth keeping
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_TYPE = re.compile(r"(?!multipart/|message/)[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 ._()+-]+")
_BOUNDARY = re.compile(rb"--=_[!-~]*\r\n")


def body(text: str, html: str, files: Sequence[Attachment], *, mark: str) -> tuple[str, bytes]:
    """(value of Content-Type, content). `mark` makes the boundaries; "=_" in them cannot stand in either encoding used."""
    both = [_words("plain", text), _words("html", html)]
    kind, content = _multipart("alternative", both, f"=_{mark}_a")
    if not files:
        return kind, content
    whole = _part([("Content-Type", kind)], content)
    return _multipart("mixed", [whole, *map(_file, files)], f"=_{mark}_m")


def types(files: Sequence[Attachment]) -> list[str]:
    """The media types of all leaves, in order: what a reader must find again."""
    return ["text/plain", "text/html", *map(_type, files)]


def part_heads(content: bytes) -> list[bytes]:
    """The headers of all parts in finished content, in order, whatever lies in which."""
    parts = filter(bytes.strip, _BOUNDARY.split(content))
    return [part.partition(b"\r\n\r\n")[0] + b"\r\n" for part in parts]


def readable(text: str) -> str:
    """A text that every program can take: line feeds only, no control characters, nothing that UTF-8 cannot say."""
    return "\n".join(map(_sayable, _lines(text)))


def one_line(value: str, limit: int) -> str:
    """A value of at most `limit` characters on one line, without control characters or such as turn text round."""
    sayable = value[: 4 * limit].encode(errors="replace").decode()
    return " ".join(_LINE_CONTROLS.sub(" ", sayable).split())[:limit].rstrip()


def _multipart(kind: str, parts: list[bytes], boundary: str) -> tuple[str, bytes]:
    line = f"--{boundary}".encode()
    content = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return f'multipart/{kind}; boundary="{boundary}"', content


def _words(subtype: str, text: str) -> bytes:
    return _part(
        [("Content-Type", f'text/{subtype}; charset="utf-8"'), ("Content-Transfer-Encoding", "quoted-printable")],
        b"\r\n".join([_kept(line) if len(line) < KEPT else _encoded(line) for line in _lines(text)]),
    )


def _lines(text: str) -> list[str]:
    tidy = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return tidy.split("\n")


def _sayable(line: str) -> str:
    return _CONTROLS.sub("", line).encode(errors="replace").decode()


def _encoded(line: str) -> bytes:
    """A line in quoted-printable."""
    return b2a_qp(_sayable(line).encode(), istext=True).replace(b"\n", b"\r\n")


_kept = lru_cache(maxsize=2000)(_encoded)  # most lines of a letter are those of the letter before


def _file(file: Attachment) -> bytes:
    head = [
        ("Content-Type", _type(file)),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f"attachment; {_file_name(file.name)}"),
    ]
    return _part(head, encodebytes(file.content).replace(b"\n", b"\r\n"))


def _part(head: list[tuple[str, str]], content: bytes) -> bytes:
    return b"".join(f"{name}: {value}\r\n".encode("ascii") for name, value in head) + b"\r\n" + content


def _type(file: Attachment) -> str:
    return magic.safe(file.type, file.content) if _TYPE.fullmatch(file.type) else "application/octet-stream"


def _file_name(name: str) -> str:
    bounded = one_line(name, MAX_NAME).encode()[:MAX_NAME].decode(errors="ignore").strip() or "file"
    if _PLAIN_NAME.fullmatch(bounded):
        return f'filename="{bounded}"'
    return f"filename*={encode_rfc2231(bounded, 'utf-8')}"
