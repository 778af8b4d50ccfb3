"""Mail made to hurt its reader, each small to make and named after what it attacks. Bounded: none is over 30 MB.

Run it to see how long each takes: `python -m bench.hostile`. Shapes: quadratic header code (gh-136063), Dovecot
CVE-2024-23184 (address headers), Request Tracker CVE-2014-9472 (decoding), cpython gh-75630 and gh-87075 (nesting).
"""

from __future__ import annotations

import base64
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from intake.message import RawMessage
from intake.parse import parse

LIMIT = 2.0  # seconds, for any of them


def mail(head: bytes = b"", body: bytes = b"", kind: bytes = b"text/plain; charset=utf-8") -> bytes:
    """A message with a usual header, what `head` adds to it (whole lines), and a body."""
    usual = b"From: A <a@a.example>\r\nTo: b@b.example\r\nSubject: x\r\nContent-Type: " + kind + b"\r\n"
    return head + usual + b"\r\n" + body


def html(body: bytes) -> bytes:
    return mail(body=body, kind=b"text/html; charset=utf-8")


def mixed(body: bytes) -> bytes:
    return mail(body=body, kind=b"multipart/mixed; boundary=b")


def _nested(depth: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return opening + b"Content-Type: text/plain\n\ndeep\n" + b"".join(b"--b%d--\n" % n for n in reversed(range(depth)))


def _matryoshka(depth: int) -> bytes:
    """Attached messages inside each other, each as base64: one layer is only seen after the one around it is decoded."""
    inner = b"Subject: innermost\n\nhello\n"
    for _ in range(depth):
        inner = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(inner)
    return inner


def _tnef(objects: int) -> bytes:
    one = b"\x01" + (0x9004).to_bytes(2, "little") + b"\x01\x00" + (0).to_bytes(4, "little") + b"\x00\x00"
    return mail(body=b"\x78\x9f\x3e\x22\x01\x00" + one * objects, kind=b"application/ms-tnef")


MAKERS: dict[str, Callable[[], bytes]] = {
    "subject-of-20000-encoded-words": lambda: mail(b"Subject: " + b"=?utf-8?q?a" * 20_000 + b"\r\n"),
    "subject-of-8000-whole-encoded-words": lambda: mail(b"Subject: " + b"=?utf-8?q?a?=" * 8_000 + b"\r\n"),
    "subject-of-split-base64-words": lambda: mail(b"Subject: " + b"=?utf-8?b?YWJj?= " * 15_000 + b"\r\n"),
    "300000-folded-lines": lambda: mail(b"X-Folded: a\r\n" + b" b\r\n" * 300_000),
    "500000-headers": lambda: mail(b"X-Many: a\r\n" * 500_000),
    "one-header-of-5-MB": lambda: mail(b"X-Long: " + b"a" * 5_000_000 + b"\r\n"),
    "100000-addresses": lambda: mail(b"To: " + b"a@b.example, " * 100_000 + b"\r\n"),
    "100000-address-fields": lambda: mail(b"To: a@b.example\r\n" * 100_000),
    "brackets-in-from": lambda: mail(b"From: " + b"(" * 60_000 + b"\r\n"),
    "angles-in-from": lambda: mail(b"From: " + b"<" * 60_000 + b"\r\n"),
    "quotes-in-from": lambda: mail(b"From: " + b'"\\' * 30_000 + b"\r\n"),
    "at-signs-in-from": lambda: mail(b"From: " + b"a@" * 30_000 + b"\r\n"),
    "colons-in-from": lambda: mail(b"From: <" + b"@a:" * 20_000 + b"x@y>\r\n"),
    "semicolons-in-content-type": lambda: mail(kind=b"text/plain" + b";" * 60_000),
    "spaces-in-content-type": lambda: mail(kind=b"text/plain;" + b" " * 60_000 + b"x"),
    "parameters-by-thousands": lambda: mail(kind=b"text/plain" + b"; a*0*=b" * 7_000),
    "brackets-in-content-type": lambda: mail(kind=b"text/plain; a=(" + b"(" * 60_000),
    "references-by-thousands": lambda: mail(b"References: " + b"<a@b> " * 10_000 + b"\r\n"),
    "references-without-brackets": lambda: mail(b"References: " + b"a" * 60_000 + b"\r\n"),
    "200000-empty-parts": lambda: mixed(b"--b\n\n\n" * 200_000),
    "200000-parts-without-blank-lines": lambda: mixed(b"--b\n" * 200_000),
    "3000000-lines-of-dashes": lambda: mixed(b"--\n" * 3_000_000),
    "500000-headers-in-a-part": lambda: mixed(b"--b\n" + b"X-Many: a\n" * 500_000 + b"\nhello\n--b--\n"),
    "depth-3000": lambda: _nested(3_000),
    "depth-3000-of-messages": lambda: b"Content-Type: message/rfc822\n\n" * 3_000 + b"\nhello",
    "depth-40-of-encoded-messages": lambda: _matryoshka(40),
    "attached-message-of-200000-parts": lambda: mail(body=mixed(b"--b\n\n\n" * 200_000), kind=b"message/rfc822"),
    "html-100000-div": lambda: html(b"<div>" * 100_000),
    "html-of-open-comments": lambda: html(b"<!--" * 80_000),
    "html-1-MB-of-greater-than": lambda: html(b">" * 1_000_000),
    "html-1-MB-of-less-than": lambda: html(b"<" * 1_000_000),
    "html-of-open-links": lambda: html(b"<a href=x>" * 100_000),
    "html-of-open-tables": lambda: html(b"<table><tr><td>" * 60_000),
    "html-of-open-formatting": lambda: html(b"<b><i><u><font>" * 60_000),
    "html-of-attributes": lambda: html(b"<p " + b"a=b " * 200_000 + b">x"),
    "html-of-open-selects": lambda: html(b"<select><option>" * 50_000),
    "html-of-cid-images": lambda: html(b'<img src="cid:a@b">' * 50_000),
    "html-of-blockquotes": lambda: html(b"<blockquote>a" * 50_000),
    "html-of-mail-clients": lambda: html(b'<div class="gmail_quote">' * 30_000),
    "meta-charset-unended": lambda: mail(body=b"<meta " * 300_000, kind=b"text/html"),
    "on-on-on": lambda: mail(body=b"On " * 4_000),
    "one-line-of-on-a-a": lambda: mail(body=b"On " + b"a " * 200_000 + b"wrote:"),
    "lines-of-quotes": lambda: mail(body=b">" * 500_000 + b"\n>" * 200_000),
    "lines-of-from": lambda: mail(body=b"From: a\nTo: b\n" * 100_000),
    "flowed-on-and-on": lambda: mail(body=b"a \n" * 1_000_000, kind=b"text/plain; format=flowed; delsp=yes"),
    "utf-7": lambda: mail(body=b"+AGEAYg-" * 200_000, kind=b"text/plain; charset=utf-7"),
    "utf-32": lambda: mail(body=b"\xff\xfe\x00\x00" * 200_000, kind=b"text/plain; charset=utf-32"),
    "punycode": lambda: mail(body=b"\xe9a-" * 200_000, kind=b"text/plain; charset=punycode"),
    "charset-of-nothing": lambda: mail(body=b"\xe9" * 1_000_000, kind=b"text/plain; charset=undefined"),
    "base64-of-nothing": lambda: mail(b"Content-Transfer-Encoding: base64\r\n", b"=" * 2_000_000),
    "base64-of-splinters": lambda: mail(b"Content-Transfer-Encoding: base64\r\n", b"YQ==" * 500_000),
    "quoted-printable-of-nothing": lambda: mail(b"Content-Transfer-Encoding: quoted-printable\r\n", b"=" * 2_000_000),
    "uuencode-of-nothing": lambda: mail(b"Content-Transfer-Encoding: x-uuencode\r\n", b"begin 644 a\n" * 200_000),
    "tnef-of-100000-objects": lambda: _tnef(100_000),
    "only-zero-bytes": lambda: b"\x00" * 5_000_000,
    "only-line-feeds": lambda: b"\n" * 5_000_000,
    "only-carriage-returns": lambda: b"\r" * 5_000_000,
    "only-spaces": lambda: b" " * 5_000_000,
    "only-colons": lambda: b":" * 5_000_000,
    "one-line-of-25-MB": lambda: mail(body=b"a" * 25_000_000),
}


def bombs() -> Iterator[tuple[str, bytes]]:
    """Each with its name, made when asked for."""
    for name, make in MAKERS.items():
        yield name, make()


def raw(blob: bytes) -> RawMessage:
    """As a channel would deliver it."""
    return RawMessage(
        channel="file", account="bench", source_id="hostile", blob=blob, received_at=datetime(2026, 1, 13, tzinfo=UTC)
    )


def main() -> int:
    slow = 0
    for name, blob in bombs():
        start = time.perf_counter()
        message = parse(raw(blob))
        took = time.perf_counter() - start
        slow += took > LIMIT
        print(f"{took:7.3f} s {len(blob) / 1e6:7.2f} MB  {name:40} {' '.join(message.defects)}")
    print(f"{len(MAKERS)} bombs, {slow} over {LIMIT} s")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
