"""What kind of message: evidence together, never one header."""

from __future__ import annotations

import pytest

from intake.message import Envelope, Message, Part
from intake.senders.kind import kind
from intake.signals import Origin
from tests.intake.reports.mail import mail, robot, status_part


def kind_of(message: Message, mail_from: str | None = None) -> Origin:
    return kind(message, Envelope(mail_from=mail_from)).origin


FAILED = "Final-Recipient: rfc822;nina@example.org\nAction: failed\nStatus: 5.1.1"
DELAYED = "Final-Recipient: rfc822;nina@example.org\nAction: delayed\nStatus: 4.4.1"
DELIVERED = "Final-Recipient: rfc822;nina@example.org\nAction: delivered\nStatus: 2.1.5"
DISPOSITION = "Final-Recipient: rfc822;nina@example.org\nDisposition: manual-action/MDN-sent-manually; displayed"
CONFIRM = FAILED + "\nDiagnostic-Code: smtp; 550 your server requires confirmation, visit https://filter.example"
COMPLAINT = '{"complaint": {"complainedRecipients": [{"emailAddress": "nina@example.org"}]}}'

REPORTS = [
    ("a failure", robot("", status_part(FAILED)), Origin.BOUNCE),
    ("a delay", robot("", status_part(DELAYED)), Origin.DELAY),
    ("a delivery", robot("", status_part(DELIVERED)), Origin.AUTO_GENERATED),
    ("one failure among delays", robot("", status_part(f"{DELAYED}\n\n{FAILED}")), Origin.BOUNCE),
    ("a robot that names nobody", robot("Your message could not be delivered."), Origin.BOUNCE),
    ("a failure that a click would mend", robot("", status_part(CONFIRM)), Origin.CHALLENGE),
    (
        "somebody pressed spam",
        mail("", Part(type="message/feedback-report", text="Feedback-Type: abuse")),
        Origin.FEEDBACK_REPORT,
    ),
    ("somebody pressed spam, as JSON", mail(COMPLAINT, From="no-reply@sns.example"), Origin.FEEDBACK_REPORT),
    ("read", mail("", Part(type="message/disposition-notification", text=DISPOSITION)), Origin.READ_RECEIPT),
    (
        "a question",
        mail("To have your message delivered, verify you are human.", From="no-reply@filter.example"),
        Origin.CHALLENGE,
    ),
]


@pytest.mark.parametrize(("message", "origin"), [case[1:] for case in REPORTS], ids=[case[0] for case in REPORTS])
def test_reports_are_told_apart_by_what_they_report(message: Message, origin: Origin) -> None:
    assert kind_of(message) is origin


AWAY = {
    "RFC 3834": {"Auto_Submitted": "auto-replied (vacation)"},
    "its own header": {"X_Autoreply": "yes"},
    "its precedence": {"Precedence": "auto_reply"},
    "subject and null path": {"Subject": "Abwesenheitsnotiz: Ihr Stuhl", "Return_Path": "<>"},
    "subject and suppression": {"Subject": "Réponse automatique : chaise", "X_Auto_Response_Suppress": "All"},
    "an inbox rule that suppresses": {
        "X_MS_Exchange_Inbox_Rules_Loop": "a@example.org",
        "X_Auto_Response_Suppress": "All",
    },
    "a postmaster on holiday": {
        "From": "postmaster@example.org",
        "Subject": "Automatic reply: Your chair",
        "Auto_Submitted": "auto-generated",
        "Return_Path": "<>",
    },
}


