"""The lamp's case, what was promised about it, and letters that are written about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from intake.case import Case, Promise
from intake.hours import promise_due
from intake.letters.letter import Letter
from intake.letters.rehearsal import repertoire, sample
from tests.harbour import ASHA, HARBOUR, POLICY, TUESDAY
from tests.paper import BILINGUAL, letters, stationery

PEN = letters()
REF = "HH-4829-1357K"
CASE = replace(sample(POLICY, HARBOUR), handler="asha", complex=False, promises=(), first_time="", related=())
AT = {"cause": "inbound:1", "now": TUESDAY}


def promise(due_at: datetime, kind: str = "news", made_at: datetime = TUESDAY) -> Promise:
    return Promise(id="p1", kind=kind, made_at=made_at, due_at=due_at, made_by="daemon")


TODAY = promise(promise_due(TUESDAY, HARBOUR.hours))


def acknowledgement(case: Case = CASE, told: Promise | None = TODAY, *, ask: bool = False, **at: datetime) -> Letter:
    return PEN.acknowledgement(case, **{**AT, **at}, promise=told, ask_first_time=ask)


def notification(case: Case = CASE, **changes: object) -> Letter:
    given = {"words": case.words, "reasons": ("first-contact",), "kind_of": "new", "promise": TODAY, **AT, **changes}
    return PEN.notification(case, ASHA, **given)


def every_letter() -> Iterator[Letter]:
    for locale in BILINGUAL.locales:
        for letter in repertoire(POLICY, BILINGUAL, locale, stationery()):
            yield letter()
