"""Who stands behind a mail from the Internet: held against real signatures, and a name server of our own."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import dkim
import pytest

from channels._dkim import Signer
from config.settings import Dns as DnsOptions
from intake.message import Checked, Envelope, RawMessage
from tests.servers.dns import NameServer, name_server, text
from tests.signing import ed25519_key, published, rsa_key, sealed, signed
from workers.edge.dns import Dns
from workers.edge.evaluation import LARGE, Evaluation

MAIL = (
    b"From: Jo Marsh <jo@corp.example>\r\nTo: help@harbour.example\r\nSubject: The lamp\r\n"
    b"Date: Tue, 13 Jan 2026 10:00:00 +0000\r\nMessage-ID: <1@corp.example>\r\n\r\nMy lamp is broken.\r\n"
)
HOME, ELSEWHERE = "192.0.2.10", "198.51.100.7"


@pytest.fixture
def dns() -> Iterator[NameServer]:
    zone = {
        "corp.example": {"A": [HOME], "TXT": [text("v=spf1 ip4:192.0.2.10 -all")]},
        "_dmarc.corp.example": {"TXT": [text("v=DMARC1; p=reject")]},
        "s._domainkey.corp.example": {"TXT": [published(rsa_key())]},
        "e._domainkey.corp.example": {"TXT": [published(ed25519_key())]},
        "weak._domainkey.corp.example": {"TXT": [published(rsa_key(1024)).replace("v=DKIM1; ", "v=DKIM1; t=y; ")]},
        "s._domainkey.evil.example": {"TXT": [published(rsa_key())]},
        "s._domainkey.lists.example": {"TXT": [published(rsa_key())]},
        "evil.example": {"A": [ELSEWHERE], "TXT": [text("v=spf1 ip4:198.51.100.7 -all")]},
    }
    with name_server(zone) as server:
        yield server


async def check(
    dns: NameServer, mail: bytes, *, peer: str = ELSEWHERE, mail_from: str = "b@evil.example", **settings: object
) -> Checked:
    asked = Dns(DnsOptions(servers=(dns.address,), timeout=1.0))
    evaluation = Evaluation(asked, sealers=settings.get("sealers", ()), seconds=2.0)  # type: ignore[arg-type]
    raw = RawMessage(
        channel="smtp",
        account="smtp",
        source_id="1",
        envelope=Envelope(mail_from=mail_from, peer=peer, helo="out.evil.example", direct=True),
        blob=mail,
        received_at=datetime(2026, 1, 13, tzinfo=UTC),
    )
    return await evaluation.check(raw)


async def test_a_good_signature_of_the_domain_in_from_is_a_pass(dns: NameServer) -> None:
    by_rsa, by_ed25519 = signed(MAIL, "corp.example"), signed(MAIL, "corp.example", selector="e", by="ed25519")
    for mail in (by_rsa, by_ed25519, signed(by_ed25519, "corp.example")):
        found = await check(dns, mail)
        assert (found.dmarc, found.header_from, found.dkim) == ("pass", "corp.example", ("corp.example",))


async def test_mail_from_where_the_domain_sends_from_is_a_pass(dns: NameServer) -> None:
    found = await check(dns, MAIL, peer=HOME, mail_from="bounces@corp.example")
    assert (found.dmarc, found.spf, found.dkim) == ("pass", "pass", ())


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(MAIL, id="no signature"),
        pytest.param(signed(MAIL, "corp.example").replace(b"broken", b"stolen"), id="another body"),
        pytest.param(signed(MAIL, "corp.example").replace(b"Jo Marsh", b"Joan Marsh"), id="another From"),
        pytest.param(b"From: ceo@corp.example\r\n" + signed(MAIL, "corp.example"), id="a second From"),
        pytest.param(signed(MAIL, "evil.example"), id="another domain's signature"),
        pytest.param(signed(MAIL, "corp.example", length=True) + b"\r\nPay here.\r\n", id="l= and words added"),
        pytest.param(signed(MAIL, "corp.example", length=True), id="l= at all"),
        pytest.param(signed(MAIL, "corp.example", by="rsa-sha1"), id="SHA-1"),
        pytest.param(signed(MAIL, "corp.example", selector="weak", bits=1024), id="a key on trial"),
        pytest.param(signed(MAIL, "corp.example", selector="gone"), id="no such key"),
        pytest.param(signed(MAIL, "corp.example").replace(b"s=s;", b"s=e;"), id="another key"),
        pytest.param(signed(MAIL, "corp.example").replace(b"d=corp", b"x=1000000000; d=corp"), id="expired"),
        pytest.param(b"DKIM-Signature: v=1; d=corp.example; s=s; h=from; b=;;=\r\n" * 20 + MAIL, id="rubbish"),
    ],
)
async def test_what_proves_nothing_fails(dns: NameServer, mail: bytes) -> None:
    found = await check(dns, mail)
    assert found.dmarc == "fail" if found.header_from else found.dmarc == "none"
    assert (found.dmarc, found.policy) in (("fail", "reject"), ("none", "none"))


async def test_a_signature_that_leaves_from_out_proves_nothing(
    dns: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels._dkim.SIGNED", ("Subject", "Date"))
    mail = Signer(domain="corp.example", selector="s", key=rsa_key()).signature(MAIL) + MAIL
    assert (await check(dns, mail)).dmarc == "fail"


def small_key() -> tuple[bytes, bytes]:
    """Private and public, by OpenSSL: cryptography makes none of that size."""
    made = subprocess.run(["openssl", "genrsa", "-traditional", "768"], capture_output=True, check=True).stdout
    asked = ["openssl", "rsa", "-pubout", "-outform", "DER"]
    return made, subprocess.run(asked, input=made, capture_output=True, check=True).stdout


async def test_a_key_of_768_bits_proves_nothing(dns: NameServer) -> None:
    """RFC 8301: whoever wants to can have such a key from its public half."""
    made, public = small_key()
    dns.zone["small._domainkey.corp.example"] = {"TXT": [text(f"v=DKIM1; p={b64encode(public).decode()}")]}
    mail = dkim.DKIM(MAIL).sign(b"small", b"corp.example", made) + MAIL
    assert dkim.DKIM(mail, minkey=512).verify(dnsfunc=lambda *_, **__: f"p={b64encode(public).decode()}")
    assert (await check(dns, mail)).dmarc == "fail"


async def test_when_the_dns_is_silent_nothing_is_known(dns: NameServer) -> None:
    """F-07"""
    mail = signed(MAIL, "corp.example")
    for fault in (dns.slow, dns.broken):
        fault.add("*")
        assert (await check(dns, mail)).dmarc == "temperror"
        fault.clear()
        fault.add("s._domainkey.corp.example")
        assert (await check(dns, mail)).dmarc == "temperror"
        fault.clear()
        fault |= {"evil.example", "s._domainkey.evil.example", "_dmarc.evil.example"}
        assert (await check(dns, signed(MAIL, "evil.example"))).dmarc == "fail", "a stranger's silence helps nobody"
        fault.clear()
    assert (await check(dns, mail)).dmarc == "pass"


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 include:a.example -all", "pass"),
        ("v=spf1 redirect=b.example", "pass"),
        ("v=spf1 include:loop.example -all", "permerror"),
        ("v=spf1 a:x1.example a:x2.example a:x3.example ip4:192.0.2.10 -all", "permerror"),
        ("v=spf1 " + " ".join(f"include:many{n}.example" for n in range(11)) + " ip4:192.0.2.10 -all", "permerror"),
        ("v=spf1 ip4:203.0.113.1 -all", "fail"),
        ("v=spf1 ~all", "softfail"),
    ],
)
async def test_only_a_pass_within_the_limits_of_spf_counts(dns: NameServer, record: str, result: str) -> None:
    """Includes, loops, more than two void look-ups, more than ten look-ups: RFC 7208 section 4.6.4."""
    dns.zone |= {
        "corp.example": {"A": [HOME], "TXT": [text(record)]},
        "a.example": {"TXT": [text("v=spf1 include:b.example -all")]},
        "b.example": {"TXT": [text("v=spf1 ip4:192.0.2.0/24 -all")]},
        "loop.example": {"TXT": [text("v=spf1 include:loop.example -all")]},
        **{f"many{n}.example": {"TXT": [text("v=spf1 ip4:203.0.113.9 -all")]} for n in range(11)},
    }
    found = await check(dns, MAIL, peer=HOME, mail_from="bounces@corp.example")
    assert (found.spf, found.dmarc) == (result, "pass" if result == "pass" else "fail")


async def test_a_mail_without_return_path_is_judged_by_the_name_of_the_client(dns: NameServer) -> None:
    dns.zone["out.evil.example"] = {"TXT": [text("v=spf1 ip4:198.51.100.7 -all")]}
    found = await check(dns, MAIL.replace(b"corp.example", b"evil.example"), mail_from="")
    assert (found.spf, found.dmarc) == ("pass", "none"), "evil.example publishes no policy"


async def test_servers_that_we_trust_may_hand_mail_on(dns: NameServer) -> None:
    """A list breaks the signature, and says in its seal that it was good."""
    good = "dmarc=pass header.from=corp.example"
    passed_on = sealed(MAIL.replace(b"Subject: ", b"Subject: [list] "), "lists.example", good)
    assert (await check(dns, passed_on, sealers=("lists.example",))).arc == "pass"
    assert (await check(dns, passed_on, sealers=("lists.example",))).dmarc == "pass"
    for mail, sealers in [
        (passed_on, ()),
        (passed_on, ("other.example",)),
        (passed_on.replace(b"broken", b"stolen"), ("lists.example",)),
        (sealed(MAIL, "lists.example", "dmarc=fail header.from=corp.example"), ("lists.example",)),
        (sealed(MAIL, "lists.example", "dmarc=pass header.from=evil.example"), ("lists.example",)),
        (sealed(sealed(MAIL, "evil.example", good), "lists.example", "arc=pass"), ("lists.example",)),
    ]:
        assert (await check(dns, mail, sealers=sealers)).dmarc == "fail"


async def test_a_large_mail_is_taken_apart_at_arms_length(dns: NameServer) -> None:
    assert (await check(dns, signed(MAIL + b"0123456789abcdef\r\n" * (LARGE // 16), "corp.example"))).dmarc == "pass"


async def test_a_from_that_is_no_identity_is_not_asked_about(dns: NameServer) -> None:
    found = await check(dns, MAIL.replace(b"jo@corp.example", b"jo@corp.example, x@evil.example"))
    assert (found, dns.asked) == (Checked(header_from=""), [])


async def test_what_is_in_the_dns_can_not_make_it_raise(dns: NameServer) -> None:
    mail = signed(MAIL, "corp.example")
    for rubbish in ("v=DKIM1; p=!!!!", "v=DKIM1; k=ed25519; p=AAAA", "\\200\\201", "v=DKIM1", ";;;===", "v=DKIM1; p="):
        dns.zone["s._domainkey.corp.example"] = {"TXT": [text(rubbish)]}
        dns.zone["corp.example"] = {"TXT": [text(f"v=spf1 {rubbish}")]}
        assert (await check(dns, mail, mail_from="a@corp.example")).dmarc == "fail"
    dns.zone["_dmarc.corp.example"] = {"TXT": [text("v=DMARC1; p=rubbish; =; sp"), text("something else")]}
    assert replace(await check(dns, mail), spf="") == Checked(header_from="corp.example", dmarc="fail", spf="")
