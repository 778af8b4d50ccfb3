"""Letters: from a case and what happened to the letter that says so, one method for each kind.

Methods choose who is written to and which values the template gets; every sentence is in the templates. Letters that go out by
themselves carry no word that a customer wrote. A promise is told to customers only if it was made to them (kind "news").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from intake.case import Case, Promise, Route
from intake.hours import say_when
from intake.letters.letter import Letter, LetterKind
from intake.letters.stationery import Stationery
from intake.letters.values import (
    Told,
    Withheld,
    about_case,
    about_files,
    about_promise,
    carried,
    for_staff,
    locale_of,
    marker_for,
    named,
    rich_text,
    shortened,
    topic_of,
)
from intake.message import Attachment
from intake.policy import Brand, Person, Policy
from intake.reference import compact
from intake.tokens import confirm_address, customer_address, note_address, staff_address

About = Literal["new", "again", "held", "passed", "reopened"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Letters:
    """The desk's pen. It is pure: the same arguments write the same letter."""

    policy: Policy
    stationery: Stationery

    def acknowledgement(
        self, case: Case, *, cause: str, now: datetime, promise: Promise | None, ask_first_time: bool
    ) -> Letter:
        """We have it, this person looks after it, you hear from us by then."""
        asked: dict[str, Any] = {"ask_first_time": ask_first_time}
        return self._to_customer(LetterKind.ACKNOWLEDGEMENT, case, cause, now, promise=promise, **asked)

    def repeat_acknowledgement(self, case: Case, *, cause: str, now: datetime, promise: Promise | None) -> Letter:
        """The person who dealt with it before has it. The first-time question is not asked: the register knows."""
        return self._to_customer(LetterKind.REPEAT_ACKNOWLEDGEMENT, case, cause, now, promise=promise)

    def promise_broken(self, case: Case, *, cause: str, now: datetime, broken: Promise, new: Promise | None) -> Letter:
        """An honest word about a promise that was not, or cannot be, kept; and the new one, if a machine may make one."""
        late = now >= broken.due_at
        return self._to_customer(LetterKind.PROMISE_BROKEN, case, cause, now, promise=new, broken=broken, late=late)

    def follow_up(self, case: Case, *, cause: str, now: datetime) -> Letter:
        """Has everything been resolved? In the owner's name."""
        return self._to_customer(LetterKind.FOLLOW_UP, case, cause, now, person=self.policy.person(case.owner))

    def reply(
        self,
        case: Case,
        person: Person,
        *,
        cause: str,
        now: datetime,
        text: str,
        html: str | None = None,
        promise: Promise | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Letter:
        """A member of staff's own words, from the desk. A promise made in it is said as a dated sentence below them."""
        return self._to_customer(
            LetterKind.REPLY,
            case,
            cause,
            now,
            person=person,
            promise=promise,
            automatic=False,
            attachments=attachments,
            words=text,
            rich=rich_text(html),
            topic=topic_of(case.last_subject),
        )

    def notification(
        self,
        case: Case,
        person: Person,
        *,
        cause: str,
        now: datetime,
        words: str,
        reasons: tuple[str, ...],
        kind_of: About,
        promise: Promise | None,
        attachments: Sequence[Attachment] = (),
        withheld: Withheld = "",
    ) -> Letter:
        """To whoever handles the case: what came, and all that is known."""
        return self._to_staff(
            LetterKind.NOTIFICATION,
            case,
            person,
            cause,
            now,
            promise=promise,
            attachments=carried(attachments, withheld),
            words=shortened(words),
            reasons=reasons,
            kind_of=kind_of,
            **about_files(attachments, withheld),
        )

    def nudge(
        self, case: Case, person: Person, *, cause: str, now: datetime, promise: Promise, percent: int, told: Told
    ) -> Letter:
        """So much of the time is gone; at 100 percent the promise is broken, and the customer was `told` what."""
        known: dict[str, Any] = {"percent": percent, "told": told, "words": shortened(case.words)}
        return self._to_staff(LetterKind.NUDGE, case, person, cause, now, promise=promise, **known)

    def follow_up_task(self, case: Case, person: Person, *, cause: str, now: datetime, due_at: datetime) -> Letter:
        """To the owner: call the customer, and what to say."""
        task = Promise(id="task", kind="task", made_at=now, due_at=due_at, made_by="daemon")
        return self._to_staff(LetterKind.FOLLOW_UP_TASK, case, person, cause, now, promise=task)

    def status(self, case: Case, person: Person, *, cause: str, now: datetime, history: tuple[str, ...]) -> Letter:
        """Where a case stands. `history` holds one sentence an event, oldest first."""
        promise = next(iter(case.open_promises), None)
        return self._to_staff(LetterKind.STATUS, case, person, cause, now, promise=promise, history=history)

    def refusal(
        self,
        person: Person,
        *,
        brand: Brand,
        case: Case | None,
        cause: str,
        now: datetime,
        reason: str,
        detail: str,
        subject: str,
    ) -> Letter:
        """What they sent was not done: a slug, and a sentence that helps."""
        return self._to_person(
            LetterKind.REFUSAL, person, brand, case, cause, now, reason=reason, detail=detail, topic=topic_of(subject)
        )

    def hold_notice(
        self,
        person: Person,
        *,
        brand: Brand,
        case: Case | None,
        cause: str,
        now: datetime,
        reason: str,
        words: str,
        related: tuple[str, ...],
        held: int | None = None,
    ) -> Letter:
        """Something waits for this person, or went wrong with their case: a slug, and the words it is about.

        `held` is the message that they may confirm to be theirs.
        """
        return self._to_person(
            LetterKind.HOLD_NOTICE,
            person,
            brand,
            case,
            cause,
            now,
            reason=reason,
            words=shortened(words),
            related=related,
            confirm_address=confirm_address(self.policy, brand, held, person.id, now) if held else "",
        )

    def _to_customer(
        self,
        kind: LetterKind,
        case: Case,
        cause: str,
        now: datetime,
        *,
        person: Person | None = None,
        promise: Promise | None = None,
        broken: Promise | None = None,
        automatic: bool = True,
        attachments: Sequence[Attachment] = (),
        **values: Any,
    ) -> Letter:
        brand = self.policy.brand(case.brand)
        locale = self.stationery.locale_for(kind, locale_of(brand, case.language))
        reply_address = customer_address(self.policy, brand, case.ref)
        told = promise if promise and promise.kind == "news" else None
        written = self.stationery.write(
            kind,
            locale=locale,
            values={
                **about_case(case, brand, self.policy),
                **about_promise(told, now, brand, locale),
                "broken_due": say_when(broken.due_at, now, brand.hours, locale) if broken else "",
                "person": named(person, brand),
                "reply_address": reply_address if case.route.channel == "mail" else "",
                "marker": marker_for(locale) if case.route.channel == "mail" else "",
                **values,
            },
        )
        return Letter(
            kind=kind,
            cause=cause,
            case_ref=case.ref,
            brand=brand.id,
            to=case.route,
            person=person.id if person else "",
            subject=written.subject,
            text=written.text,
            html=written.html,
            automatic=automatic,
            from_name=written.from_name or brand.name,
            reply_address=reply_address,
            in_reply_to=case.last_message_id,
            references=case.thread,
            attachments=tuple(attachments),
        )

    def _to_staff(
        self,
        kind: LetterKind,
        case: Case,
        person: Person,
        cause: str,
        now: datetime,
        *,
        promise: Promise | None = None,
        attachments: Sequence[Attachment] = (),
        **values: Any,
    ) -> Letter:
        """A letter to staff about a case, with everything that is known of it."""
        brand = self.policy.brand(case.brand)
        locale = self.stationery.locale_for(kind, brand.locale)
        known = {**about_promise(promise, now, brand, locale), **for_staff(case, person, brand, self.policy, locale)}
        return self._to_person(kind, person, brand, case, cause, now, attachments=attachments, **{**known, **values})

    def _to_person(
        self,
        kind: LetterKind,
        person: Person,
        brand: Brand,
        case: Case | None,
        cause: str,
        now: datetime,
        *,
        attachments: Sequence[Attachment] = (),
        **values: Any,
    ) -> Letter:
        """A letter to a member of staff. All letters about one case are one thread in their mail program."""
        thread = (f"{compact(case.ref)}.case@{brand.addresses[0].partition('@')[2]}",) if case else ()
        locale = self.stationery.locale_for(kind, brand.locale)
        written = self.stationery.write(
            kind,
            locale=locale,
            values={
                **about_case(case, brand, self.policy),
                "person": named(person, brand),
                "marker": marker_for(locale) if case else "",
                "reply_goes_to": brand.staff_reply,
                "token_days": self.policy.token_days,
                "note_address": note_address(self.policy, brand, case.ref, person.id, now) if case else "",
                **values,
            },
        )
        return Letter(
            kind=kind,
            cause=cause,
            case_ref=case.ref if case else "",
            brand=brand.id,
            to=Route(channel="mail", address=person.email),
            to_name=person.name,
            person=person.id,
            subject=written.subject,
            text=written.text,
            html=written.html,
            automatic=True,
            from_name=written.from_name or brand.name,
            reply_address=staff_address(self.policy, brand, case.ref, person.id, now) if case else "",
            in_reply_to=thread[0] if thread else "",
            references=thread,
            attachments=tuple(attachments),
        )
