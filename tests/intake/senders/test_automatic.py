"""The marks of automatic mail, each by itself."""

from __future__ import annotations

import pytest

from intake.message import Envelope
from intake.senders.automatic import marks
from tests.intake.reports.mail import mail


@pytest.mark.parametrize(
    ("value", "keyword"),
    [
        ("auto-replied", "auto-replied"),
        (" Auto-Generated ; type=report; x=y", "auto-generated"),
        ("auto-replied (vacation) by a program", "auto-replied"),
        ("no\t(a person)", "no"),
        ("", ""),
    ],
)
def test_the_keyword_of_auto_submitted_stands_before_comments_and_parameters(value: str, keyword: str) -> None:
    assert marks(mail(Auto_Submitted=value), Envelope()).auto_submitted == keyword


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ({"Precedence": " Bulk "}, "bulk"),
        ({"X_Precedence": "JUNK"}, "junk"),
        ({"Precedence": " ", "X_Precedence": "list"}, "list"),
        ({"Precedence": "first-class", "X_Precedence": "list"}, "first-class"),
        ({"Precedence": " ", "X_Precedence": " "}, ""),
        ({}, ""),
    ],
)
def test_precedence_is_read_from_either_header(headers: dict[str, str], value: str) -> None:
    assert marks(mail(**headers), Envelope()).precedence == value


@pytest.mark.parametrize(
    ("declared", "report"),
    [
        ("multipart/report; report-type=delivery-status; boundary=x", "delivery-status"),
        ('Multipart/Report; boundary=x; Report-Type = "Disposition-Notification"', "disposition-notification"),
        ("multipart/report; boundary=x", ""),
        ("text/plain; report-type=delivery-status", ""),
    ],
)
def test_a_report_says_of_what_kind_it_is(declared: str, report: str) -> None:
    assert marks(mail(Content_Type=declared), Envelope()).report == report


@pytest.mark.parametrize(
    ("headers", "is_list"),
    [
        ({"List_Id": "<news.shop.example>"}, True),
        ({"X_ML_Name": "news"}, True),
        ({"Precedence": "List"}, True),
        ({"Precedence": "bulk"}, False),
        ({"List_Id": "no"}, False),
        ({"List_Id": " "}, False),
        ({"Mailing_List": "False", "List_Help": "<https://shop.example>"}, True),
    ],
)
def test_a_list_is_told_by_its_headers_or_its_precedence(headers: dict[str, str], is_list: bool) -> None:
    assert marks(mail(**headers), Envelope()).list_mail is is_list


@pytest.mark.parametrize(
    ("value", "forbids"),
    [("All", True), ("OOF", True), ("autoreply", True), ("DR, RN;OOF", True), ("DR, RN, NRN", False), ("", False)],
)
def test_only_some_of_what_can_be_suppressed_is_an_answer(value: str, forbids: bool) -> None:
    """MS-OXCMAIL 2.1.3.2.20: delivery and read receipts are none."""
    assert marks(mail(X_Auto_Response_Suppress=value), Envelope()).forbids_answers is forbids


@pytest.mark.parametrize("value", ["", " ", "no", "False", "0"])
def test_a_mark_that_says_no_is_none(value: str) -> None:
    assert not marks(mail(X_Autoreply=value), Envelope()).replier
    assert not marks(mail(X_Loop=value), Envelope()).loop


@pytest.mark.parametrize(
    ("path", "null"),
    [
        ("<>", True),
        (" < > ", True),
        ("", True),
        ('""@mx.example', True),
        ("<MAILER-DAEMON>", True),
        ("<nina@example.org>", False),
        ("<nina>", False),
    ],
)
def test_a_return_path_is_null_where_it_names_nobody(path: str, null: bool) -> None:
    assert marks(mail(Return_Path=path), Envelope()).null_return_path is null
    assert marks(mail(), Envelope(mail_from=path)).null_return_path is null


def test_without_any_return_path_none_is_null() -> None:
    assert not marks(mail(), Envelope()).null_return_path


@pytest.mark.parametrize(
    ("message_id", "is_ticket_system"),
    [
        ("<1@zammad.example.org>", True),
        ("<a@b@Zendesk.example.org>", True),
        ("<1@helpdesk-2.example.org>", True),
        ("<zammad.1@example.org>", False),
        ("<1@rt>", False),
        ("", False),
    ],
)
def test_a_ticket_system_is_told_by_the_host_in_its_message_id(message_id: str, is_ticket_system: bool) -> None:
    assert marks(mail(Message_ID=message_id), Envelope()).ticket_system is is_ticket_system


@pytest.mark.parametrize(
    ("address", "robot"),
    [
        ("postmaster@example.org", True),
        ("Post.Master@example.org", True),
        ("owner-news@lists.example", True),
        ("news-bounces+nina=example.org@lists.example", True),
        ("root@mx.example", True),
        ("cron-daily@mx.example", True),
        ("Xroot@example.org", False),
        ("rooter@example.org", False),
        ("bouncer@example.org", False),
        ("owner@example.org", False),
    ],
)
def test_a_mail_system_is_told_by_its_whole_local_part(address: str, robot: bool) -> None:
    assert marks(mail(From=address), Envelope()).robot_sender is robot
