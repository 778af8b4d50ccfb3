"""Delivery reports in prose: the many robots that write no `multipart/report`, and the transcripts that they paste.

A recipient is an address in a telling place: alone at the start of a line, after RCPT TO or an SMTP reply, or after
words of failure. What the text says beside it, up to the next recipient, is its diagnostic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from intake.message import Message
from intake.reports.blocks import blocks
from intake.reports.known import known_recipients
from intake.reports.notice import Notice
from intake.reports.phrases import FAILURE, detail_of
from intake.reports.robot import Robot, only_late
from intake.reports.status import best_status, enhanced_codes, reply_codes
from intake.reports.text import addresses, mentions, one_line
from intake.senders.phrasing import contains
from intake.signals import Report

_SERVICE = frozenset(
    [
        "postmaster",
        "mailer-daemon",
        "abuse",
        "support",
        "helpdesk",
        "webmaster",
        "hostmaster",
        "noc",
        "help",
        "no-reply",
        "noreply",
    ]
)
_MOST = 1_000  # addresses looked at in one notice
_LEADS = re.compile(
    r"[\W\d_]*(?:(?:smtp|rfc822|to|e-?mail|recipients?|address|user|mailto|failed recipient|rcpt to|recipient address)\W+)*"
)
_NOT_THEM = re.compile(
    r"\b(?:from|(?:\w{1,20}[- ])?sender|originator|contact|kontakt\w{0,8}|e-?mail to|mail to|write to|reply|questions?|visit"
    r"|return-path|message-id|helo|ehlo|cc|by|id)\W*(?:address\W*|us\W*|at\W*)?$"
)
_TELLING = re.compile(
    r"(?:rcpt to|recipients?|deliver(?:ed|ing)?(?: \w{1,20}){0,4} to|message to|mail to|expanded from|undeliverable to"
    r"|addressed(?: to)?)\W*$"
)
_ALIAS = re.compile(r"generated from\W*$")  # what a forwarder made the recipient of: telling only where nothing else is
_GOES_ON = re.compile(r",? [a-z]{2}")
_ADDRESSED = re.compile(r"\W{0,4}(?:x-failed-recipients|to|x-envelope-to|envelope-to):", re.IGNORECASE)
_LOCAL_NAME = re.compile(r"\s+[\w.+-]{1,64}")


def prose(message: Message, robot: Robot) -> list[Report]:
    """One report a recipient, from the robot's own words; [] when no robot speaks."""
    if not robot.likely:
        return []
    said = robot.said
    found = _failed_header(message) or _recipients(message, said) or _local_names(message, said) or _returned_to(said)
    action, fallback = ("delayed", "4") if only_late(message, said) else ("failed", "5")
    told = blocks(found, said.lines)
    return [_report(name, action, told.about(name), fallback) for name in found]


def _report(name: str, action: str, text: str, fallback: str) -> Report:
    status = best_status("", text, fallback=fallback) or f"{fallback}.0.0"
    return Report(recipient=name, action=action, status=status, diagnostic=_telling_line(text))


def _failed_header(message: Message) -> list[str]:
    """Exim's own list of all that failed."""
    return _unique(name for value in message.header_all("x-failed-recipients") for name in addresses(value))


def _recipients(message: Message, said: Notice) -> list[str]:
    others = {who.email.casefold() for who in (*message.from_, *message.to)}
    strong: list[str] = []
    weak: list[str] = []
    for prefix, name in islice(_mentions(said), _MOST):
        if name.casefold() not in others and _may_be_recipient(prefix, name):
            (strong if _telling_place(prefix) else weak).append(name)
    return _unique(strong) or known_recipients(message, said) or _unique(weak)


def _mentions(said: Notice) -> Iterator[tuple[str, str]]:
    """Each address with what leads to it, case-folded: the line before it, or the line above where that says more."""
    above = ""  # the last line with words: "A message sent by" may stand there
    running = False  # the line above is the same sentence
    for line in said.lines:
        for match in mentions(line):
            lead = line[: match.start()].casefold()
            continued = _NOT_THEM.search(above) or (running and _GOES_ON.match(line, match.end()))
            yield (above if _bare(lead) and continued else lead), match.group().lstrip(".*")
        above = line.casefold()[-100:] if line.strip() else above
        running = line[-1:].isalnum() or line[-1:] == ","


def _may_be_recipient(prefix: str, name: str) -> bool:
    lead = prefix[-60:]
    if _TELLING.search(lead) or _ALIAS.search(lead):
        return True
    return not _NOT_THEM.search(lead) and (name.partition("@")[0].casefold() not in _SERVICE or not _bare(prefix))


def _bare(prefix: str) -> bool:
    """Whether nothing but quotes, brackets and bullets stand before an address."""
    return not prefix.strip(" \t<>*\"'")


def _telling_place(prefix: str) -> bool:
    lead = prefix[-200:]
    if _LEADS.fullmatch(lead) or _TELLING.search(lead[-60:]):
        return True
    return contains(lead, FAILURE) or bool(detail_of(lead)) or bool(reply_codes(lead[-40:] + " "))


def _local_names(message: Message, said: Notice) -> list[str]:
    """Names without a domain, listed under a line that ends in a colon: mailboxes at the robot's own domain."""
    domain = next((sender.email.rpartition("@")[2].lower() for sender in message.from_ if "@" in sender.email), "")
    listed = False
    names: list[str] = []
    for line in said.lines:
        if listed and _LOCAL_NAME.fullmatch(line):
            names.append(f"{line.strip()}@{domain}")
        elif line.strip():
            listed = line.endswith(":")
    return _unique(names) if domain else []


def _returned_to(said: Notice) -> list[str]:
    """To whom the returned message was addressed, where the robot does not say who failed."""
    values = [line.partition(":")[2] for line in said.returned if _ADDRESSED.match(line)]
    return _unique(name for value in values for name in addresses(value))[:1]


def _telling_line(text: str) -> str:
    """The line with a code, with what follows it up to the end of the paragraph; else the one that names a cause."""
    lines = text.split("\n")
    for says in (enhanced_codes, reply_codes, detail_of):
        start = next((i for i, line in enumerate(lines) if says(line)), None)
        if start is not None:
            return one_line(" ".join(_paragraph(lines[start:])))
    return ""


def _paragraph(lines: list[str]) -> Iterator[str]:
    for line in lines[:8]:
        if not line.strip():
            return
        yield line


def _unique(names: Iterable[str]) -> list[str]:
    """Each address once, whatever its case, in the order found."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return list(first.values())
