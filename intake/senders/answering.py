"""May an automatic letter be sent in answer? RFC 3834, RFC 5230, and what the big senders do beyond them.

A refusal stops letters, never filing.
"""

from __future__ import annotations

from collections.abc import Callable

from intake.message import Message
from intake.senders.automatic import Marks
from intake.signals import Origin

_REPORTS = (Origin.BOUNCE, Origin.DELAY, Origin.FEEDBACK_REPORT, Origin.READ_RECEIPT, Origin.CHALLENGE)

Rule = Callable[[Message, Marks, Origin], bool]

_RULES: tuple[tuple[str, Rule], ...] = (
    ("no_sender", lambda message, _m, _o: not message.conversation and not any("@" in a.email for a in message.from_)),
    ("null_return_path", lambda _, marks, _o: marks.null_return_path),
    ("report", lambda _, _m, origin: origin in _REPORTS),
    ("auto_reply", lambda _, _m, origin: origin is Origin.AUTO_REPLY),
    ("auto_submitted", lambda _, marks, _o: marks.auto_submitted not in ("", "no")),
    ("precedence", lambda _, marks, _o: marks.precedence in ("bulk", "junk", "list", "auto_reply")),
    ("list", lambda _, marks, origin: origin is Origin.LIST or marks.list_mail),
    ("suppressed", lambda _, marks, _o: marks.forbids_answers),
    ("autoresponder", lambda _, marks, _o: marks.replier),
    ("bulk", lambda _, marks, _o: marks.bulk_sender),
    ("robot_sender", lambda _, marks, _o: marks.robot_sender),
    ("no_reply_sender", lambda _, marks, _o: marks.no_reply_sender),
    ("loop", lambda _, marks, _o: marks.loop),
    ("ticket_system", lambda _, marks, _o: marks.ticket_system),
    ("auto_generated", lambda _, _m, origin: origin is Origin.AUTO_GENERATED),
)

REFUSALS: tuple[str, ...] = tuple(slug for slug, _ in _RULES)


def refusal(message: Message, marks: Marks, origin: Origin) -> str | None:
    """The first reason why no automatic answer is allowed, None when one is. In this order:

    - ``no_sender``: there is no address to answer, and no chat to answer in.
    - ``null_return_path``: the envelope sender is empty (RFC 5321 4.5.5, RFC 3834 2).
    - ``report``: a bounce, delay, feedback report, read receipt or challenge.
    - ``auto_reply``: the evidence together says that a vacation program or the like wrote it.
    - ``auto_submitted``: Auto-Submitted is anything but "no" (RFC 3834 5).
    - ``precedence``: Precedence is bulk, junk, list or auto_reply.
    - ``list``: it carries list headers (RFC 2369, RFC 2919).
    - ``suppressed``: X-Auto-Response-Suppress says All, OOF or AutoReply.
    - ``autoresponder``: X-Autoreply, X-Autorespond and their kin.
    - ``bulk``: a campaign's Feedback-ID.
    - ``robot_sender``: mailer-daemon, postmaster, list owners and bounce addresses.
    - ``no_reply_sender``: no-reply in its many spellings, unless Reply-To names somebody else.
    - ``loop``: a loop guard, ours or another system's, has marked it.
    - ``ticket_system``: another ticket system sent it and would answer our answer.
    - ``auto_generated``: the evidence together says that a machine wrote it.
    """
    return next((slug for slug, refuses in _RULES if refuses(message, marks, origin)), None)
