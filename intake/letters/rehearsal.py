"""The dress rehearsal: every kind of letter is written for a sample case, in every locale, before the first customer comes.

A template that asks for a value there is none of, or says nothing, is found at start-up and not on a Friday night.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any, get_args

from jinja2 import TemplateError

from intake.case import Case, Promise, Route, Status
from intake.letters import covering
from intake.letters.kinds import About, Letters
from intake.letters.letter import Letter
from intake.letters.stationery import Stationery
from intake.letters.values import Told
from intake.policy import Brand, Person, Policy
from intake.reference import make

NOW = datetime(2026, 1, 13, 10, 4, tzinfo=UTC)
PROMISE = Promise(id="p1", kind="news", made_at=NOW, due_at=NOW + timedelta(hours=7, minutes=26), made_by="daemon")
RENEWED = replace(PROMISE, id="p2", due_at=NOW + timedelta(hours=26))
TARGET = replace(PROMISE, kind="target")
AT: dict[str, Any] = {"cause": "rehearsal", "now": NOW}
ABOUT: tuple[About, ...] = ("new", "again", "held", "passed", "reopened")
HELD = ("delivery-failed", "signed-address-expired", "two-candidates")


def rehearse(policy: Policy, stationery: Stationery) -> list[str]:
    """What is wrong with the templates: a sentence each, none twice; [] when every letter can be written."""
    faults: dict[str, None] = {}
    for brand, locale in ((b, x) for b in policy.brands for x in dict.fromkeys((b.locale, *b.locales))):
        for letter in repertoire(policy, brand, locale, stationery):
            try:
                said = _look(letter())
            except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                said = str(error)
            if said:
                faults[f"letter {locale}/{letter.func.__name__} for brand {brand.id}: {said}"] = None
        if said := covering.fault(replace(brand, locale=locale), policy, stationery, now=NOW):
            faults[f"letter {locale}/{covering.NAME} for brand {brand.id}: {said}"] = None
    return list(faults)


def sample(policy: Policy, brand: Brand, *, channel: str = "mail", rich: bool = True) -> Case:
    """A complaint as it might come: with everything filled in, or with as little as there can be."""
    person = policy.people[0]
    bare = Case(
        ref=make(brand.prefix, 48291357),
        brand=brand.id,
        route=Route(channel=channel, address="jo.marsh@example.org" if channel == "mail" else "3f9a"),
        owner=person.id,
        handler=policy.people[-1].id,
        department=person.department,
        received_at=NOW,
        language=brand.locale.partition("_")[0],
    )
    if not rich:
        return replace(bare, status=Status.HELD)
    return replace(
        bare,
        customer_name="Jo Marsh",
        issue="Wrong lamp shade supplied (order 88123)",
        matters=("88123",),
        complex=True,
        first_time="asked",
        promises=(PROMISE,),
        replies=1,
        words="My lamp (order 88123) came with the wrong shade.\nBit disappointed as it's a present for Saturday.",
        last_subject="Re: Wrong lamp shade",
        last_message_id="a1@example.org",
        thread=("a1@example.org",),
        resolution="Replacement sent",
        resolved_by=person.id,
        resolved_at=NOW,
        followed_up_on=NOW.date(),
        ideas=("Check the shade before packing",),
        related=(make(brand.prefix, 11112222),),
    )


def repertoire(policy: Policy, brand: Brand, locale: str, stationery: Stationery) -> Iterator[partial[Letter]]:
    """Every letter, not yet written: for mail and for chat, for a case with much and one with little in it."""
    spoken = replace(brand, locale=locale)
    pen = Letters(policy=replace(policy, brands=(spoken,)), stationery=stationery)
    for channel, rich in product(("mail", "chat"), (True, False)):
        case = sample(policy, spoken, channel=channel, rich=rich)
        yield from _to_customer(pen, case, policy.people[0])
        yield from _to_staff(pen, case, policy.people[0], spoken)


def _to_customer(pen: Letters, case: Case, person: Person) -> Iterator[partial[Letter]]:
    for promise in (PROMISE, None):
        yield partial(pen.acknowledgement, case, **AT, promise=promise, ask_first_time=promise is None)
        yield partial(pen.repeat_acknowledgement, case, **AT, promise=promise)
        yield partial(pen.reply, case, person, **AT, text="It is on its way.", promise=promise)
    for broken, renewed in product((PROMISE, replace(PROMISE, due_at=NOW)), (RENEWED, None)):
        yield partial(pen.promise_broken, case, **AT, broken=broken, new=renewed)
    yield partial(pen.follow_up, case, **AT)


def _to_staff(pen: Letters, case: Case, person: Person, brand: Brand) -> Iterator[partial[Letter]]:
    for kind_of, promise in zip(ABOUT, (PROMISE, TARGET, None, PROMISE, TARGET), strict=True):
        yield partial(
            pen.notification,
            case,
            person,
            **AT,
            words=case.words,
            reasons=("first-contact",),
            kind_of=kind_of,
            promise=promise,
        )
    for percent, promise, told in product((50, 100), (PROMISE, TARGET), get_args(Told)):
        yield partial(pen.nudge, case, person, **AT, promise=promise, percent=percent, told=told)
    yield partial(pen.follow_up_task, case, person, **AT, due_at=RENEWED.due_at)
    yield partial(pen.status, case, person, **AT, history=("A customer wrote.",))
    for about, reason in product((case, None), HELD):
        about_it = {"brand": brand, "case": about, "reason": reason, **AT}
        yield partial(pen.refusal, person, **about_it, detail="There is no such team.", subject="Re: a lamp")
        yield partial(pen.hold_notice, person, **about_it, words=case.words, related=case.related)


def _look(letter: Letter) -> str:
    """What is wrong with a letter as it was written, "" for nothing."""
    if not letter.subject.strip() or not letter.text.strip() or not letter.html.strip():
        return "it has no subject, or says nothing"
    if "{{" in letter.text or "{%" in letter.text:
        return "a placeholder was left unfilled"
    if letter.case_ref and letter.case_ref not in letter.text:
        return "it does not say the reference"
    return ""
