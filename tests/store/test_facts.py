"""What a decision is told about the past."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import event as listening

from intake.case import Kind, Route
from intake.deciding.decision import CaseChange, Due, Facts, Verdict
from intake.letters.letter import Delivery, LetterKind, Outcome
from intake.reference import compact, make
from store import facts, inbound, outbox
from store.database import Store
from store.schema import inbound as messages
from store.writer import Tx
from tests.harbour import TUESDAY
from tests.store.databases import Postgres
from tests.store.examples import ME, REF, decision, do, event, keys, letter, opened, raw, submission, take_in

JO = "jo@customer.example"
OTHER = make("HH", 1)


async def ask(store: Store, *, now=TUESDAY, **wanted: Any) -> Facts:
    [found] = await store.read(lambda tx: facts.facts(tx, [keys(**wanted)], now=now))
    return found


async def open_case(store: Store, *letters, ref: str = REF, **data: Any) -> None:
    made = decision(opened(ref, **data), ref=ref)
    await store.write(lambda tx: take_in(tx, made, *letters, source_id=ref))


async def test_a_stranger_leads_to_nothing(store: Store) -> None:
    assert (
        await ask(store, sender=JO, message_ids=("x@y",), token_refs=(compact(REF),), matters=("order:9",)) == Facts()
    )


async def test_every_kind_of_evidence_leads_to_its_case(store: Store) -> None:
    await open_case(store, (letter(), submission("l1")), participants=[JO, "chat-1"])
    wanted = {
        "by_token": {"token_refs": (compact(REF),)},
        "by_reference": {"case_refs": (REF,)},
        "by_message_id": {"message_ids": ("unknown@x", "l1@harbour.example")},
        "by_conversation": {"conversation": "chat-1"},
    }
    for name, asked in wanted.items():
        found = await ask(store, **asked)
        assert getattr(found, name).ref == REF, name
        others = set(wanted) - {name}
        assert all(getattr(found, other) is None for other in others), name


async def test_a_reply_to_a_customers_own_message_is_found_too(store: Store) -> None:
    await open_case(store)
    found = await ask(store, message_ids=("first@customer.example",))
    assert (found.by_message_id.ref, found.answers) == (REF, None)


async def test_the_nearest_of_our_letters_is_what_is_answered(store: Store) -> None:
    reply = letter(LetterKind.REPLY, text="We will send a new lamp.")
    await open_case(store, (letter(), submission("l1")), (reply, submission("l2")))
    found = await ask(store, message_ids=("l2@harbour.example", "l1@harbour.example"))
    assert (found.answers.kind, found.answers.text) == (LetterKind.REPLY, "We will send a new lamp.")


async def test_a_bounce_leads_to_its_letter_and_says_whether_it_had_left(store: Store) -> None:
    await open_case(store, (letter(), submission("l1")))
    waiting = await ask(store, bounce_letters=("l1",))
    [pending] = await store.write(lambda tx: outbox.claim(tx, node=ME, now=TUESDAY, limit=1, channels=["mail"]))
    await store.write(lambda tx: outbox.begin(tx, [pending.outbox_id], node=ME))
    sending = await ask(store, bounce_letters=("l1",))
    assert (waiting.reports_on.in_flight, sending.reports_on.in_flight) == (False, True)
    assert sending.reports_on.recipient == JO


async def test_the_cases_of_a_sender_come_newest_first_and_bounded(store: Store) -> None:
    refs = [make("HH", number) for number in range(25)]
    for number, ref in enumerate(refs):
        await open_case(store, ref=ref, at=TUESDAY + timedelta(minutes=number))
    found = await ask(store, sender=JO)
    assert [case.ref for case in found.of_contact] == refs[:4:-1]
    assert (found.contact_name, found.open_cases_of) == ("Jo Brown", {"asha": 25})


async def test_others_who_wrote_about_the_same_order_are_told_apart_from_the_sender(store: Store) -> None:
    await open_case(store)
    await open_case(store, ref=OTHER, address="mo@customer.example")
    found = await ask(store, sender=JO, matters=("order:1234567",))
    assert [case.ref for case in found.of_contact] == [REF]
    assert [case.ref for case in found.same_matter] == [OTHER]


async def test_a_merged_case_is_stood_for_by_the_one_that_took_it_in(store: Store) -> None:
    await open_case(store)
    await open_case(store, ref=OTHER, address="mo@customer.example")
    merged = Due(changes=(CaseChange(ref=REF, events=(event(Kind.CASE_MERGED, actor="asha", into=OTHER),)),))
    await store.write(lambda tx: do(tx, merged))
    found = await ask(
        store, case_refs=(REF,), token_refs=(compact(REF),), message_ids=("first@customer.example",), sender=JO
    )
    assert {found.by_reference.ref, found.by_token.ref, found.by_message_id.ref} == {OTHER}
    assert found.of_contact == ()


async def test_the_same_mail_by_another_way_is_a_duplicate_of_the_first(store: Store) -> None:
    blob = b"Message-ID: <a@b>\r\nSubject: x\r\n\r\nbody\r\n"
    again = b"Received: from elsewhere\r\n" + blob
    first = await store.write(lambda tx: inbound.receive(tx, raw("1", blob=blob)).inbound_id)
    second = await store.write(lambda tx: inbound.receive(tx, raw("2", blob=again)).inbound_id)
    mark = await store.read(lambda tx: tx.scalar(messages.select().with_only_columns(messages.c.fingerprint).limit(1)))
    assert (await ask(store, inbound_id=first, fingerprint=mark)).duplicate_of is None
    assert (await ask(store, inbound_id=second, fingerprint=mark)).duplicate_of == first
    await store.write(lambda tx: do(tx, decision(verdict=Verdict.RECORD, case_ref=None), inbound_id=second))
    assert (await ask(store, inbound_id=first, fingerprint=mark)).duplicate_of == second
    assert (await ask(store, fingerprint="")).duplicate_of is None


async def test_a_message_that_is_asked_about_again_is_not_its_own_duplicate(store: Store) -> None:
    again = await store.write(lambda tx: inbound.receive(tx, raw("1")).inbound_id)
    await store.write(lambda tx: do(tx, decision(verdict=Verdict.RECORD, case_ref=None), inbound_id=again))
    mark = await store.read(lambda tx: tx.scalar(messages.select().with_only_columns(messages.c.fingerprint)))
    assert (await ask(store, inbound_id=again, fingerprint=mark)).duplicate_of is None


async def test_messages_without_a_fingerprint_are_not_the_same(store: Store) -> None:
    bare = await store.write(lambda tx: inbound.receive(tx, raw("1")).inbound_id)
    await store.write(lambda tx: tx.execute(messages.update().values(fingerprint="")).rowcount)
    assert (await ask(store, inbound_id=bare + 1, fingerprint="")).duplicate_of is None


async def test_acknowledgements_are_counted_by_sender_domain_case_and_minute(store: Store) -> None:
    await open_case(store, (letter(), submission("l1")))
    neighbour = letter(cause="inbound:2", to=Route(channel="mail", address="mo@customer.example"))
    await store.write(lambda tx: do(tx, Due(), (neighbour, submission("l2"))))
    told = letter(LetterKind.NOTIFICATION, to=Route(channel="mail", address="asha@staff.harbour.example"))
    await store.write(lambda tx: do(tx, Due(), (told, submission("l3"))))

    async def counts(after: timedelta) -> tuple[int, ...]:
        found = await ask(store, sender=JO, case_refs=(REF,), now=TUESDAY + after)
        on_case = found.automatic_on_case_24h.get(REF, 0)
        return found.letters_to_sender_24h, found.acks_to_domain_1h, found.acks_all_1m, on_case

    assert await counts(timedelta(seconds=30)) == (1, 2, 2, 2)
    assert await counts(timedelta(minutes=30)) == (1, 2, 0, 2)
    assert await counts(timedelta(hours=2)) == (1, 0, 0, 2)
    assert await counts(timedelta(hours=25)) == (0, 0, 0, 0)


async def test_only_a_persons_answer_makes_a_sender_known(store: Store) -> None:
    """An acknowledgement sent to a forged address must not open the door for the next forgery."""
    await open_case(store, (letter(), submission("l1")), (letter(LetterKind.REPLY), submission("l2")))
    known = await store.write(lambda tx: outbox.claim(tx, node=ME, now=TUESDAY, limit=9, channels=["mail"]))
    for kind in (LetterKind.ACKNOWLEDGEMENT, LetterKind.REPLY):
        done = [Delivery(recipient=JO, outcome=Outcome.ACCEPTED)]
        [pending] = [each for each in known if each.kind is kind]
        begun = await store.write(lambda tx, one=pending.outbox_id: outbox.begin(tx, [one], node=ME)[one])
        ended = outbox.Ended(begun=begun, deliveries=done, at=TUESDAY, next_attempt=None)
        await store.write(lambda tx, ended=ended: outbox.settle(tx, [ended]))
        expected = TUESDAY if kind is LetterKind.REPLY else None
        assert (await ask(store, sender=JO)).known_since == expected


async def test_staff_are_told_the_history_and_what_a_case_may_belong_to(store: Store) -> None:
    await open_case(store)
    await open_case(store, ref=OTHER)
    related = decision(event(Kind.POSSIBLY_RELATED, ref=OTHER, evidence=[], score=60), verdict=Verdict.APPEND)
    await store.write(lambda tx: do(tx, related))
    found = await ask(store, token_refs=(compact(REF),))
    assert [case.ref for case in found.related] == [OTHER]
    assert [each.kind for each in found.history] == [Kind.CASE_OPENED, Kind.POSSIBLY_RELATED]


async def test_looking_up_takes_as_many_queries_for_many_cases_as_for_one(store: Store) -> None:
    asked = {"sender": JO, "matters": ("order:1234567",), "message_ids": ("first@customer.example",)}

    def counted(tx: Tx) -> int:
        statements: list[str] = []
        listening.listen(tx, "before_cursor_execute", lambda *args: statements.append(args[2]))
        facts.facts(tx, [keys(**asked)], now=TUESDAY)
        return len(statements)

    await open_case(store)
    one = await store.write(counted)
    for number in range(15):
        await open_case(store, ref=make("HH", number))
    assert await store.write(counted) == one <= 10


async def test_quick_messages_about_one_case_are_decided_one_after_the_other(postgres: Postgres) -> None:
    with postgres.fresh() as url:
        nodes = [await Store.open(url), await Store.open(url)]
        await open_case(nodes[0])

        def add(tx: Tx) -> int:
            [found] = facts.facts(tx, [keys(case_refs=(REF,))], now=TUESDAY)
            case = found.by_reference
            do(tx, decision(event(Kind.NOTE_ADDED), verdict=Verdict.APPEND), seen=[case])
            return case.events

        seen = await asyncio.gather(*(node.write(add) for _ in range(10) for node in nodes))
        assert sorted(seen) == list(range(1, 21))
        for node in nodes:
            await node.close()


async def test_nobody_passes_the_cap_of_a_domain_by_writing_at_the_same_time(postgres: Postgres) -> None:
    """L-08: each of two transactions counted the letters of the hour before it saw those of the other."""
    with postgres.fresh() as url:
        nodes = [await Store.open(url), await Store.open(url)]

        def acknowledge(tx: Tx, number: int) -> int:
            who, ref = f"a{number}@one.example", make("HH", number)
            [found] = facts.facts(tx, [keys(sender=who)], now=TUESDAY)
            if found.acks_to_domain_1h < 5:
                out = letter(case_ref=ref, to=Route(channel="mail", address=who))
                do(tx, decision(opened(ref, address=who), ref=ref), (out, submission(f"n{number}", who)))
            return found.acks_to_domain_1h

        pairs = [(node, number) for number, node in enumerate(nodes * 10)]
        seen = await asyncio.gather(*(node.write(partial(acknowledge, number=number)) for node, number in pairs))
        assert sorted(seen) == [0, 1, 2, 3, 4, *[5] * 15]
        for node in nodes:
            await node.close()
