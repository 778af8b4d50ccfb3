"""Values of the intake room as stored JSON, and back."""

from __future__ import annotations

from typing import Any

from msgspec import convert, to_builtins

from intake.case import Case
from intake.message import Checked, Envelope, Scanned


def from_case(case: Case) -> Any:
    return to_builtins(case)


def to_case(data: Any) -> Case:
    return convert(data, Case)


def from_envelope(envelope: Envelope) -> Any:
    return to_builtins(envelope)


def to_envelope(data: Any) -> Envelope:
    return convert(data, Envelope)


def from_checked(checked: Checked) -> Any:
    return to_builtins(checked)


def to_checked(data: Any) -> Checked | None:
    return None if data is None else convert(data, Checked)


def from_scanned(scanned: Scanned) -> Any:
    return to_builtins(scanned)


def to_scanned(data: Any) -> Scanned | None:
    return None if data is None else convert(data, Scanned)
