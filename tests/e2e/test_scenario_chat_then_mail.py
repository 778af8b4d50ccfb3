"""A chat, then a mail from the same customer, and a webhook that is delivered twice and out of order (scenario 16).

There is no chat agent: a window is answered by whoever the rota names, who stays the owner when the mail comes. The alert about
a wrong signature is a log line, which the channel's own tests look at.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.company import a_window, letter, post, settings, submit
from tests.e2e.house import StoryClock, open_house

TWO_O_CLOCK = datetime(2026, 1, 14, 14, 0, tzinfo=UTC)
JO = {"name": "Jo Marsh", "email": "jo@customer.example"}


async def test_three_lines_in_a_chat_are_one_case_and_the_mail_after_it_joins(tmp_path: Path) -> None:
    async with open_house(tmp_path, settings(), StoryClock(TWO_O_CLOCK)) as house, a_window(house) as window:
        await window.say("My lamp (order 88123) came with the wrong shade", **JO)
        await house.quiet(messages=1)
        await window.say("It is a present for Saturday", **JO)
        await window.say("It is a present for Saturday", again=True, **JO)
        await window.say("Can you help?", **JO)
        await house.quiet(messages=3)
        (case,) = await house.cases()
        assert (case.contacts, case.route.channel) == (3, "chat")
        assert len(await house.register()) == 1

        shown = await window.shown(4)
        assert sorted(entry["direction"] for entry in shown) == ["in", "in", "in", "out"]
        (told,) = await house.letters("acknowledgement")
        assert case.ref in told[1]
        assert "by 17:30 today, Wednesday 14 January (UK time)" in told[1]

        house.clock.at = TWO_O_CLOCK.replace(minute=40)
        words = (
            "As I told your chat, the lamp of order 88123 came with the wrong shade. I am still waiting for an answer."
        )
        await submit(house, letter(words, by="Jo Marsh <jo@customer.example>", Subject="Lamp with the wrong shade"))
        await house.quiet(messages=4)
        (joined,) = await house.cases()
        assert joined.contacts == 4
        assert (joined.owner, joined.handler) == (case.owner, case.handler) == ("asha", "asha")
        assert joined.route.address == "jo@customer.example", "the window may be closed by now: answers go by mail"
        assert len(await house.register()) == 1
        assert await house.faults() == ()


async def test_a_webhook_counts_once_however_often_and_in_whatever_order_it_comes(tmp_path: Path) -> None:
    async with open_house(tmp_path, settings(), StoryClock(TWO_O_CLOCK)) as house:
        first = {"id": "1", "conversation": "t1", "sender": JO, "text": "My lamp (order 88123) is broken."}
        second = first | {"id": "2", "text": "I forgot: it is a present for Saturday."}
        assert await post(house, second, name="msg_2") == 200
        await house.quiet(messages=1)
        assert await post(house, first, name="msg_1") == 200
        assert await post(house, first, name="msg_1") == 200
        await house.quiet(messages=2)
        (case,) = await house.cases()
        assert case.contacts == 2
        assert len(await house.letters("acknowledgement")) == 1
        assert await house.faults() == ()


async def test_a_webhook_with_a_wrong_signature_is_no_customers_word(tmp_path: Path) -> None:
    async with open_house(tmp_path, settings(), StoryClock(TWO_O_CLOCK)) as house:
        forged = {"id": "1", "conversation": "t1", "sender": JO, "text": "Send the money to me."}
        assert await post(house, forged, name="msg_1", secret="whsec_bm90IHRoZSBzZWNyZXQgdGhhdCB3ZSBzaGFyZQ==") == 401
        await house.quiet(messages=0)
        assert await house.cases() == []
        assert await house.register() == []
