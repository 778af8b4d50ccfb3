"""Is a delivery robot speaking? Judged from several marks together: a person may quote any one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from intake.message import Message
from intake.reports.fields import carries_status
from intake.reports.notice import Notice, notice
from intake.reports.phrases import DELAY, FAILURE, FINAL, FORMAL, TECHNICAL, detail_of
from intake.reports.status import enhanced_codes, reply_codes
from intake.senders.automatic import Marks
from intake.senders.phrases import LIST_REFUSAL, away_subject
from intake.senders.phrasing import contains, folded
from intake.words import is_forward_subject

_CERTAIN = 4
_LIKELY = 3

_ROBOT_NAME = re.compile(
    r"mailer[-_. ]?daemon|mail ?daemon|mdaemon|post[-_. ]?master|mailmaster|mail[-_. ]?adm|system administrator|"
    r"mail administrator|mail[-_. ]?deliver|message delivery|delivery[-_. ]?(?:sub)?system|delivery[-_. ]status|"
    r"mail[-_. ]?(?:system|service|server|gateway|router|agent)|"
    r"mailgate|smtp[-_. ]|mmsc ndr|microsoft (?:exchange|outlook)|imss|interscan|anti-?virus|amavis|groupwise|"
    r"mailmarshal|mail ?sweeper|surfcontrol|barracuda|mimecast|message ?labs|mail ?foundry|interchange|lotus notes|"
    r"system attendant|почтовая система|メール配信|系统管理员|退信"
)
_ANSWER = re.compile(
    r"\s*(?:re|aw|sv|antw|odp|ynt|vá|απ|bls|res|rif|ответ|відп|השב|回复|答复|回覆)\s*(?:\[\d+\])?\s*[:：]",
    re.IGNORECASE,
)
_OPENING = 60  # lines: a robot says its errand at once
_REPLY = 20_000  # characters
_LONGEST_NAME = 1_000  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class Robot:
    """A message that may be a delivery robot's: what it says, and how strongly it looks like one."""

    said: Notice
    strength: int

    @property
    def likely(self) -> bool:
        """Enough to be believed where it names recipients."""
        return self.strength >= _LIKELY

    @property
    def certain(self) -> bool:
        """Enough to call the message a report, whomever it names."""
        return self.strength >= _CERTAIN


def robot(message: Message, marks: Marks) -> Robot | None:
    """The robot that may be speaking. None for most mail, which bears no mark of one and is asked nothing more."""
    if not (_suspected(message, marks) or carries_status(message)):
        return None
    said = notice(message)
    return Robot(said=said, strength=_strength(message, marks, said))


def _suspected(message: Message, marks: Marks) -> bool:
    """Whether envelope or header bear any mark of a robot."""
    return (
        marks.null_return_path
        or marks.no_reply_sender
        or bool(_declared(message, marks))
        or _list_software(message)
        or _from_robot(message)
        or _formal(message)
    )


def _strength(message: Message, marks: Marks, said: Notice) -> int:
    """How strongly the message looks like a delivery robot's.

    It takes both a robot's mark and its wording: customers and carriers, too, write of what "could not be delivered".
    """
    if _list_software(message) and _refused_by_list(message, said):
        return _CERTAIN
    sender = 2 * _from_robot(message) + 2 * (marks.no_reply_sender and bool(said.returned))
    nobody, formal = marks.null_return_path, _formal(message)
    if sender or _technical(said) or (nobody and formal):
        sender += nobody + formal
    declared, wording = _declared(message, marks), _wording(message, said)
    if not declared and not (sender and wording):
        return 0
    automatic = bool(message.header("auto-submitted"))
    return declared + sender + wording + automatic - 3 * bool(away_subject(message.subject)) - answers(message)


def _declared(message: Message, marks: Marks) -> int:
    """What only delivery reports bear."""
    return 3 * (marks.report == "delivery-status") + 3 * bool(message.header("x-failed-recipients"))


def _wording(message: Message, said: Notice) -> int:
    """Words of failure or delay in the subject and in what the sender newly wrote."""
    answered = answers(message) or away_subject(message.subject) > 0
    lines = message.reply[:_REPLY].splitlines() if answered else said.lines
    opening = "\n".join(lines[:_OPENING])
    spoken = contains(folded(opening), FAILURE + DELAY) or bool(detail_of(opening) and reply_codes(opening))
    return 2 * (contains(folded(message.subject), FAILURE + DELAY) and not answered) + 2 * spoken


def _formal(message: Message) -> bool:
    """Whether the subject is one that only mail systems write."""
    return contains(folded(message.subject), FORMAL) and not answers(message)


def _technical(said: Notice) -> bool:
    """Whether the text speaks of mail servers or returns a message."""
    opening = "\n".join(said.lines[:_OPENING])
    return bool(said.returned) or contains(folded(opening), TECHNICAL) or bool(enhanced_codes(opening))


def _list_software(message: Message) -> bool:
    return bool(message.header("x-mlserver") or message.header("x-list-administrivia"))


def _refused_by_list(message: Message, said: Notice) -> bool:
    """Whether list software says that we may not post."""
    return contains(folded(f"{message.subject}\n" + "\n".join(said.lines[:10])), LIST_REFUSAL)


def _from_robot(message: Message) -> bool:
    """Whether the sender is named like a mail system."""
    names = [f"{sender.name} {sender.email.partition('@')[0]}".casefold() for sender in message.from_]
    return any(_named_like_a_robot(name[:_LONGEST_NAME]) for name in names or [message.header("from").casefold()])


@lru_cache(maxsize=1_024)  # people write more than once
def _named_like_a_robot(name: str) -> bool:
    return _ROBOT_NAME.search(name) is not None


def answers(message: Message) -> bool:
    """Whether the subject says that somebody answers or forwards."""
    return bool(_ANSWER.match(message.subject)) or is_forward_subject(message.subject)


def only_late(message: Message, said: Notice) -> bool:
    """Whether the robot goes on trying: a warning, no failure."""
    spoken = folded(f"{message.subject}\n" + "\n".join(said.lines))
    return contains(spoken, DELAY) and not contains(spoken, FINAL)
