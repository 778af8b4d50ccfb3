"""What goes out is signed, and verified by a library that we did not sign with, after a real Postfix has handed it on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from channels._dkim import PIECE, Signer, signer
from channels._dkim_options import Options
from channels.smarthost import Options as Smarthost
from channels.smarthost import build
from intake.case import Route
from intake.letters.compose import compose
from intake.letters.letter import Letter, LetterKind, Submission
from tests.channels.wire import tools
from tests.harbour import HARBOUR, POLICY, TUESDAY
from tests.servers.postfix import running_postfix
from tests.signing import ed25519_key, pem, published, rsa_key

RECORDS = {
    b"r._domainkey.harbour.example.": published(rsa_key()),
    b"e._domainkey.harbour.example.": published(ed25519_key()),
}
BOTH = (
    Signer(domain="harbour.example", selector="r", key=rsa_key()),
    Signer(domain="harbour.example", selector="e", key=ed25519_key()),
)


def lookup(name: bytes, timeout: float = 0) -> str:
    return RECORDS[name].replace('" "', "").strip('"')


def verified(mail: bytes) -> list[bool]:
    """What an independent verifier says about each signature, top first."""
    count = mail.lower().count(b"\ndkim-signature:") + mail.lower().startswith(b"dkim-signature:")
    return [_verdict(mail, index) for index in range(count)]


def _verdict(mail: bytes, index: int) -> bool:
    try:
        return dkim.DKIM(mail).verify(index, dnsfunc=lookup)
    except dkim.ValidationError:
        return False


def letter(text: str = "Dear Jö,\n\nthe shade  is on its way. \n\n\n", subject: str = "Your lämp") -> Submission:
    meant = Letter(
        kind=LetterKind.REPLY,
        cause="inbound:1",
        case_ref="HH-4829-1357K",
        brand="harbour",
        to=Route(channel="mail", address="jo@customer.example"),
        to_name="Jo Marsh",
        subject=subject,
        text=text,
        html=f"<p>{len(text)}</p>",
        automatic=False,
        from_name="Asha",
        reply_address="help@harbour.example",
        in_reply_to="a1@customer.example",
    )
    return compose(meant, brand=HARBOUR, policy=POLICY, letter_id="l000000000000001", now=TUESDAY)


async def test_letters_are_signed_by_every_key_and_verify_behind_a_real_server(tmp_path: Path) -> None:
    for name, key in (("r.pem", rsa_key()), ("e.pem", ed25519_key())):
        (tmp_path / name).write_bytes(pem(key))
    keys = tuple(
        Options(domain=domain, selector=name[0], key_file=name)
        for domain, name in (("harbour.example", "r.pem"), ("harbour.example", "e.pem"), ("other.example", "r.pem"))
    )
    with running_postfix() as postfix:
        options = Smarthost(host="127.0.0.1", port=postfix.port, tls="none", dkim=keys)
        smarthost = build("outgoing", options, replace(tools(), data=tmp_path))
        await smarthost.send(letter())
        await smarthost.send(letter())
        await smarthost.close()
        postfix.finish()
        first, second = postfix.mails()
    assert verified(first) == [True, True], "one by each of our keys, none for a domain that is not the letter's"
    assert first[first.index(b"DKIM-Signature") :] == second[second.index(b"DKIM-Signature") :]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"\r\nFrom: ", b"\r\nFrom: evil@evil.example\r\nFrom: "),
        (b"\r\nSubject: ", b"\r\nSubject: Pay here\r\nSubject: "),
        (b"\r\nTo: ", b"\r\nCc: everybody@evil.example\r\nTo: "),
        (b"\r\nReply-To: ", b"\r\nReply-To: evil@evil.example\r\nReply-To: "),
        (b"\r\nFrom: Asha", b"\r\nFrom: Ben"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nContent-Type: text/html"),
        (b"--\r\n", b"--\r\nand more\r\n"),
    ],
)
def test_a_signed_letter_can_not_be_changed_nor_added_to(was: bytes, becomes: bytes) -> None:
    mail = signed(letter().blob)
    assert verified(mail) == [True, True]
    changed = mail.replace(was, becomes, 1)
    assert changed != mail
    assert verified(changed) == [False, False]


def signed(blob: bytes, signers: Sequence[Signer] = BOTH) -> bytes:
    return b"".join([*(each.signature(blob) for each in signers), blob])


@given(st.text(max_size=300), st.text(max_size=60))
def test_every_letter_that_can_be_written_verifies(text: str, subject: str) -> None:
    assert verified(signed(letter(text, subject).blob, BOTH[1:])) == [True]


@given(st.lists(st.sampled_from([b"a", b" ", b"\t", b"\r\n", b"\r\n\r\n", b" \r\n", b"b c"]), max_size=30))
def test_blanks_and_empty_lines_are_signed_as_the_verifier_reads_them(pieces: list[bytes]) -> None:
    body = b"".join(pieces)
    assert verified(
        signed(b"From: help@harbour.example\r\nSubject:  a \t b\r\n c\r\n\r\n" + body + b"\r\n", BOTH[1:])
    ) == [True]


def test_a_large_letter_is_signed_piece_by_piece() -> None:
    body = b"0123456789  abcdef \t\r\n" * (3 * PIECE // 16)
    assert verified(signed(b"From: help@harbour.example\r\n\r\n" + body, BOTH[1:])) == [True]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "cannot be read"),
        (b"no key", "no private key in PEM"),
        (pem(rsa_key()).replace(b"A", b"B"), "no private key in PEM"),
        (
            ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            "RSA or Ed25519",
        ),
    ],
)
def test_a_faulty_key_is_named_before_anything_is_sent(tmp_path: Path, content: bytes | None, fault: str) -> None:
    if content is not None:
        (tmp_path / "k.pem").write_bytes(content)
    with pytest.raises(ValueError, match=f"DKIM key k.pem.*{fault}"):
        signer(Options(domain="harbour.example", selector="s", key_file="k.pem"), tmp_path)
