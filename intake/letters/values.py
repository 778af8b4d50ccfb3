"""What the templates of letters are given: plain words and numbers about a case, never the objects themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

from babel.numbers import format_currency, get_currency_precision
from markupsafe import Markup

from intake.case import Case, Promise, Status
from intake.hours import Calendar, say_day, say_when
from intake.letters.stationery import duration
from intake.message import Attachment
from intake.mime import magic
from intake.policy import Brand, Person, Policy
from intake.words import REPLY_MARKER, REPLY_MARKERS

MAX_WORDS = 20_000  # characters of a customer's message in a letter to staff
MAX_FILES = 10_000_000  # bytes of files that go along: many servers refuse mail of more than 20 MB on the wire
Withheld: TypeAlias = Literal["", "files-infected", "files-not-scanned"]  # why files do not go along
Told: TypeAlias = Literal["", "dated", "last"]
"""What customers hear of a broken promise: nothing; when they hear from us now; that no more comes by machine."""
RICH_TAGS = {"p", "br", "div", "b", "strong", "i", "em", "u", "ul", "ol", "li", "blockquote", "a", "pre", "code"}
RICH_SCHEMES = {"https", "http", "mailto", "tel"}
RE_PREFIX = re.compile(r"^(?:\s{0,3}(?:re|aw|fwd?|wg|sv|tr)\s{0,3}:){1,20}\s{0,3}", re.IGNORECASE)
REF_SUFFIX = re.compile(r"\s{0,3}\[[A-Z]{2,4}-\d{4}-\d{4}[A-Z]\]$")


class Named(NamedTuple):
    """A person in a letter. To a form they are two texts, so that everybody's letters are of one situation."""

    name: str
    first: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """The brand in a letter."""

    name: str
    colour: str
    phone: str
    website: str


def about_case(case: Case | None, brand: Brand, policy: Policy) -> dict[str, Any]:
    """What letters to customers and staff may say alike. Nothing of it was written by a customer."""
    return {
        "brand": Letterhead(name=brand.name, colour=brand.colour, phone=brand.phone, website=brand.website),
        "ref": case.ref if case else "",
        "channel": case.route.channel if case else "mail",
        "complex": bool(case and case.complex),
        "owner": named(policy.person(case.owner) if case else None, brand),
        "handler": named(policy.person(case.handler) if case else None, brand),
        "contact": _contact(case) if case else "",
    }


def about_promise(promise: Promise | None, now: datetime, brand: Brand, locale: str) -> dict[str, Any]:
    """When it is due, in the brand's time, and how long that is from now. Empty words where there is no promise."""
    left = promise.due_at - now if promise else timedelta()
    return {
        "due": say_when(promise.due_at, now, brand.hours, locale) if promise else "",
        "promised": bool(promise and promise.kind == "news"),
        "left": duration(int(left.total_seconds() // 60), locale) if left > timedelta(minutes=1) else "",
    }


def for_staff(case: Case, person: Person, brand: Brand, policy: Policy, locale: str) -> Mapping[str, Any]:
    """All that is known of a case, in words."""
    approver = policy.person(person.approver)
    resolver = policy.person(case.resolved_by)
    return {
        "customer": case.customer_name,
        "issue": case.issue,
        "regarding": case.issue.strip().rstrip(".") or "your message to us",
        "matters": case.matters,
        "related": case.related,
        "contacts": str(case.contacts),
        "answers": str(case.replies),
        "first_time": case.first_time,
        "department": case.department,
        "limit": money(person.limit, brand.currency, locale),
        "approver": approver.name if approver else "",
        "status": _status(case),
        "received": _moment(case.received_at, brand, locale),
        "resolution": case.resolution,
        "resolver": resolver.name if resolver else "",
        "followed_up": case.followed_up_on.isoformat() if case.followed_up_on else "",
        "ideas": case.ideas,
    }


def named(person: Person | None, brand: Brand) -> Named:
    """How a person is called. For somebody who has left it is the brand that stands in."""
    name = person.name if person else brand.name
    return Named(name=name, first=name.split()[0] if person and name.split() else name)


def marker_for(locale: str) -> str:
    """The line above which people answer, as `intake.words` finds it again in what comes back."""
    return REPLY_MARKERS.get(locale.partition("_")[0], REPLY_MARKER)


def locale_of(brand: Brand, language: str | None) -> str:
    """The brand's locale for a customer's language, or the brand's own."""
    known = (brand.locale, *brand.locales)
    return next((locale for locale in known if locale.partition("_")[0] == language), brand.locale)


@lru_cache(maxsize=1000)
def money(minor: int, currency: str, locale: str) -> str:
    """An amount in minor units of a currency (ISO 4217), "" for none."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=locale) if minor else ""


def shortened(words: str) -> str:
    """Somebody's words, as much of them as a letter holds."""
    return words if len(words) <= MAX_WORDS else words[:MAX_WORDS] + "\n[...]"


def carried(files: Sequence[Attachment], withheld: Withheld) -> tuple[Attachment, ...]:
    """The files that a letter to staff takes along, in order, as long as there is room. The others stay with the case."""
    taken: list[Attachment] = []
    for file in () if withheld else files:
        if sum(t.size for t in taken) + file.size <= MAX_FILES:
            taken.append(file)
    return tuple(taken)


def about_files(files: Sequence[Attachment], withheld: Withheld) -> dict[str, Any]:
    """The names of those that go along, the names of those that are kept, and why."""
    taken = carried(files, withheld)
    kept = tuple(file.name for file in files if file not in taken)
    return {"files": tuple(map(_listed, taken)), "kept": kept, "withheld": withheld}


def _listed(file: Attachment) -> str:
    """Its name; and where it is not what its sender says, that."""
    return file.name if magic.borne_out(file.type, file.content) else f"{file.name} (take care: it is no {file.type})"


def topic_of(subject: str) -> str:
    """A subject without what mail programs and we have put around it."""
    return REF_SUFFIX.sub("", RE_PREFIX.sub("", " ".join(subject[:500].split())))


def rich_text(html: str | None) -> Markup:
    """HTML that a member of staff wrote, down to its words and their emphasis: no pictures, no styles, nothing hidden."""
    if not html:
        return Markup()
    from nh3 import clean  # which takes up memory, with the first of them

    links = {"a": {"href"}}
    return Markup(clean(html, tags=RICH_TAGS, attributes=links, url_schemes=RICH_SCHEMES))  # noqa: S704 - it is clean


def _contact(case: Case) -> str:
    return case.route.address if case.route.channel == "mail" else case.route.channel


def _status(case: Case) -> str:
    settled = "resolved and followed up" if case.settled else "resolved"
    return settled if case.status is Status.RESOLVED else case.status.value.replace("_", " ")


def _moment(at: datetime, brand: Brand, locale: str) -> str:
    local = Calendar(brand.hours).local(at)
    return f"{say_day(local.date(), 'EEEE d MMMM yyyy', locale)}, {local:%H:%M}"
