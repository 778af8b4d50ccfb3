"""The whole story, on real parts: how four complaints come in, and how one of them is seen through to its end.

Postfix hands a mail over by LMTP, another arrives by SMTP, another waits in a Dovecot mailbox, another comes as a signed
webhook. Letters leave through a real Postfix and land in maildirs. Only the clock is ours.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

import pytest

from intake.case import Case
from tests.e2e.company import MAILBOX, post, settings
from tests.e2e.house import House, StoryClock, open_house
from tests.e2e.programs import arrived, latest, mail, reply, staff_reply, swaks, text_of
from tests.servers import dovecot
from tests.servers.dovecot import free_port
from tests.servers.postfix import Postfix, running_postfix
from tests.store.databases import Postgres, absent

WEDNESDAY = datetime(2026, 1, 21, 11, 20, tzinfo=UTC)  # a working day in London, before the cut-off
JO, NAIR = "jo@customer.example", "nair@customer.example"
ASHA, WES = "asha@staff.harbour.example", "wes@staff.harbour.example"

SMARTHOST = 'kind = "smarthost"\nhost = "127.0.0.1"\nport = {port}\ntls = "none"'


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The settings' lines for each of the two engines."""
    if request.param == "sqlite":
        yield ""
        return
    if missing := absent():
        pytest.skip(missing)
    postgres = Postgres(f"answerable_story_{os.getpid()}")
    try:
        with postgres.fresh() as url:
            yield f'[database]\nurl = "{url}"\n'
    finally:
        postgres.close()


@asynccontextmanager
async def harbour(folder: Path, database: str) -> AsyncIterator[tuple[House, Postfix]]:
    """The daemon, with a Postfix in front and behind it, and a Dovecot beside it in which Pia's mail waits."""
    lmtp = free_port()
    with (
        running_postfix(
            virtual_mailbox_domains="customer.example, staff.harbour.example",
            transport_maps=f"inline:{{harbour.example=lmtp:inet:127.0.0.1:{lmtp}}}",
            relay_domains="harbour.example",
            lmtp_destination_recipient_limit="50",
        ) as postfix,
        dovecot.running() as mailboxes,
    ):
        mailboxes.append("help", mail("pia@customer.example", "The oven", "My oven (order 70001) arrived scratched."))
        mailbox, smarthost = MAILBOX.format(port=mailboxes.port), SMARTHOST.format(port=postfix.port)
        chosen = settings(database, mailbox, outgoing=smarthost, lmtp=lmtp)
        async with open_house(folder, chosen, StoryClock(WEDNESDAY)) as house:
            yield house, postfix


async def test_a_complaint_from_its_first_word_to_its_last(tmp_path: Path, database: str) -> None:
    """Read it from top to bottom: it is what the product is for."""
    async with harbour(tmp_path, database) as (house, postfix):
        await four_customers_complain_each_in_their_own_way(house, postfix)
        cases = await each_has_a_case_an_owner_and_a_row_on_the_register(house)
        acknowledgement = await each_acknowledgement_left_through_the_smarthost(postfix, cases)
        lamp, charged = cases[JO].ref, cases[NAIR].ref

        await jo_replies_to_the_acknowledgement_and_it_joins_the_case(house, postfix, acknowledgement, lamp)
        await asha_answers_from_her_own_mail_program_and_the_promise_is_kept(house, lamp)
        await nobody_answers_mr_nair_and_he_is_told_the_truth_before_the_promised_time_has_passed(house, charged)

        await the_next_morning_the_lamp_goes_to_the_warehouse_which_resolves_it(house, lamp)
        await asha_owes_a_follow_up(house)
        await jo_says_no_to_the_follow_up_and_the_case_is_open_again(house, postfix, lamp)
        await after_a_second_try_jo_says_yes(house, postfix, lamp)

        await the_register_says_all_of_it(house, lamp)
        assert await house.faults() == (), "nothing is unaccounted for"


async def four_customers_complain_each_in_their_own_way(house: House, postfix: Postfix) -> None:
    """Pia's mail has been waiting in the mailbox."""
    await swaks(postfix.port, JO, "Lamp", "My lamp (order 88123) has the wrong shade. Disappointed.")
    await swaks(house.smtp, NAIR, "Charged twice", "Charged twice for order 66012, and nobody answers.")
    accepted = await post(
        house,
        {"id": "w1", "sender": {"email": "li@customer.example", "name": "Li Wei"}, "text": "Order 55010 is late."},
        name="msg_1",
    )
    assert accepted == 200
    await house.quiet(messages=4)


async def each_has_a_case_an_owner_and_a_row_on_the_register(house: House) -> dict[str, Case]:
    cases = {case.route.address: case for case in await house.cases()}
    assert sorted(cases) == [f"{name}@customer.example" for name in ("jo", "li", "nair", "pia")]
    assert len(await house.register()) == 4
    lamp = cases[JO]
    assert lamp.status == "open"
    assert lamp.owner == "asha"
    return cases


