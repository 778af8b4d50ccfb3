"""Values of the intake room as stored JSON, and back."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from intake.case import Case
from intake.message import Checked, Envelope, Scanned


@cache
def _cases() -> TypeAdapter[Case]:
    return TypeAdapter(Case)


@cache
def _envelopes() -> TypeAdapter[Envelope]:
    return TypeAdapter(Envelope)


@cache
def _findings() -> TypeAdapter[Checked]:
    return TypeAdapter(Checked)


@cache
def _scans() -> TypeAdapter[Scanned]:
    return TypeAdapter(Scanned)


def from_case(case: Case) -> Any:
    return _cases().dump_python(case, mode="json")


def to_case(data: Any) -> Case:
    return _cases().validate_python(data)


def from_envelope(envelope: Envelope) -> Any:
    return _envelopes().dump_python(envelope, mode="json")


def to_envelope(data: Any) -> Envelope:
    return _envelopes().validate_python(data)


def from_checked(checked: Checked) -> Any:
    return _findings().dump_python(checked, mode="json")


def to_checked(data: Any) -> Checked | None:
    return None if data is None else _findings().validate_python(data)


def from_scanned(scanned: Scanned) -> Any:
    return _scans().dump_python(scanned, mode="json")


def to_scanned(data: Any) -> Scanned | None:
    return None if data is None else _scans().validate_python(data)
