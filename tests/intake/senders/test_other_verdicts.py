"""Who wrote a mail where no border of ours has a name: Microsoft's word, our own finding, and the first of a chain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.message import Checked, Envelope, RawMessage
from intake.senders.authentication import dmarc, passed_at_first
from intake.signals import Dmarc
from tests.harbour import POLICY, TUESDAY
from tests.intake.senders.borders import BORDER, FOREIGN, ME, PASS

INNER = "Received: from A.prod.outlook.com (::1) by B.eurprd01.prod.outlook.com with HTTPS; Tue\r\n"
EDGE = "Received: from out.corp.example (192.0.2.1) by\r\n X01FT016.mail.protection.outlook.com (10.1.1.1) with SMTP; Tue\r\n"
TENANT = "Received: from A.prod.outlook.com by C.prod.outlook.com with SMTP\r\n"
SAYS = "Authentication-Results: spf=pass smtp.mailfrom=x;dmarc=pass action=none\r\n header.from=corp.example;compauth=pass\r\n"


def microsofts(head: str) -> Dmarc:
    sender = "asha@corp.example"
    raw = RawMessage(
        channel="imap", account="a", source_id="1", blob=f"{head}From: {sender}\r\n\r\nx".encode(), received_at=TUESDAY
    )
    return dmarc(sender, raw, replace(POLICY, border="microsoft", authserv_ids=()))


def test_microsofts_verdict_stands_right_above_the_trace_of_its_border() -> None:
    assert microsofts(INNER + SAYS + EDGE) is Dmarc.PASS
    assert microsofts(INNER + INNER + SAYS + EDGE + TENANT + SAYS.replace("pass", "fail")) is Dmarc.PASS


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(INNER + EDGE + SAYS + EDGE, id="a forged border under the real one, which said nothing"),
        pytest.param(INNER + EDGE + SAYS, id="below the border"),
        pytest.param(
            INNER + SAYS.replace("dmarc=pass", "dmarc=none") + EDGE + TENANT + SAYS + EDGE, id="of another tenant"
        ),
        pytest.param(SAYS + INNER + EDGE, id="above the inner servers"),
        pytest.param(INNER + SAYS + SAYS + EDGE, id="twice"),
        pytest.param(INNER + SAYS + TENANT, id="no border at all"),
        pytest.param(FOREIGN + SAYS + EDGE, id="handed on by a foreign server"),
        pytest.param(
            INNER + SAYS + EDGE.replace("protection.outlook.com", "protection.outlook.com.evil.example"), id="a name"
        ),
        pytest.param(INNER + SAYS.replace("dmarc=pass", "dmarc=pass (") + EDGE, id="broken"),
        pytest.param(INNER + SAYS.replace("corp.example", "evil.example") + EDGE, id="about another domain"),
        pytest.param(INNER + SAYS.replace("spf=pass", "mx.harbour.example; spf=pass") + EDGE, id="with a name"),
        pytest.param(SAYS, id="alone"),
    ],
)
def test_what_stands_anywhere_else_is_not_microsofts(head: str) -> None:
    assert microsofts(head) in (Dmarc.UNKNOWN, Dmarc.NONE)


@pytest.mark.parametrize(
    ("checked", "meaning"),
    [
        (None, Dmarc.UNKNOWN),
        (Checked(header_from="corp.example", dmarc="pass"), Dmarc.PASS),
        (Checked(header_from="evil.example", dmarc="pass"), Dmarc.UNKNOWN),
        (Checked(header_from="", dmarc="none"), Dmarc.UNKNOWN),
        (Checked(header_from="corp.example", dmarc="none"), Dmarc.NONE),
        (Checked(header_from="corp.example", dmarc="fail", policy="reject"), Dmarc.FAIL),
        (Checked(header_from="corp.example", dmarc="fail", policy="none"), Dmarc.NONE),
        (Checked(header_from="", dmarc="temperror"), Dmarc.TEMPERROR),
    ],
)
def test_of_mail_straight_from_the_internet_only_our_own_finding_counts(
    checked: Checked | None, meaning: Dmarc
) -> None:
    raw = RawMessage(
        channel="smtp",
        account="a",
        source_id="1",
        envelope=Envelope(direct=True),
        blob=f"{BORDER}{PASS}From: asha@corp.example\r\n\r\nx".encode(),
        received_at=TUESDAY,
        checked=checked,
    )
    assert dmarc("asha@corp.example", raw, POLICY) is meaning


@pytest.mark.parametrize(
    ("said", "passed"),
    [
        (f"i=1; {ME}; dmarc=pass header.from=corp.example", True),
        (f"i=1; {ME};\r\n dkim=pass header.d=x.example;\r\n dmarc=pass (p=none) header.from=Corp.Example\r\n", True),
        (f"i=2; {ME}; dmarc=pass header.from=corp.example", False),
        (f"{ME}; dmarc=pass header.from=corp.example", False),
        (f"i=1; {ME}; dmarc=fail header.from=corp.example; dmarc=pass header.from=corp.example", False),
        (f"i=1; {ME}; dmarc=pass header.from=evil.example", False),
        (f"i=1; {ME}; dmarc=none header.from=corp.example", False),
        (f"i=1; {ME}; dmarc=pass header.from=corp.example (", False),
        (f'i=1; {ME}; spf=pass reason="; dmarc=pass header.from=corp.example"', False),
        ("i=1", False),
        ("", False),
    ],
)
def test_what_the_first_of_a_chain_found_out_is_read_as_strictly(said: str, passed: bool) -> None:
    assert passed_at_first(said, "corp.example") is passed
