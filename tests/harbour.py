"""The company that the tests work for, and its people: Harbour Home, homeware, England."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from intake.policy import Brand, Department, Key, Person, Policy

ASHA = Person(
    id="asha",
    name="Asha Patel",
    email="asha@staff.harbour.example",
    department="Customer Care",
    limit=5000,
    approver="ben",
    login="asha",
)
KIM = Person(
    id="kim",
    name="Kim Lindqvist",
    email="kim@staff.harbour.example",
    department="Customer Care",
    limit=5000,
    approver="ben",
)
BEN = Person(
    id="ben",
    name="Ben Okoro",
    email="ben@staff.harbour.example",
    department="Customer Care",
    role="leader",
    limit=25000,
)
WES = Person(id="wes", name="Wes Tan", email="wes@staff.harbour.example", department="Warehouse")

HARBOUR = Brand(
    id="harbour",
    name="Harbour Home",
    prefix="HH",
    addresses=("help@harbour.example", "complaints@harbour.example"),
    rota=dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ("asha",)),
    seniors=("ben",),
    phone="020 7946 0123",
    website="https://harbour.example",
)

POLICY = Policy(
    brands=(HARBOUR,),
    people=(ASHA, KIM, BEN, WES),
    departments=(Department(name="Customer Care", handler="asha"), Department(name="Warehouse", handler="wes")),
    keys=(Key(id="k", secret=b"only for tests, thirty-two bytes"),),
    authserv_ids=("mx.harbour.example",),
)

TUESDAY = datetime(2026, 1, 13, 10, 4, tzinfo=UTC)  # a working day, inside opening hours


@dataclass
class FakeClock:
    """Time that passes when it is told to."""

    at: datetime = TUESDAY

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def advance(self, **delta: float) -> None:
        self.at += timedelta(**delta)


@dataclass
class FakeIds:
    """Chance without chance."""

    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(48291357))

    def case_number(self) -> int:
        return next(self.numbers) % 10**8

    def letter(self) -> str:
        return f"l{next(self.numbers):015d}"

    def token(self) -> str:
        return f"t{next(self.numbers):031d}"

    def jitter(self) -> float:
        return 0.5
