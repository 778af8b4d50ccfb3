"""What a customer's words answer: our question whether it is the first time, our follow-up, or neither.

A bare "yes" answers the question that was asked, and only that one: the letter that they reply to tells which, and without a
letter the one that was asked last. Where a person has written since, it may answer anything, so it counts for nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from intake.case import Case, Status
from intake.cues import Answer, first_time_answer, merely_thanks, says_resolved
from intake.deciding.question import Question
from intake.letters.letter import LetterKind
from intake.words.marker import reply_marker_end

Asked = Literal["first-time", "follow-up", ""]

_ASKS: dict[LetterKind, Asked] = {LetterKind.ACKNOWLEDGEMENT: "first-time", LetterKind.FOLLOW_UP: "follow-up"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """How a message answers us."""

    words: str
    first_time: Literal["yes", "no", ""]  # "" also where it was not asked, or answered before
    follow_up: bool  # it answers the follow-up
    thanks: bool  # it says thank you and nothing else

    @property
    def resolved(self) -> Answer:
        """Whether all is well. Found out when it is asked for: it takes longer than all else about an answer."""
        return says_resolved(self.words, asked=self.follow_up)


def answered(q: Question, case: Case) -> Answered:
    """What this message of a customer says in answer to us."""
    asked, text = _asked(q, case), _words(q)
    return Answered(
        words=text,
        first_time=first_time_answer(text, asked=asked == "first-time") if case.first_time == "asked" else "",
        follow_up=asked == "follow-up",
        thanks=merely_thanks(text, q.signals.sender_name or case.customer_name),
    )


def _asked(q: Question, case: Case) -> Asked:
    if q.facts.answers is not None and q.facts.answers.case_ref == case.ref:
        return _ASKS.get(q.facts.answers.kind, "")
    if case.status is Status.FOLLOW_UP and case.follow_up_sent_at is not None:
        since = case.answered_last_at
        return "follow-up" if since is None or since <= case.follow_up_sent_at else ""
    return "first-time" if case.first_time == "asked" and not case.replies else ""


def _words(q: Question) -> str:
    """What they newly wrote. The links in our follow-up write the answer into the subject of an otherwise empty mail.

    Who sends our letter back has written nothing above our line, and our words below it answer nothing.
    """
    if _is_our_letter(q.message.text.lstrip().splitlines()):
        return ""
    own_subject = not q.message.in_reply_to and not q.message.quoted
    return q.words.strip() or (q.message.subject if own_subject else "")


def _is_our_letter(lines: Sequence[str]) -> bool:
    """Not quoted: it begins as our letters do."""
    return bool(lines) and not lines[0].startswith(">") and reply_marker_end(lines, 0) is not None
