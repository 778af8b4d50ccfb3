"""How a company wants it done: data that `config` loads and checks, and that every decision is given.

Times of day are local to the brand's zone. Addresses are lower case. Nothing here is a secret but `Key.secret`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """Opening hours and the working calendar."""

    zone: str = "Europe/London"  # IANA name
    days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    opens: time = time(9, 0)
    closes: time = time(17, 30)
    cut_off: time = time(15, 30)  # received later, "today" is not promised
    country: str = "GB"  # public holidays (ISO 3166-1)
    region: str = "ENG"  # its part, "" for the whole country
    closed_on: tuple[date, ...] = ()  # one-off closures
    zone_name: str = "UK time"  # as customers are told it


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Someone who works here."""

    id: str  # short, lower case, letters and digits: "asha"
    name: str
    email: str  # where notifications go; private, never shown to a customer
    department: str
    role: str = "agent"
    limit: int = 0  # of authority: what they may offer in one case, in minor units of the brand's currency
    approver: str = ""  # person id
    login: str = ""  # for authenticated submission, "" for none
    also: tuple[str, ...] = ()  # other addresses this person writes from


@dataclass(frozen=True, kw_only=True, slots=True)
class Department:
    """A team that a case can be passed to."""

    name: str
    handler: str  # person id: who takes what is passed to the team


@dataclass(frozen=True, kw_only=True, slots=True)
class Promises:
    """What customers are told by themselves, and when staff are reminded."""

    follow_up_hours: int = 24  # a follow-up is made at the latest so long after resolution, on a working day
    renew_working_hours: int = 3  # an honest new date, counted from the start of the next working day
    nudge_at: tuple[int, ...] = (50, 75, 90)  # percent of the promised time
    quiet_minutes: int = 5  # before the due time, when the honest letter goes out
    first_contact_counts: bool = (
        True  # a customer who says at first contact that all is well counts as followed up that day
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class AckLimits:
    """How many automatic letters may go out. Beyond, mail is filed and nobody is answered."""

    max_age_hours: int = 24  # older mail gets none
    per_sender_24h: int = 3
    per_domain_1h: int = 100
    per_case_24h: int = 1
    all_1m: int = 300
    unproven_1m: int = 30  # to senders without an aligned DMARC pass


@dataclass(frozen=True, kw_only=True, slots=True)
class Matching:
    """When a repeat contact joins its case by content alone. Scores are 0 to 100."""

    join_at: int = 80
    doubt_at: int = 50
    within_days: int = 90
    matter_patterns: tuple[
        str, ...
    ] = ()  # further regular expressions with one group, beside the built-in order numbers


@dataclass(frozen=True, kw_only=True, slots=True)
class Brand:
    """One name under which the company speaks."""

    id: str  # "harbour"
    name: str  # "Harbour Home"
    prefix: str = "HH"  # of case references, 2 to 4 capital letters
    addresses: tuple[str, ...]  # where customers write to; the first is the desk's From
    hours: Hours = Hours()
    locale: str = "en_GB"
    locales: tuple[str, ...] = ("en_GB",)  # that letters can be written in
    colour: str = "#0b5c55"
    phone: str = ""  # as customers are told it
    website: str = ""
    currency: str = "GBP"
    rota: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # day -> person ids; the least busy one takes the case
    staff_reply: Literal["customer", "note"] = "customer"  # where a plain reply to a notification goes
    promises: Promises = Promises()
    acknowledgement: AckLimits = AckLimits()
    matching: Matching = Matching()
    seniors: tuple[str, ...] = ()  # person ids who are told of repeats and broken promises


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A signing key. The first one signs; all of them verify."""

    id: str  # one or two lower-case letters or digits
    secret: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """All of it."""

    brands: tuple[Brand, ...]
    people: tuple[Person, ...]
    departments: tuple[Department, ...] = ()
    keys: tuple[Key, ...]
    authserv_ids: tuple[str, ...] = ()  # of our own border servers (RFC 8601)
    border: Literal["standard", "microsoft"] = "standard"  # Microsoft 365 does not name itself in its verdicts
    token_days: int = 30  # how long a signed staff address is good
    department_of: Literal["owner", "handler"] = "owner"  # column 2 of the register

    def brand(self, brand_id: str) -> Brand:
        """The brand with this id; the first one for an unknown id, so that nothing is lost."""
        return next((b for b in self.brands if b.id == brand_id), self.brands[0])

    def person(self, person_id: str) -> Person | None:
        return next((p for p in self.people if p.id == person_id), None)

    def person_at(self, email: str | None) -> Person | None:
        """Whose address this is. It proves nothing about who wrote."""
        return next((p for p in self.people if email and (email == p.email or email in p.also)), None)

    def person_with_login(self, login: str | None) -> Person | None:
        return next((p for p in self.people if login and login == p.login), None)

    def department(self, name: str) -> Department | None:
        return next((d for d in self.departments if d.name.casefold() == name.casefold()), None)

    def brand_at(self, address: str) -> Brand | None:
        """The brand that owns this address of ours (lower case, without tag)."""
        return next((b for b in self.brands if address in b.addresses), None)
