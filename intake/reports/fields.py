"""Delivery status as fields: RFC 3464 `message/delivery-status`, and the same fields where the MIME around them broke."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from intake.message import Message
from intake.reports.blocks import blocks
from intake.reports.notice import Notice
from intake.reports.phrases import EXPIRED
from intake.reports.status import best_status
from intake.reports.text import addresses, bounded_lines, one_line
from intake.senders.phrasing import contains, folded
from intake.signals import Report

_MOST = 200  # recipients of one report

Group = dict[str, str]

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]?:[ \t]*(.*)", re.DOTALL)
_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RECIPIENTS = ("original-recipient", "final-recipient", "x-actual-recipient")
_ACTIONS = {name: name for name in ("failed", "delayed", "delivered", "relayed", "expanded")}
_ACTIONS |= {"undeliverable": "failed", "deliverable": "delivered"}  # Postfix answers address probes so


def carries_status(message: Message) -> bool:
    """Whether a delivery-status part is there."""
    return any(part.type in _TYPES and part.depth == 0 for part in message.parts)


def delivery_status(message: Message, said: Notice) -> list[Report]:
    """The recipients of the message's delivery-status parts, or of such fields in its text."""
    for lines in _status_lines(message, said):
        groups = islice(recipient_groups(field_groups(lines)), _MOST)
        named = [(group, _recipient(group)) for group in groups]
        told = blocks((name for _, name in named), said.lines)
        found = [_report(group, name, told.about(name)) for group, name in named if name]
        if found:
            return found
    return []


def field_groups(lines: Iterable[str]) -> Iterator[Group]:
    """Groups of fields as blank lines part them, unfolded, names lower case. The first of two equal fields counts."""
    group: Group = {}
    last = ""
    for line in [*lines, ""]:
        if line[:1] in (" ", "\t") and line.strip() and last:
            group[last] = f"{group[last]} {line.strip()}"
            continue
        match = _FIELD.fullmatch(line.strip())
        last = match.group(1).lower() if match else ""
        if group and (not line.strip() or (last in _RECIPIENTS and last in group)):
            yield group
            group = {}
        if match:
            group.setdefault(last, match.group(2).strip())


def recipient_groups(groups: Iterable[Group]) -> Iterator[Group]:
    """The groups about a recipient. Some robots put a blank line between the recipient and what became of it."""
    held: Group | None = None
    for group in groups:
        names_one = any(name in group for name in _RECIPIENTS)
        if held is not None and not names_one and "action" not in held and ("action" in group or "status" in group):
            held |= group
            continue
        if held is not None:
            yield held
        held = group if names_one else None
    if held is not None:
        yield held


def _status_lines(message: Message, said: Notice) -> Iterator[Sequence[str]]:
    yield bounded_lines("\n\n".join(part.text for part in message.parts if part.type in _TYPES and part.depth == 0))
    yield said.whole


def _report(group: Group, name: str, prose: str) -> Report:
    """A robot that gives no diagnostic, or none with a code in it, may still have said why in its text."""
    action = _action(group, prose)
    field, diagnostic = group.get("status", ""), _untyped(group.get("diagnostic-code", ""))
    trouble = {"failed": "5", "delayed": "4"}.get(action, "")
    status = best_status(field, diagnostic, fallback=trouble)
    if trouble and (not status or status.endswith(".0.0")) and not diagnostic:
        status = best_status(field, prose, fallback=trouble) or f"{trouble}.0.0"
    return Report(recipient=name, action=action, status=status, diagnostic=one_line(diagnostic))


def _action(group: Group, prose: str) -> str:
    """What became of the recipient. OpenSMTPD writes "delayed" also of what its queue has thrown away: its words tell."""
    said = group.get("action", "").lower()
    stated = next((action for name, action in _ACTIONS.items() if name in said), "")
    action = stated or {"2": "delivered", "4": "delayed"}.get(group.get("status", "")[:1], "failed")
    return "failed" if action == "delayed" and contains(folded(prose), EXPIRED) else action


def _recipient(group: Group) -> str:
    """The address as we wrote it if the robot kept it (Original-Recipient), else where it tried to deliver."""
    values = [group[name] for name in _RECIPIENTS if name in group]
    written = next((found[0] for found in map(addresses, values) if found), "")
    return written or next((name for name in map(_bare, values) if name), "")


def _bare(value: str) -> str:
    return _untyped(value).strip("<>\"' ").split(" ", 1)[0]


def _untyped(value: str) -> str:
    kind, semicolon, rest = value.partition(";")
    return rest.strip() if semicolon and len(kind) < 30 and " " not in kind.strip() else value.strip()
