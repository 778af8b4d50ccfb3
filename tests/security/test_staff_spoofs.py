"""Two hundred mails that claim to be from staff: twenty ways to forge who wrote, with ten kinds of stolen or made-up address.

S-01 to S-04, S-09, S-12, S-13. FreeScout CVE-2026-47123, vm0#3663, quackback#220, itop-jb#262, breeze#1699 and #2099,
lemma#509, alga-psa#3242, hermes GHSA-rxqh-5572-8m77, RT CVE-2023-41259, CVE-2023-27043. None is relayed, and each is there for
people to see.
"""

from __future__ import annotations

from typing import Any

import pytest

from intake.case import Status
from intake.tokens import customer_address
from tests.harbour import ASHA, HARBOUR
from tests.security.spoofing import BORDER, FOREIGN, FROM, ME, OURS, PASS, TOKENS, Forgery, a_scene, verdict

EVIL = verdict(f"{ME}; dmarc=pass header.from=evil.example")
FAIL = verdict(f"{ME}; dmarc=fail header.from={OURS}")

WAYS: dict[str, dict[str, Any]] = {
    "nobody has looked": {"top": BORDER},
    "our border says no": {"top": BORDER + FAIL},
    "another server says yes": {"top": BORDER + verdict(f"mx.evil.example; dmarc=pass header.from={OURS}")},
    "a longer name than ours": {"top": BORDER + verdict(PASS.replace(ME, f"{ME}.evil.example"))},
    "our name and a dot": {"top": BORDER + verdict(PASS.replace(ME, f"{ME}."))},
    "our name in quotes": {"top": BORDER + verdict(PASS.replace(ME, f'"{ME}"'))},
    "our name in a comment": {"top": BORDER + verdict(f"mx.evil.example ({ME}); dmarc=pass header.from={OURS}")},
    "two verdicts of ours": {"top": BORDER + FAIL + verdict(PASS)},
    "two results in one": {
        "top": BORDER + verdict(f"{ME}; dmarc=fail header.from={OURS}; dmarc=pass header.from={OURS}")
    },
    "a result in a quoted string": {
        "top": BORDER + verdict(f'{ME}; spf=pass reason="; dmarc=pass header.from={OURS}"')
    },
    "a yes about another domain": {"top": BORDER + EVIL},
    "a yes below a foreign server": {"top": BORDER + FAIL + FOREIGN + verdict(PASS)},
    "a yes that came by SMTP": {"channel": "smtp"},
    "a yes in a folded line": {"top": f"{BORDER}X-Note: x\r\n {verdict(PASS)}"},
    "the DNS gave no answer": {"top": BORDER + verdict(PASS.replace("dmarc=pass", "dmarc=temperror"))},
    "a name that shows her address": {"top": BORDER + EVIL, "from_": (f'"{ASHA.email}" <x@evil.example>',)},
    "an address before the brackets": {"from_": (f"{ASHA.email} <x@evil.example>",)},
    "two From lines": {"from_": (FROM, "x@evil.example")},
    "her as Sender and Reply-To": {
        "top": BORDER + EVIL,
        "from_": ("x@evil.example",),
        "more": f"Sender: {FROM}\r\nReply-To: {FROM}\r\n",
    },
    "headers of our own": {
        "top": BORDER,
        "more": f"X-Answerable: l1.kaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nX-Answerable-Login: asha\r\nResent-From: {FROM}\r\n",
    },
}


@pytest.mark.parametrize("way", WAYS)
async def test_none_of_ten_forgeries_is_relayed_and_none_is_lost(way: str) -> None:
    async with a_scene() as scene:
        letters = len(await scene.story.letters())
        for kind in TOKENS:
            decision = await scene.arrives(Forgery(to=scene.addresses[kind], **WAYS[way]))
            assert await scene.relayed() == [], kind
            assert decision.hold is not None or decision.case_ref not in (None, scene.ref, scene.other), kind
        for ref in (scene.ref, scene.other):
            case = await scene.story.case(ref)
            assert (case.replies, case.contacts, case.status, len(case.participants)) == (0, 1, Status.OPEN, 1)
        told = {posted.address for posted in (await scene.story.letters())[letters:]}
        assert not told & {"jo@customer.example", "al@customer.example"}, "no customer hears of it"


@pytest.mark.parametrize(
    "kind",
    ["expired", "of a colleague", "of the customer", "cut off", "changed to another case", "of another key", "none"],
)
async def test_who_is_proven_still_needs_the_address_that_was_made_for_them(kind: str) -> None:
    """S-03"""
    async with a_scene() as scene:
        decision = await scene.arrives(Forgery(to=scene.addresses[kind]))
        assert (await scene.relayed(), decision.hold is not None) == ([], True)


async def test_the_address_counts_where_the_envelope_says_it_not_in_a_header_of_the_author() -> None:
    """S-12: an address in X-Original-To that the envelope does not name is a word of whoever wrote it, and proves no person."""
    async with a_scene() as scene:
        stolen = scene.addresses["stolen"]
        for more in (f"X-Original-To: {stolen}\r\n", f"Delivered-To: {stolen}\r\n", f"Cc: {stolen}\r\n"):
            await scene.arrives(Forgery(to="help@harbour.example", more=more, top=BORDER))
            assert await scene.relayed() == []


@pytest.mark.parametrize("encoded", ["%2B", "%2b"])
@pytest.mark.parametrize("where", ["to", "rcpt_to"])
async def test_s12_an_address_whose_plus_sign_was_encoded_on_the_way_is_the_same(where: str, encoded: str) -> None:
    async with a_scene() as scene:
        address = scene.addresses["stolen"].replace("+", encoded)
        await scene.arrives(Forgery(**{"to": "help@harbour.example", where: address.upper()}))
        assert len(await scene.relayed()) == 1
        await scene.arrives(Forgery(**{"to": "help@harbour.example", where: address}, top=BORDER))
        assert len(await scene.relayed()) == 1


async def test_s12_a_mail_to_the_addresses_of_two_cases_is_held() -> None:
    """A reply to all, or two of them in one mail: whose customer is meant, only its author can tell."""
    async with a_scene() as scene:
        one, two = scene.addresses["stolen"], scene.addresses["of another case"]
        customers = scene.addresses["of the customer"]
        for to, more in ((one, f"Cc: {two}\r\n"), (two, f"Cc: {customers}\r\n"), (customers, f"Cc: {two}\r\n")):
            decision = await scene.arrives(Forgery(to=to, more=more))
            assert decision.hold is not None
            assert decision.hold.reason == "several-cases"
        assert await scene.relayed() == []
        jo = BORDER + verdict(f"{ME}; dmarc=pass header.from=customer.example")
        al = customer_address(scene.story.desk.policy, HARBOUR, scene.other)
        decision = await scene.arrives(
            Forgery(to=customers, more=f"Cc: {al}\r\n", from_=("jo@customer.example",), top=jo, subject="Both")
        )
        assert decision.reasons[:3] == ("stranger-on-case", "signed-address", "several-cases")


async def test_the_same_mail_is_relayed_when_it_is_genuine() -> None:
    """Or the tests above would prove nothing."""
    async with a_scene() as scene:
        await scene.arrives(Forgery(to=scene.addresses["stolen"]))
        assert len(await scene.relayed()) == 1
        (posted,) = await scene.story.letters("reply")
        assert posted.ref == scene.ref
