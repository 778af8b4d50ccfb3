"""Mails signed as the world signs them, by dkimpy: keys, DKIM signatures and ARC seals, and the records that go with them."""

from __future__ import annotations

from base64 import b64encode
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.servers.dns import text


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return _rsa_key(bits)


@cache
def _rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def ed25519_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def pem(key: rsa.RSAPrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())


def published(key: rsa.RSAPrivateKey | Ed25519PrivateKey, more: str = "") -> str:
    """The TXT record of a key, as a zone file holds it."""
    public = key.public_key()
    if isinstance(key, Ed25519PrivateKey):
        kind, data = "ed25519", public.public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)
    else:
        kind, data = "rsa", public.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    return text(f"v=DKIM1; k={kind}; {more}p={b64encode(data).decode()}")


def signed(
    mail: bytes, domain: str, *, selector: str = "s", by: str = "rsa", bits: int = 2048, **options: object
) -> bytes:
    """The mail with a signature on top, valid for `selector` and the key of that kind."""
    raw = form.Encoding.Raw, form.PrivateFormat.Raw, form.NoEncryption()
    key = pem(rsa_key(bits)) if by.startswith("rsa") else b64encode(ed25519_key().private_bytes(*raw))
    algorithm = {"rsa": b"rsa-sha256", "rsa-sha1": b"rsa-sha1", "ed25519": b"ed25519-sha256"}[by]
    made = dkim.DKIM(mail, signature_algorithm=algorithm).sign(
        selector.encode(), domain.encode(), key, canonicalize=(b"relaxed", b"relaxed"), **options
    )
    return made + mail


def sealed(mail: bytes, domain: str, said: str) -> bytes:
    """The mail as a server hands it on that has found out `said` about it, with its seal (RFC 8617)."""
    mail = f"Authentication-Results: {domain}; {said}\r\n".encode() + mail
    return b"".join(dkim.arc_sign(mail, b"s", domain.encode(), pem(rsa_key()), domain.encode())) + mail
