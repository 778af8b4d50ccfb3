"""Thirty programs that answer every letter they get, and how each of them marks its mail, or does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_AWAY = "I am out of the office until Monday and will answer then."


@dataclass(frozen=True, kw_only=True, slots=True)
class Robot:
    """Who answers. Braces in subject, text and headers stand for the number of the answer."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    subject: str = "Re: {subject}"
    text: str = _AWAY
    local: str = ""  # of its address, where that tells what it is
    threads: bool = True  # it answers in the thread; else every mail is a new one
    to_reply_to: bool = True  # it answers where Reply-To says; else the desk's own address
    invents: bool = False  # each answer is about another order: no program can tell it from a customer with many
    answers: bool = False  # what we ask, in our words: no program can tell it from a customer who does

    @property
    def email(self) -> str:
        return f"{self.local or self.name.replace(' ', '.')}@{self.name.replace(' ', '-')}.example"


ROBOTS = (
    # With the marks that standards and habit know.
    Robot(name="rfc vacation", headers={"Auto_Submitted": "auto-replied", "Precedence": "bulk"}),
    Robot(name="vacation with parameters", headers={"Auto_Submitted": "auto-replied (vacation); owner=x"}),
    Robot(name="generated", headers={"Auto_Submitted": "auto-generated"}, text="Your request {n} was registered."),
    Robot(name="notified", headers={"Auto_Submitted": "auto-notified"}, text="Message {n} was read by a filter."),
    Robot(name="exchange", headers={"X_Auto_Response_Suppress": "All", "Auto_Submitted": "auto-generated"}),
    Robot(name="suppresses oof", headers={"X_Auto_Response_Suppress": "OOF, AutoReply"}),
    Robot(name="old vacation", headers={"Precedence": "junk"}, subject="away from my mail"),
    Robot(name="precedence reply", headers={"Precedence": "auto_reply"}),
    Robot(name="list server", headers={"List_Id": "<l.list.example>", "Precedence": "list"}, text="Post {n} is held."),
    Robot(name="autoresponder", headers={"X_Autorespond": "yes"}),
    Robot(name="autoreply header", headers={"X_Autoreply": "yes"}),
    Robot(name="otrs", headers={"X_OTRS_Loop": "robot@otrs.example"}, text="Ticket {n} was created."),
    Robot(name="request tracker", headers={"RT_Ticket": "example #{n}"}, text="Request {n} is open."),
    Robot(name="zendesk", headers={"X_Zendesk_Email_Id": "z{n}"}, text="Your request ({n}) has been received."),
    Robot(name="x-loop", headers={"X_Loop": "robot@x-loop.example"}),
    Robot(name="campaign", headers={"Feedback_ID": "1:2:3:mailer"}, text="Rate us! Number {n}."),
    Robot(name="mailer daemon", local="mailer-daemon", subject="Undelivered Mail", text="It could not be delivered."),
    Robot(name="no reply", local="no-reply", text="This mailbox is not read. Number {n}."),
    # Without any mark: only the words tell, or nothing does.
    Robot(name="subject tells", subject="Automatic reply: {subject}"),
    Robot(name="german", subject="Abwesenheitsnotiz: {subject}", text="Ich bin bis Montag nicht im Büro."),
    Robot(name="challenge", subject="Please confirm your message", text="Click the link to have your mail delivered."),
    Robot(name="bare answer", text="Thank you for your message. We will look into it."),
    Robot(name="bare in no thread", threads=False, subject="We got your mail", text="We will look into it."),
    Robot(name="new subject each time", threads=False, subject="Case {n}", text="Number {n} was given to your mail."),
    Robot(name="to the desk", threads=False, to_reply_to=False, subject="Case {n}", text="Your mail is number {n}."),
    Robot(
        name="other words each time", threads=False, to_reply_to=False, subject="{n}", text="Word{n} thing{n} at {n}."
    ),
    Robot(
        name="orders each time",
        threads=False,
        to_reply_to=False,
        subject="Order {n}",
        text="Order 55{n}01 is late!",
        invents=True,
    ),
    Robot(name="echoes us", threads=False, to_reply_to=False, subject="{subject}", text="{words}"),
    Robot(name="angry echo", text="This is not good enough! Number {n}. I want a refund."),
    Robot(name="says yes", text="Yes.", answers=True),
)
