"""Values of the intake room as stored JSON, and back."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from intake.case import Case
from intake.message import Envelope


@cache
def _cases() -> TypeAdapter[Case]:
    return TypeAdapter(Case)


@cache
def _envelopes() -> TypeAdapter[Envelope]:
    return TypeAdapter(Envelope)


def from_case(case: Case) -> Any:
    return _cases().dump_python(case, mode="json")


def to_case(data: Any) -> Case:
    return _cases().validate_python(data)


def from_envelope(envelope: Envelope) -> Any:
    return _envelopes().dump_python(envelope, mode="json")


def to_envelope(data: Any) -> Envelope:
    return _envelopes().validate_python(data)
