"""DKIM signatures on letters that go out (RFC 6376, RFC 8301, RFC 8463), made when they are handed over.

A signature holds no time, and both algorithms have no chance in them: a letter that is sent again is byte for byte the first.
The header is signed once more than it is there, so that nobody can add a second From, To or Subject to a letter of ours.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from channels._dkim_options import Options

MIN_BITS = 1024  # RFC 8301; better have 2048
PIECE = 64 * 1024  # bytes; a longer expression at once would hold up the daemon
SIGNED = (
    *("From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "In-Reply-To", "References"),
    *("MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Auto-Submitted"),
)
_H_FOLD = ":\r\n  "
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_FIELD = re.compile(rb"([!-9;-~]+):((?:[^\r]|\r\n[ \t])*)\r\n")
_BLANKS = re.compile(rb"[ \t]+")
_BLANKS_AT_END = re.compile(rb" \r\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """A key that was found to be good."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    def signs_for(self, domain: str) -> bool:
        """Whether its signature is aligned with a From in this domain."""
        return domain == self.domain or domain.endswith(f".{self.domain}")

    def signature(self, letter: bytes) -> bytes:
        """The field that goes on top. Slow for large letters: call it from a thread."""
        head, _, body = letter.partition(b"\r\n\r\n")
        fields = {match[1].lower(): match[0] for match in _FIELD.finditer(head + b"\r\n")}
        names = [name for name in SIGNED for _ in range(1 + (name.lower().encode() in fields))]
        algorithm = "ed25519-sha256" if isinstance(self.key, Ed25519PrivateKey) else "rsa-sha256"
        tags = (
            f"DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={self.domain};\r\n s={self.selector};\r\n"
            f" h={_H_FOLD.join(names)};\r\n bh={_body_hash(body)};\r\n b="
        )
        present = (fields[name] for name in dict.fromkeys(n.lower().encode() for n in SIGNED) if name in fields)
        signed = b"".join(map(_relaxed, present)) + _relaxed(f"{tags}\r\n".encode()).removesuffix(b"\r\n")
        value = b64encode(self._sign(signed)).decode()
        return (tags + "\r\n  ".join(value[at : at + 72] for at in range(0, len(value), 72)) + "\r\n").encode()

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, Ed25519PrivateKey):
            return self.key.sign(sha256(data).digest())
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def signer(options: Options, folder: Path) -> Signer:
    """The key of these settings. Raises ValueError that names what is wrong with it, and nothing of the key."""
    named = f"the DKIM key {options.key_file}"
    if not _NAME.fullmatch(options.domain) or not _NAME.fullmatch(options.selector):
        raise ValueError(f"{named} needs a domain and a selector in letters, digits, dots and dashes")
    try:
        key = load_pem_private_key((folder / options.key_file).read_bytes(), password=None)
    except OSError as error:
        raise ValueError(f"{named} cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(f"{named} is no private key in PEM without a password") from None
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise ValueError(f"{named} should be RSA or Ed25519")
    if isinstance(key, RSAPrivateKey) and key.key_size < MIN_BITS:
        raise ValueError(f"{named} has {key.key_size} bits, which nobody accepts; make one of 2048")
    return Signer(domain=options.domain.lower(), selector=options.selector, key=key)


def _relaxed(field: bytes) -> bytes:
    """A header field in the form that is signed (section 3.4.2)."""
    name, _, value = field.partition(b":")
    return name.lower() + b":" + _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip() + b"\r\n"


def _body_hash(body: bytes) -> str:
    """Over the body in the form that is signed (section 3.4.4)."""
    text = body.rstrip(b" \t\r\n")
    digest = sha256()
    for piece in _pieces(text + b"\r\n" if text else b""):
        digest.update(_BLANKS_AT_END.sub(b"\r\n", _BLANKS.sub(b" ", piece)))
    return b64encode(digest.digest()).decode()


def _pieces(text: bytes) -> Iterator[bytes]:
    """Whole lines, some at a time."""
    at = 0
    while at < len(text):
        end = text.find(b"\r\n", at + PIECE)
        end = len(text) if end < 0 else end + 2
        yield text[at:end]
        at = end
