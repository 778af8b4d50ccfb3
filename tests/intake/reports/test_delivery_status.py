"""RFC 3464 fields, whole and broken."""

from __future__ import annotations

import pytest

from intake.signals import Report
from tests.intake.reports.mail import mail, reports, robot, status_part


def test_every_recipient_of_a_delivery_status_becomes_a_report() -> None:
    fields = """Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; nina@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <nina@example.org>:
    no such mailbox

Final-Recipient: rfc822; omar@example.org
Action: delayed
Status: 4.4.1
"""
    assert reports(robot("", status_part(fields))) == (
        Report(
            recipient="nina@example.org",
            action="failed",
            status="5.1.1",
            diagnostic="550 5.1.1 <nina@example.org>: no such mailbox",
        ),
        Report(recipient="omar@example.org", action="delayed", status="4.4.1"),
    )


def test_the_recipient_is_the_address_we_wrote_to_when_the_robot_kept_it() -> None:
    fields = (
        "Original-Recipient: rfc822;sales@example.org\nFinal-Recipient: rfc822;nina@inner.example.org\nAction: failed"
    )
    assert [r.recipient for r in reports(robot("", status_part(fields)))] == ["sales@example.org"]


@pytest.mark.parametrize(
    ("field", "diagnostic", "status"),
    [
        ("5.0.0", "smtp; 550 5.1.1 unknown", "5.1.1"),
        ("5.0.0", "smtp; 550 we do not like you", "5.0.0"),
        ("4.4.7", "smtp; 450 4.7.1 come back later", "4.7.1"),
        ("5.2.1", "smtp; 550 5.1.1 unknown", "5.2.1"),
        ("5.7.1 (delivery not authorised)", "", "5.7.1"),
        ("", "smtp; 550 no such user here", "5.1.1"),
        ("", "smtp; 452 mailbox full", "4.2.2"),
        ("", "smtp; 571 connection from 192.0.2.5 not wanted", "5.0.0"),
    ],
)
def test_the_status_is_the_code_that_tells_most(field: str, diagnostic: str, status: str) -> None:
    fields = f"Final-Recipient: rfc822;nina@example.org\nAction: failed\nStatus: {field}\nDiagnostic-Code: {diagnostic}"
    assert [r.status for r in reports(robot("", status_part(fields)))] == [status]


def test_two_recipients_without_diagnostics_take_theirs_from_the_text() -> None:
    text = "nina@example.org: 550 5.1.1 no such user\nomar@example.org: 552 5.2.2 mailbox full"
    fields = (
        "Final-Recipient: rfc822;nina@example.org\nAction: failed\nStatus: 5.0.0\n\n"
        "Final-Recipient: rfc822;omar@example.org\nAction: failed\nStatus: 5.0.0"
    )
    found = reports(robot(text, status_part(fields)))
    assert {r.recipient: r.status for r in found} == {"nina@example.org": "5.1.1", "omar@example.org": "5.2.2"}


def test_a_blank_line_between_recipient_and_action_does_not_part_them() -> None:
    fields = "Final-Recipient: rfc822;nina@example.org\n\nAction: failed\nStatus: 5.2.1"
    assert [(r.recipient, r.status) for r in reports(robot("", status_part(fields)))] == [("nina@example.org", "5.2.1")]


def test_fields_are_found_in_the_text_where_the_mime_around_them_broke() -> None:
    fields = "Final-Recipient: rfc822; nina@example.org\nAction: failed\nStatus: 5.1.1"
    text = f"--boundary\nContent-Type: message/delivery-status\n\n{fields}"
    assert [(r.recipient, r.status) for r in reports(robot(text))] == [("nina@example.org", "5.1.1")]


@pytest.mark.parametrize(
    ("action", "meant"),
    [
        ("Failed", "failed"),
        ("undeliverable", "failed"),
        ("deliverable", "delivered"),
        ("relayed", "relayed"),
        ("", "failed"),
    ],
)
def test_actions_are_read_whatever_their_spelling(action: str, meant: str) -> None:
    fields = f"Final-Recipient: rfc822;nina@example.org\nAction: {action}\nStatus: 5.1.1"
    assert [r.action for r in reports(robot("", status_part(fields)))] == [meant]


def test_a_report_inside_a_forwarded_message_is_not_ours() -> None:
    fields = "Final-Recipient: rfc822;nina@example.org\nAction: failed\nStatus: 5.1.1"
    message = mail(
        "Look what came back!", status_part(fields, depth=1), From="kim@example.org", Subject="Fwd: Undelivered"
    )
    assert reports(message) == ()