async def each_acknowledgement_left_through_the_smarthost(postfix: Postfix, cases: dict[str, Case]) -> Message:
    """Returns Jo's."""
    postfix.finish()
    inbox = arrived(postfix)
    for address, case in cases.items():
        (letter,) = [m for m in inbox if m["To"] == address]
        assert case.ref in letter["Subject"]
        assert letter["Auto-Submitted"] == "auto-replied"
        words = text_of(letter)
        assert "Asha Patel" in words
        assert "by 17:30 today, Wednesday 21 January (UK time)" in words
        assert "first time" in words
    (acknowledgement,) = [m for m in inbox if m["To"] == JO]
    return acknowledgement


async def jo_replies_to_the_acknowledgement_and_it_joins_the_case(
    house: House, postfix: Postfix, acknowledgement: Message, ref: str
) -> None:
    await reply(postfix.port, acknowledgement, JO, "Yes, first time. It is a present for Saturday.")
    await house.quiet(messages=5)
    lamp = await house.case(ref)
    assert lamp.contacts == 2
    assert lamp.first_time == "yes"
    assert len(await house.cases()) == 4


async def asha_answers_from_her_own_mail_program_and_the_promise_is_kept(house: House, ref: str) -> None:
    """The customer hears from the desk."""
    notice = await latest(house, ASHA, ref)
    assert "Press Reply to answer the customer" in text_of(notice)
    await staff_reply(house, notice, "The right shade leaves today by courier.\n\n-- \nAsha, mobile 07700 900123")
    await house.quiet(messages=6)
    answer = await latest(house, JO, ref)
    assert "help@harbour.example" in answer["From"]
    assert "leaves today by courier" in text_of(answer)
    assert "staff.harbour.example" not in answer.as_string()
    assert "900123" not in answer.as_string()
    assert answer["In-Reply-To"]
    lamp = await house.case(ref)
    assert [p.state for p in lamp.promises][:1] == ["kept"]


async def nobody_answers_mr_nair_and_he_is_told_the_truth_before_the_promised_time_has_passed(
    house: House, ref: str
) -> None:
    await house.at(WEDNESDAY.replace(hour=15, minute=0))
    assert [address for address, text in await house.letters("nudge")] == [ASHA] * 3
    await house.at(WEDNESDAY.replace(hour=17, minute=26))
    (honest,) = [text for address, text in await house.letters("promise_broken") if address == NAIR]
    assert "by 12:00 on Thursday 22 January (UK time)" in honest
    charged = await house.case(ref)
    assert [p.state for p in charged.promises] == ["broken", "open"]


async def the_next_morning_the_lamp_goes_to_the_warehouse_which_resolves_it(house: House, ref: str) -> None:
    await house.at(WEDNESDAY.replace(day=22, hour=9, minute=30))
    await staff_reply(house, await latest(house, ASHA, ref), "#pass Warehouse\nPlease send it.")
    await house.quiet(messages=7)
    handed = await latest(house, WES, ref)
    await staff_reply(house, handed, "#resolve right shade delivered", login="wes")
    await house.quiet(messages=8)
    lamp = await house.case(ref)
    assert (lamp.owner, lamp.handler, lamp.status) == ("asha", "wes", "follow_up")


async def asha_owes_a_follow_up(house: House) -> None:
    ((who, task),) = await house.letters("follow_up_task")
    assert who == ASHA
    assert "Hello, my name is Asha Patel calling from Harbour Home." in task
    assert "Thank you for your time." in task


async def jo_says_no_to_the_follow_up_and_the_case_is_open_again(house: House, postfix: Postfix, ref: str) -> None:
    await the_follow_up_is_answered(house, postfix, ref, "No, it is still the wrong shade.")
    await house.quiet(messages=9)
    lamp = await house.case(ref)
    assert (lamp.status, lamp.reopened) == ("open", 1)
    assert row_of(await house.register(), "Jo")[4] == "N"


async def after_a_second_try_jo_says_yes(house: House, postfix: Postfix, ref: str) -> None:
    words = "#resolve shade exchanged at the door\n#idea photograph shades before packing"
    await staff_reply(house, await latest(house, WES, ref), words, login="wes")
    await house.quiet(messages=10)
    await the_follow_up_is_answered(house, postfix, ref, "Yes, all good now, thank you!")
    await house.quiet(messages=11)


async def the_follow_up_is_answered(house: House, postfix: Postfix, ref: str, words: str) -> None:
    """It goes out by mail when it is due."""
    lamp = await house.case(ref)
    await house.at(lamp.follow_up_due_at)
    question = await latest(house, JO, ref)
    await reply(postfix.port, question, JO, words)


async def the_register_says_all_of_it(house: House, ref: str) -> None:
    lamp = await house.case(ref)
    assert lamp.settled
    row = row_of(await house.register(), "Jo")
    assert row[0:2] == ("Asha Patel", "Customer Care")
    assert row[2] == "2026-01-21"
    assert row[3] >= "2026-01-22"
    assert row[4] == "Y"
    assert "wrong shade" in row[6]
    assert row[7] == "shade exchanged at the door"
    assert row[8] == "photograph shades before packing"


def row_of(rows: list[tuple[str, ...]], name: str) -> tuple[str, ...]:
    return next(row for row in rows if row[5].startswith(name))
