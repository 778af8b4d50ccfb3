"""Failures to order, for trying things out: a recipient whose name or plus tag is one of four words fails on purpose.

Both ways know them while `local_faults` is on: `defer@harbour.example` and `help+defer@harbour.example` as recipients of
mail to us, `defer@customer.example` as a recipient of ours. `docs/local-faults.md` tells a user what to expect. The bounce is a
real one: a report of RFC 3464 in the form of RFC 3462, with the null reverse-path of RFC 5321.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum

SLOW_SECONDS = 5.0


class Fault(StrEnum):
    """What is made to go wrong."""

    DEFER = "defer"  # not now: a temporary failure
    REFUSE = "refuse"  # never: a permanent failure
    SLOW = "slow"  # accepted after five seconds
    BOUNCE = "bounce"  # accepted, and then a bounce comes back


def fault(address: str) -> Fault | None:
    """The failure that an address asks for: its local part, or its plus tag, is the word."""
    local, _, tag = address.lower().rpartition("@")[0].partition("+")
    return next((each for each in Fault if each in (local, tag)), None)


def bounce(*, blob: bytes, recipient: str, sender: str, domain: str, message_id: str, now: datetime) -> bytes:
    """The report that mail with these bytes could not be delivered to `recipient`, for `sender`. `message_id` is bare."""
    boundary = b"=_" + message_id.partition("@")[0].encode()
    lines = _REPORT % {
        b"domain": domain.encode(),
        b"sender": sender.encode(),
        b"recipient": recipient.encode(),
        b"message_id": message_id.encode(),
        b"date": format_datetime(now).encode(),
        b"boundary": boundary,
        b"headers": blob.partition(b"\r\n\r\n")[0],
    }
    return lines.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


_REPORT = b"""\
From: Mail Delivery System <MAILER-DAEMON@%(domain)b>
To: <%(sender)b>
Subject: Undelivered Mail Returned to Sender
Date: %(date)b
Message-ID: <%(message_id)b>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="%(boundary)b"

--%(boundary)b
Content-Type: text/plain; charset=us-ascii

The mail below could not be delivered, because its recipient asks for a bounce.

--%(boundary)b
Content-Type: message/delivery-status

Reporting-MTA: dns; %(domain)b

Final-Recipient: rfc822; %(recipient)b
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 This recipient bounces on purpose

--%(boundary)b
Content-Type: text/rfc822-headers

%(headers)b

--%(boundary)b--
"""
