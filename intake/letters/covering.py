"""The covering letter of an archive of what is kept about a person: what is in it, what was left out, and why."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from babel.dates import format_date
from jinja2 import TemplateError

from intake.case import Case
from intake.hours import Calendar
from intake.letters.stationery import Stationery
from intake.letters.values import about_case, locale_of
from intake.policy import Brand, Policy

NAME = "covering"
_WIDTH = 78
_TAKEN = ("messages", "letters", "attachments", "chats", "alone")
_LEFT_OUT = ("internal", "others", "machines", "notes")


def letter(
    newest: Case | None,
    policy: Policy,
    stationery: Stationery,
    *,
    taken: Mapping[str, int],
    left_out: Mapping[str, int],
    cases: int,
    now: datetime,
) -> str:
    """In the language of their newest case, by its brand; as plain text that any program shows well."""
    brand = policy.brand(newest.brand if newest else "")
    locale = locale_of(brand, newest.language if newest else None)
    found = stationery.locale_for(NAME, locale)
    day = format_date(Calendar(brand.hours).local(now).date(), "long", locale=found)
    values = {
        **about_case(None, brand, policy),
        "marker": "",
        "locale": found,
        "day": day,
        "address": brand.addresses[0],
        "cases": cases,
        **{name: taken.get(name, 0) for name in _TAKEN},
        **{name: left_out.get(name, 0) for name in _LEFT_OUT},
    }
    return "\n".join(_wrapped(stationery.run(f"{found}/{NAME}.jinja", values).text))


def fault(brand: Brand, policy: Policy, stationery: Stationery, *, now: datetime) -> str:
    """What is wrong with the template, "" for nothing."""
    known = replace(policy, brands=(brand,))
    try:
        for number in (0, 3):
            some = dict.fromkeys((*_TAKEN, *_LEFT_OUT), number)
            said = letter(None, known, stationery, taken=some, left_out=some, cases=number, now=now)
            if not said.strip() or "{{" in said or "{%" in said:
                return "it says nothing, or a placeholder was left unfilled"
    except (TemplateError, LookupError, TypeError, ValueError) as error:
        return str(error)
    return ""


def _wrapped(text: str) -> Iterator[str]:
    for line in text.splitlines():
        indent = "  " if line.startswith("- ") else ""
        yield textwrap.fill(line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
