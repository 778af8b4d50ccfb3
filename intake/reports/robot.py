"""Is a delivery robot speaking? Judged from several marks together: a person may quote any one of them."""

from __future__ import annotations

import re
from functools import lru_cache

from intake.message import Envelope, Message
from intake.reports.notice import Notice
from intake.reports.phrases import DELAY, FAILURE, FINAL, FORMAL, TECHNICAL, detail_of
from intake.reports.status import enhanced_codes, reply_codes
from intake.senders.automatic import no_reply_sender, null_return_path
from intake.senders.phrases import LIST_REFUSAL, away_subject
from intake.senders.phrasing import contains, folded

CERTAIN = 4
LIKELY = 3

_ROBOT_NAME = re.compile(
    r"mailer[-_. ]?daemon|mail ?daemon|mdaemon|post[-_. ]?master|mailmaster|mail[-_. ]?adm|system administrator|"
    r"mail administrator|mail[-_. ]?deliver|message delivery|delivery[-_. ]?(?:sub)?system|delivery[-_. ]status|"
    r"mail[-_. ]?(?:system|service|server|gateway|router|agent)|"
    r"mailgate|smtp[-_. ]|mmsc ndr|microsoft (?:exchange|outlook)|imss|interscan|anti-?virus|amavis|groupwise|"
    r"mailmarshal|mail ?sweeper|surfcontrol|barracuda|mimecast|message ?labs|mail ?foundry|interchange|lotus notes|"
    r"system attendant|почтовая система|メール配信|系统管理员|退信"
)
_ANSWER = re.compile(
    r"\s*(?:re|fwd?|aw|wg|sv|vs|rv|tr|antw|odp|ynt|ответ|回复|答复|转发)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)
_OPENING = 60  # lines: a robot says its errand at once
_REPLY = 20_000  # characters
_LONGEST_NAME = 1_000  # characters


def suspected(message: Message, envelope: Envelope) -> bool:
    """Whether envelope or header bear any mark of a robot. Cheap: most mail bears none, and is asked nothing more."""
    return bool(
        _declared(message)
        or from_robot(message)
        or null_return_path(message, envelope)
        or _formal(message)
        or no_reply_sender(message)
        or _list_software(message)
    )


def delivery_robot(message: Message, envelope: Envelope, said: Notice) -> int:
    """How strongly the message looks like a delivery robot's: `LIKELY` and more is taken for one.

    It takes both a robot's mark and its wording: customers and carriers, too, write of what "could not be delivered".
    """
    if _list_software(message) and _refused_by_list(message, said):
        return CERTAIN
    sender = 2 * from_robot(message) + 2 * (no_reply_sender(message) and bool(said.returned))
    nobody, formal = null_return_path(message, envelope), _formal(message)
    if sender or _technical(said) or (nobody and formal):
        sender += nobody + formal
    declared, wording = _declared(message), _wording(message, said)
    if not declared and not (sender and wording):
        return 0
    automatic = bool(message.header("auto-submitted"))
    return declared + sender + wording + automatic - 3 * bool(away_subject(message.subject)) - answers(message)


def _declared(message: Message) -> int:
    """What only delivery reports bear."""
    return 3 * (declared_report(message) == "delivery-status") + 3 * bool(message.header("x-failed-recipients"))


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


def from_robot(message: Message) -> bool:
    """Whether the sender is named like a mail system."""
    names = [f"{sender.name} {sender.email.partition('@')[0]}".casefold() for sender in message.from_]
    return any(_named_like_a_robot(name[:_LONGEST_NAME]) for name in names or [message.header("from").casefold()])


@lru_cache(maxsize=1_024)  # asked for several times a message
def _named_like_a_robot(name: str) -> bool:
    return _ROBOT_NAME.search(name) is not None


def answers(message: Message) -> bool:
    """Whether the subject says that somebody answers or forwards."""
    return bool(_ANSWER.match(message.subject))


def declared_report(message: Message) -> str:
    """The report type of a `multipart/report` (RFC 6522), lower case, else ""."""
    declared = message.header("content-type").casefold()
    found = re.search(r"report-type\s*=\s*\"?([a-z-]+)", declared) if "multipart/report" in declared else None
    return found.group(1) if found else ""


def only_late(message: Message, said: Notice) -> bool:
    """Whether the robot goes on trying: a warning, no failure."""
    spoken = folded(f"{message.subject}\n" + "\n".join(said.lines))
    return contains(spoken, DELAY) and not contains(spoken, FINAL)