@pytest.mark.parametrize("marks", AWAY)
def test_a_vacation_program_is_recognised_by(marks: str) -> None:
    message = mail("Back on Monday.", **{"From": "nina@example.org", "Subject": "Your chair", **AWAY[marks]})
    assert kind_of(message) is Origin.AUTO_REPLY


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: x",
        "Respuesta automática: x",
        "自動返信: x",
        "Автоответ: x",
        "Autosvar: x",
        "자동 회신: x",
        "Automatická odpoveď: x",
        "İşyeri Dışında: x",
        "Ej på kontoret: x",
        "Afwezig: Re: x",
        "Automaatvastus: x",
        "Samodejni odgovor: x",
        "Sjálfvirkt svar: x",
        "Abwesend: x",
        "不在: x",
    ],
)
def test_the_subject_of_a_vacation_program_counts_in_every_language(subject: str) -> None:
    message = mail("Hello", From="nina@example.org", Subject=subject)
    assert kind_of(message) is Origin.HUMAN
    assert kind_of(message, mail_from="") is Origin.AUTO_REPLY


HUMAN = {
    "a null return path alone": {"Return_Path": "<>"},
    "suppression alone": {"X_Auto_Response_Suppress": "All"},
    "an inbox rule alone": {"X_MS_Exchange_Inbox_Rules_Loop": "a@example.org"},
    "an inbox rule that redirects": {"X_MS_Exchange_Inbox_Rules_Loop": "a@example.org", "Subject": "Out of stock"},
    "a subject that vacation programs use, too": {"Subject": "Absence de réponse"},
    "an answer in Greek to an automatic reply": {"Subject": "ΑΠ: Automatic reply: Your chair", "Return_Path": "<>"},
    "an automatic reply that a Finn passes on": {"Subject": "VL: Automatic reply: Your chair", "Return_Path": "<>"},
    "an answer to an automatic reply": {"Subject": "Re: Automatic reply: Your chair", "Return_Path": "<>"},
    "Auto-Submitted: no": {"Auto_Submitted": "no"},
    "typed in a ticket system that marks all it sends": {
        "Subject": "RE: Your chair",
        "Auto_Submitted": "auto-generated",
        "In_Reply_To": "<1@harbour.example>",
    },
}


@pytest.mark.parametrize("marks", HUMAN)
def test_a_person_is_not_made_a_robot_by(marks: str) -> None:
    """osTicket 6380: ServiceNow marks what people type as generated."""
    message = mail(
        "The chair broke when I came back. I was on vacation.",
        **{"From": "nina@example.org", "Subject": "Your chair", **HUMAN[marks]},
    )
    assert kind_of(message) is Origin.HUMAN


def test_a_person_who_quotes_a_bounce_stays_a_person() -> None:
    quoted = "Why?\n\n> <omar@example.org>: 550 5.1.1 User unknown, could not be delivered"
    message = mail(quoted, reply="Why?", From="nina@example.org", Subject="Re: Undelivered Mail Returned to Sender")
    assert kind_of(message) is Origin.HUMAN


def test_a_customer_whose_parcel_could_not_be_delivered_stays_a_customer() -> None:
    message = mail("My parcel could not be delivered, says 550.", From="nina@example.org", Subject="Delivery failed")
    assert kind_of(message) is Origin.HUMAN


MACHINES = {
    "generated, answering nothing": {"From": "cron@example.org", "Auto_Submitted": "auto-generated"},
    "nobody reads answers": {"From": "no-reply@example.org"},
    "a campaign": {"From": "news@example.org", "Feedback_ID": "1:2:campaign:esp"},
}


@pytest.mark.parametrize("marks", MACHINES)
def test_a_machine_is_recognised_by(marks: str) -> None:
    assert kind_of(mail("Nightly report", **MACHINES[marks])) is Origin.AUTO_GENERATED


def test_a_person_who_asks_for_confirmation_is_no_challenge() -> None:
    message = mail("Please reply to this message to confirm that you got it.", From="nina@example.org")
    assert kind_of(message) is Origin.HUMAN


def test_a_list_is_recognised_by_its_headers() -> None:
    assert kind_of(mail("Hello all", From="nina@example.org", List_Id="<all.example.org>")) is Origin.LIST


def test_a_web_form_that_names_the_customer_in_reply_to_is_a_person() -> None:
    assert kind_of(mail("It broke.", From="no-reply@shop.example", Reply_To="nina@example.org")) is Origin.HUMAN
