"""Structured logs: JSON for machines, readable on a terminal. Events are slugs; fields are ids, counts and codes.

Nothing personal is ever handed to a logger. As a second line of defence `scrub` masks whatever looks like an address.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

ADDRESS = re.compile(r"[^\s<>\"']{1,64}@[^\s<>\"',;]{1,255}")


def configure(form: str, level: str) -> None:
    """Set logging up once, at start. `form` is "json", "console" or "auto" (console on a terminal)."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    number = logging.getLevelNamesMapping()[level.upper()]
    renderer = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            fault,
            scrub,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Unfailing(sys.stderr))),
    )
    _quieten_libraries(logging.WARNING)


class _Unfailing:
    """A log that cannot be written, because it is full, closed or nobody reads it, is no reason to turn mail away."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


def scrub(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask addresses that slipped into a field, and write out what would end the line or steer a terminal."""
    for key, value in event.items():
        event[key] = _masked(value)
    return event


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        masked = ADDRESS.sub("(address)", value) if "@" in value else value
        return masked if masked.isprintable() else masked.encode("unicode_escape").decode()
    return [_masked(each) for each in value] if isinstance(value, list | tuple) else value


def fault(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception becomes where it happened and its type: its text may quote a customer's words."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["fault"] = where(error)
    return event


def where(error: BaseException) -> str:
    """The type of an exception and the places it passed through, innermost last, without its text."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__name__} at {' > '.join(places[-8:])}"


def _quieten_libraries(level: int) -> None:
    """Libraries log bodies, addresses and tracebacks: only their bare warnings pass, through the same scrubber."""
    root = logging.getLogger()
    root.handlers[:] = [_Bridge()]
    root.setLevel(level)


class _Bridge(logging.Handler):
    """Libraries' records, reduced to the logger's name and level."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        structlog.get_logger().warning(
            "library_warning", library=record.name, severity=record.levelname.lower(), exc_info=error
        )
