"""Feedback (RFC 5965), receipts (RFC 8098) and delivery events as JSON."""

from __future__ import annotations

import json

from intake.message import Part
from intake.signals import Report
from tests.intake.reports.mail import mail, reports


def test_a_feedback_report_names_whom_it_is_about_and_no_failure() -> None:
    part = Part(type="message/feedback-report", text="Feedback-Type: abuse\nOriginal-Rcpt-To: <nina@example.org>\n")
    assert reports(mail("", part)) == (Report(recipient="nina@example.org", diagnostic="abuse"),)


def test_a_junk_report_without_a_feedback_part_names_its_recipient() -> None:
    part = Part(type="message/rfc822", text="X-HmXmrOriginalRecipient: nina@example.org\nSubject: Your chair\n\nHello")
    assert [r.recipient for r in reports(mail("", part))] == ["nina@example.org"]


def test_a_read_receipt_says_that_its_recipient_was_reached() -> None:
    part = Part(
        type="message/disposition-notification",
        text="Final-Recipient: rfc822;nina@example.org\nDisposition: manual-action/MDN-sent-manually; displayed",
    )
    assert reports(mail("", part)) == (
        Report(recipient="nina@example.org", action="delivered", diagnostic="displayed"),
    )


def test_a_bounce_event_is_read_also_inside_its_envelope() -> None:
    event = {
        "bounce": {
            "bouncedRecipients": [{"emailAddress": "nina@example.org", "status": "5.1.1", "diagnosticCode": "no"}]
        }
    }
    for text in (json.dumps(event), json.dumps({"Message": json.dumps(event)}) + "\n--\nTo unsubscribe ..."):
        found = reports(mail(text, From="no-reply@sns.example", Subject="Notification"))
        assert found == (Report(recipient="nina@example.org", action="failed", status="5.1.1", diagnostic="no"),)


def test_a_delivery_event_reports_a_delivery() -> None:
    event = {"delivery": {"recipients": ["nina@example.org"], "smtpResponse": "250 2.6.0 kept"}}
    found = reports(mail(json.dumps(event), From="no-reply@sns.example"))
    assert [(r.action, r.status) for r in found] == [("delivered", "2.6.0")]


def test_events_of_no_sense_report_nothing() -> None:
    for text in (
        "[" * 100_000,
        '{"bounce": 3, "Message": "{"}',
        '{"bounce": {"bouncedRecipients": [7, {"emailAddress": 1}]}}',
    ):
        assert reports(mail(text, From="no-reply@sns.example")) == ()
