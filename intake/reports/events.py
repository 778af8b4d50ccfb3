"""Delivery events as JSON in a mail: what Amazon SES sends through SNS subscriptions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from intake.message import Message
from intake.reports.notice import readable
from intake.reports.status import best_status
from intake.reports.text import TEXT_LIMIT, addresses, one_line
from intake.signals import Report

_LISTS = {"bouncedRecipients": "failed", "delayedRecipients": "delayed", "complainedRecipients": ""}


def events(message: Message) -> list[Report]:
    """The recipients of the event that the message holds; [] when it holds none."""
    event = _object(readable(message)[:TEXT_LIMIT])
    event = _object(event["Message"]) if isinstance(event.get("Message"), str) else event
    return [*_troubled(event), *_delivered(event)]


def _troubled(event: dict[str, Any]) -> Iterator[Report]:
    for section in event.values():
        for name, action in _LISTS.items():
            listed = section.get(name) if isinstance(section, dict) else None
            for entry in listed if isinstance(listed, list) else []:
                if isinstance(entry, dict) and (found := addresses(str(entry.get("emailAddress", "")))):
                    diagnostic = str(entry.get("diagnosticCode", ""))
                    status = best_status(str(entry.get("status", "")), diagnostic) if action else ""
                    yield Report(recipient=found[0], action=action, status=status, diagnostic=one_line(diagnostic))


def _delivered(event: dict[str, Any]) -> Iterator[Report]:
    section = event.get("delivery")
    if not isinstance(section, dict) or not isinstance(section.get("recipients"), list):
        return
    answer = str(section.get("smtpResponse", ""))
    for name in section["recipients"]:
        if found := addresses(str(name)):
            yield Report(
                recipient=found[0], action="delivered", status=best_status("", answer), diagnostic=one_line(answer)
            )


def _object(text: str) -> dict[str, Any]:
    try:
        value, _ = (
            json.JSONDecoder(strict=False).raw_decode(text.lstrip()) if text.lstrip().startswith("{") else ({}, 0)
        )
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
