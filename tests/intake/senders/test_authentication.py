"""Authentication-Results: only our own border's word about the From domain counts, and only where it is plainly said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.message import Message, RawMessage
from intake.senders import identity
from intake.senders.authentication import dmarc
from intake.signals import Dmarc
from tests.harbour import POLICY
from tests.intake.senders.borders import BORDER, FOREIGN, ME, PASS


def verdict(head: str, *, channel: str = "lmtp", sender: str = "Asha <asha@corp.example>") -> Dmarc:
    blob = f"{head}From: {sender}\r\nSubject: x\r\n\r\nHello\r\n".encode("latin-1")
    raw = RawMessage(
        channel=channel, account="a", source_id="1", blob=blob, received_at=datetime(2026, 1, 13, tzinfo=UTC)
    )
    address, _ = identity.sender(Message(headers=(("from", sender), ("subject", "x"))))
    return dmarc(address, raw, POLICY)


def said(value: str) -> Dmarc:
    return verdict(f"{BORDER}Authentication-Results: {value}\r\n{FOREIGN}")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(f"{ME}; dmarc=pass header.from=corp.example", id="plain"),
        pytest.param(f"{ME}; dmarc=pass (p=none dis=none) header.from=corp.example", id="opendmarc"),
        pytest.param(
            f"{ME};\r\n\tdkim=pass header.d=corp.example header.s=s1 header.b=aB/c+d=;\r\n\t"
            f"spf=pass (mx: domain of asha@corp.example designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@corp.example;"
            f"\r\n\tdmarc=pass (policy=reject) header.from=corp.example",
            id="rspamd",
        ),
        pytest.param(
            f"{ME};\r\n       dkim=pass header.i=@corp.example header.s=20230601 header.b=Yk3sA1xw;\r\n       spf=pass "
            f"(google.com: domain of a@corp.example designates 2001:db8::1 as permitted sender) smtp.mailfrom=a@corp.example;\r\n"
            f"       dmarc=pass (p=NONE sp=QUARANTINE dis=NONE) header.from=corp.example",
            id="Gmail",
        ),
        pytest.param(f"{ME}; dmarc=pass action=none header.from=corp.example;", id="semicolon at the end"),
        pytest.param(f"{ME} 1; dmarc = pass header.from = corp.example", id="version and spaces"),
        pytest.param(
            f'(our own) {ME.upper()}; DMARC=Pass reason="x; y" Header.From=CORP.example', id="case and comments"
        ),
        pytest.param(f"{ME}; dmarc/1=pass header.from=corp.example", id="version of the method"),
        pytest.param(
            f"{ME}; dkim=pass (a (b \\) c) d) header.d=x.example; dmarc=pass header.from=corp.example", id="nested"
        ),
    ],
)
def test_a_plain_pass_of_our_border_counts(value: str) -> None:
    assert said(value) is Dmarc.PASS


@pytest.mark.parametrize(
    ("result", "meaning"),
    [
        ("fail", Dmarc.FAIL),
        ("none", Dmarc.NONE),
        ("temperror", Dmarc.TEMPERROR),
        ("bestguesspass", Dmarc.UNKNOWN),
        ("passed", Dmarc.UNKNOWN),
    ],
)
def test_other_results_are_told_apart(result: str, meaning: Dmarc) -> None:
    assert said(f"{ME}; dmarc={result} header.from=corp.example") is meaning


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("mx.evil.example; dmarc=pass header.from=corp.example", id="foreign id"),
        pytest.param(f"{ME}.evil.example; dmarc=pass header.from=corp.example", id="our id as a prefix"),
        pytest.param(f"evil.{ME}; dmarc=pass header.from=corp.example", id="our id as a suffix"),
        pytest.param(f"{ME}.; dmarc=pass header.from=corp.example", id="trailing dot"),
        pytest.param(f'"{ME}"; dmarc=pass header.from=corp.example', id="quoted id"),
        pytest.param(f"{ME}(x).evil.example; dmarc=pass header.from=corp.example", id="comment inside the id"),
        pytest.param(f"{ME} .evil.example; dmarc=pass header.from=corp.example", id="space inside the id"),
        pytest.param(f"{ME} 2; dmarc=pass header.from=corp.example", id="another version"),
        pytest.param(f"mx.evil.example ({ME}); dmarc=pass header.from=corp.example", id="our id in a comment"),
        pytest.param(f"({ME}; dmarc=pass header.from=corp.example) mx.evil.example; dmarc=none", id="all in a comment"),
        pytest.param(f"{ME}; none", id="no result"),
        pytest.param(f"{ME}", id="nothing"),
        pytest.param(f"{ME}; spf=pass smtp.mailfrom=corp.example", id="no dmarc"),
        pytest.param(f"{ME}; dmarc=pass", id="no From domain"),
        pytest.param(f"{ME}; dmarc=pass (header.from=corp.example)", id="From domain in a comment"),
        pytest.param(f"{ME}; dmarc=pass header.from=evil.example", id="another From domain"),
        pytest.param(f"{ME}; dmarc=pass header.from=sub.corp.example", id="a subdomain"),
        pytest.param(f"{ME}; dmarc=pass header.from=corp.example.evil.example", id="a longer domain"),
        pytest.param(f'{ME}; dmarc=pass header.from="corp.example"', id="quoted From domain"),
        pytest.param(f"{ME}; dmarc=pass header.from=evil.example header.from=corp.example", id="two From domains"),
        pytest.param(
            f"{ME}; dmarc=fail header.from=corp.example; dmarc=pass header.from=corp.example", id="two results"
        ),
        pytest.param(
            f"{ME}; dmarc=fail header.from=corp.example; x=y dmarc=pass header.from=corp.example",
            id="later pair",
            marks=(),
        ),
        pytest.param(f'{ME}; spf=pass smtp.mailfrom="x; dmarc=pass header.from=corp.example"', id="in a quoted string"),
        pytest.param(f"{ME}; spf=pass (x; dmarc=pass header.from=corp.example) smtp.mailfrom=a", id="in a comment"),
        pytest.param(
            f"{ME}; spf=pass (a (b) ; dmarc=pass header.from=corp.example) smtp.mailfrom=a", id="in a nested comment"
        ),
        pytest.param(
            f'{ME}; spf=pass (") smtp.mailfrom=a; dmarc=pass header.from=corp.example (")', id="quote inside comments"
        ),
        pytest.param(
            f'{ME}; spf=pass reason="\\"; dmarc=pass header.from=corp.example; x="', id="escaped quotation mark"
        ),
        pytest.param(f"{ME}; spf=pass (\\) ; dmarc=pass header.from=corp.example", id="escaped bracket never closes"),
        pytest.param(f"{ME}; spf=pass (x)) ; dmarc=pass header.from=corp.example", id="one bracket too many"),
        pytest.param(f"{ME}; dm(x)arc=pass header.from=corp.example", id="comment inside the method"),
        pytest.param(f"{ME}; dmarc=p(x)ass header.from=corp.example", id="comment inside the result"),
        pytest.param(f"{ME}; dmarc=pass header.from=cor(x)p.example", id="comment inside the domain"),
        pytest.param(f"{ME}; x-dmarc=pass header.from=corp.example", id="another method"),
        pytest.param(f"{ME}; dmarc.x=pass header.from=corp.example", id="a property"),
        pytest.param(f"{ME}; dmarc=pass header.from=corp.example \xe9", id="beyond ASCII"),
        pytest.param(f"{ME}; dmarc=pass\x00 header.from=corp.example", id="NUL"),
        pytest.param(
            f"{ME}; spf=pass smtp.mailfrom==?utf-8?q?a;_dmarc=3Dpass_header.from=3Dcorp.example?=", id="encoded word"
        ),
        pytest.param("dmarc=pass action=none header.from=corp.example", id="no id at all"),
        pytest.param("", id="empty"),
    ],
)
def test_what_is_forged_doubtful_or_broken_is_no_verdict(value: str) -> None:
    """The parser bypasses that peers fell to: lemma#509, itop-jb#262, breeze#2099, hermes GHSA-rxqh-5572-8m77."""
    assert said(value) in (Dmarc.UNKNOWN, Dmarc.FAIL)


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(PASS, id="no trace at all"),
        pytest.param(PASS + BORDER + FOREIGN, id="above the border's trace"),
        pytest.param(BORDER + PASS + FOREIGN, id="below the border's trace"),
        pytest.param(
            f"Received: from {ME} by {ME} (Dovecot) with LMTP\r\n" + BORDER + PASS + FOREIGN, id="Dovecot in between"
        ),
        pytest.param(f"Received: by 2001:db8::1 with SMTP id a\r\n{BORDER}{PASS}{FOREIGN}", id="Gmail's own hop"),
        pytest.param(
            f"{BORDER}Authentication-Results: {ME}; dkim=pass header.d=x.example\r\n{PASS}{FOREIGN}",
            id="one header a filter",
        ),
        pytest.param(BORDER + PASS + FOREIGN + PASS.replace("pass", "fail"), id="an older verdict further down"),
    ],
)
def test_the_borders_header_is_found_where_borders_put_it(head: str) -> None:
    assert verdict(head) is Dmarc.PASS


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(BORDER + FOREIGN + PASS, id="below a foreign server"),
        pytest.param(FOREIGN + FOREIGN + PASS, id="only foreign servers"),
        pytest.param(BORDER + PASS + PASS + FOREIGN, id="twice"),
        pytest.param(
            BORDER + PASS.replace("pass", "fail") + PASS + FOREIGN, id="the border's, and a forged one under it"
        ),
        pytest.param(
            BORDER + f"Authentication-Results: {ME}; dmarc=pass (\r\n" + PASS + FOREIGN, id="a broken one beside it"
        ),
        pytest.param(BORDER + "X-A: b\r\n" * 9_000 + PASS, id="too far down"),
        pytest.param(BORDER + FOREIGN + "\r\n" + PASS, id="in the body"),
    ],
)
def test_a_header_somewhere_else_is_not_the_borders(head: str) -> None:
    assert verdict(head) is Dmarc.UNKNOWN


