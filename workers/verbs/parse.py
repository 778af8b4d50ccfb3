"""`parse`: what we understand of a message. Pure: no database, no settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from intake.describe import describe
from intake.message import Message, RawMessage
from intake.parse import parse
from intake.senders.kind import kind
from workers.clock import SystemClock
from workers.verbs import output
from workers.verbs.files import Format, messages


def run(paths: Sequence[Path], form: Format, *, as_json: bool) -> int:
    """Print every message of every file, in order. An unreadable file is an object with "error", and status 1 at the end."""
    status = 0
    for path in paths:
        for found in _of_file(path, form):
            status |= "error" in found
            output.line(found) if as_json else _show(found)
    return status


def _of_file(path: Path, form: Format) -> Iterator[dict[str, Any]]:
    try:
        for index, raw in enumerate(messages(path, form, now=SystemClock().now())):
            yield {"path": str(path), "index": index, **understood(raw)}
    except OSError as error:
        yield {"path": str(path), "error": error.strerror or "cannot be read"}


def understood(raw: RawMessage) -> dict[str, Any]:
    """The contract's object for one message."""
    message: Message = parse(raw)
    its = kind(message, raw.envelope)
    return describe(message, origin=its.origin, reports=its.reports, refusal=its.refusal)


def _show(found: dict[str, Any]) -> None:
    if "error" in found:
        output.complain(f"{found['path']}: {found['error']}")
        return
    for key in (
        "path",
        "from",
        "to",
        "subject",
        "sent_at",
        "origin",
        "auto_reply_allowed",
        "auto_reply_reason",
        "defects",
    ):
        output.say(f"{key:>18}: {found[key]}")
    for attachment in found["attachments"]:
        output.say(f"{'attachment':>18}: {attachment['name']} ({attachment['type']}, {attachment['size']} bytes)")
    output.say(f"{'newly written':>18}:\n{found['reply']}\n")
