"""Which messages of a pile belong together: the grouping of RFC 5256 (REFERENCES), after Jamie Zawinski.

Messages that were never seen hold their place, a message is nobody's ancestor twice, and a loop is cut where it would close.
Unlike RFC 5256, an equal subject alone joins only replies and one sender's own mails: two customers may both write "Complaint".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from intake.message import Message

_LONGEST_SUBJECT = 500  # characters
_MOST_REFERENCES = 100  # the nearest ones; a line of 50 kB of ids proves nothing more
_LABEL = r"(?:\[[^\[\]]{0,80}\]\s*)"
_PREFIX = r"(?:re|aw|antw|sv|vs|odp|r|rif|res|ynt|ang|fwd?|wg|tr|rv|enc|vb|i|回复|回覆|答复|返信|转发|轉寄|转寄)"
_REPLY = re.compile(rf"(?i){_LABEL}?{_PREFIX}\s?(?:\[\d{{1,4}}\]|\(\d{{1,4}}\)|\*\d{{1,4}}|\^\d{{1,4}})?\s?[:：]\s*")
_LEADING_LABEL = re.compile(rf"{_LABEL}(?=[^\s])")
_WRAPPED = re.compile(r"\[(?:fwd?|wg|tr|rv): (.*)\]")
_TRAILER = re.compile(r"(?i)\s*\(fwd\)$")


def threads(messages: Sequence[Message]) -> list[int]:
    """One number for each message, in order: messages with the same number belong together; numbers count up from 0."""
    forest = _Forest()
    nodes = [forest.add(message) for message in messages]
    roots = _joined_by_subject([forest.root(node) for node in nodes], messages)
    numbers: dict[str, int] = {}
    return [numbers.setdefault(root, len(numbers)) for root in roots]


def base_subject(subject: str) -> str:
    """The subject without what replying and forwarding put around it (RFC 5256 §2.1), in lower case and single spaces."""
    base = " ".join(subject[:_LONGEST_SUBJECT].split()).lower()
    while True:
        shorter = _TRAILER.sub("", base)
        wrapped = _WRAPPED.fullmatch(shorter)
        shorter = wrapped[1].strip() if wrapped else shorter
        reply = _REPLY.match(shorter) or _LEADING_LABEL.match(shorter)
        shorter = shorter[reply.end() :] if reply else shorter
        if shorter == base:
            return base
        base = shorter


def is_reply_subject(subject: str) -> bool:
    """True for a subject that says it answers or passes on another message."""
    return _REPLY.match(subject[:_LONGEST_SUBJECT].strip()) is not None


@dataclass(slots=True)
class _Forest:
    """Who answered whom. A node is a Message-ID, or a made-up name for a message that has none of its own."""

    parents: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def add(self, message: Message) -> str:
        node = message.message_id or ""
        if not node or node in self.seen:
            node = f"\n{len(self.seen)}"  # no Message-ID can hold a line break
        self.seen.add(node)
        ancestors = message.references[-_MOST_REFERENCES:] or message.in_reply_to[:1]
        for older, newer in pairwise(ancestors):
            if newer not in self.parents:
                self._link(newer, older)
        self.parents.pop(node, None)  # its own word counts for more than what later messages say of it
        if ancestors:
            self._link(node, ancestors[-1])
        return node

    def root(self, node: str) -> str:
        while node in self.parents:
            node = self.parents[node]
        return node

    def _link(self, child: str, parent: str) -> None:
        if self.root(parent) != child:
            self.parents[child] = parent


def _joined_by_subject(roots: Sequence[str], messages: Sequence[Message]) -> list[str]:
    """The roots, with each thread moved to the one that its subject belongs to.

    A thread that begins with a reply joins the only other thread of its subject; one that does not joins another of the
    same sender. Where several senders wrote under one subject, a reply to it could be to any: it stays by itself.
    No subject joins nothing where ids could have told; mails without any are told apart by sender alone (ORDEREDSUBJECT).
    """
    openers: dict[str, Message] = {}
    for root, message in zip(roots, messages, strict=True):
        openers.setdefault(root, message)
    subjects = {root: base_subject(message.subject) for root, message in openers.items()}
    homes: dict[str, dict[str, str]] = {}  # subject -> sender -> root
    moved: dict[str, str] = {}
    for root, message in sorted(openers.items(), key=lambda item: is_reply_subject(item[1].subject)):
        if not subjects[root] and _bears_ids(message):
            continue
        here = homes.setdefault(subjects[root], {})
        if is_reply_subject(message.subject) and here:
            moved[root] = next(iter(here.values())) if len(set(here.values())) == 1 else root
        else:
            moved[root] = here.setdefault(_sender(message), root)
    return [moved.get(root, root) for root in roots]


def _bears_ids(message: Message) -> bool:
    return bool(message.message_id or message.references or message.in_reply_to)


def _sender(message: Message) -> str:
    return message.from_[0].email.lower() if message.from_ else ""