@pytest.mark.parametrize("channel", ["smtp", "webhook", "chat", "import", "file"])
def test_without_a_border_in_front_nobody_has_looked(channel: str) -> None:
    assert verdict(BORDER + PASS, channel=channel) is Dmarc.UNKNOWN
    assert verdict(BORDER + PASS, channel="imap") is Dmarc.PASS


@pytest.mark.parametrize(
    "sender", ["asha@corp.example, evil@evil.example", "asha@corp.example <evil@evil.example>", "x"]
)
def test_a_verdict_about_a_doubtful_from_is_none(sender: str) -> None:
    assert verdict(BORDER + PASS, sender=sender) is Dmarc.UNKNOWN


def test_without_configured_servers_there_is_no_verdict() -> None:
    blob = f"{BORDER}{PASS}From: asha@corp.example\r\n\r\nx".encode()
    raw = RawMessage(
        channel="lmtp", account="a", source_id="1", blob=blob, received_at=datetime(2026, 1, 13, tzinfo=UTC)
    )
    assert dmarc("asha@corp.example", raw, POLICY) is Dmarc.PASS
    assert dmarc("asha@corp.example", raw, replace(POLICY, authserv_ids=())) is Dmarc.UNKNOWN


def test_a_domain_is_the_same_in_letters_and_in_ascii() -> None:
    head = BORDER + PASS.replace("corp.example", "xn--mller-kva.example")
    assert verdict(head, sender="jo@xn--mller-kva.example") is Dmarc.PASS


@given(st.text(alphabet='abc ;="()\\\r\n\t.dmarc=pass', max_size=60))
def test_no_words_of_an_attacker_under_the_borders_fail_become_a_pass(text: str) -> None:
    fail = f"Authentication-Results: {ME}; dmarc=fail header.from=corp.example\r\n"
    assert verdict(f"{BORDER}{fail}Authentication-Results: {ME}; {text}\r\n{FOREIGN}") in (Dmarc.FAIL, Dmarc.UNKNOWN)


def test_hostile_headers_are_read_at_once() -> None:
    for value in (
        "(" * 60_000,
        "()" * 30_000,
        "a=b " * 15_000,
        ";" * 60_000,
        '"' * 60_000,
        "\\" * 60_000,
        "a=" * 30_000,
    ):
        assert said(f"{ME}; {value}") is Dmarc.UNKNOWN
