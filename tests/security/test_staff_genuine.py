"""Forty ways in which staff really write: from providers, phones, lists, gateways. Each is done at once or when confirmed.

S-05. breeze#2099 held all good mail because one name of its border was not known. Heads of Gmail and Microsoft 365 are shaped
like those that these servers write.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from intake.tokens import confirm_address
from store import inbound
from tests.harbour import ASHA, POLICY
from tests.security.spoofing import BORDER, FROM, ME, OURS, PASS, Forgery, Scene, a_scene, verdict

GMAIL = "Delivered-To: desk@harbour.example\r\nReceived: by 2002:a05:6402:1 with SMTP id a1;\r\n        Tue, 13 Jan 2026\r\n"
MICROSOFT = (
    "Received: from AM6PR01MB5470.eurprd01.prod.outlook.com (2603:10a6:600:21c::9)\r\n by DB9PR01MB4999.eurprd01.prod.outlook.com"
    " with HTTPS; Tue, 13 Jan 2026\r\nReceived: from AM5EUR02FT016.eop-EUR02.prod.protection.outlook.com\r\n (2603:10a6::98) by"
    " AM6P123CA0318.outlook.office365.com\r\n (2603:10a6::17) with Microsoft SMTP Server; Tue, 13 Jan 2026\r\n"
    f"Authentication-Results: spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom={OURS}; dkim=pass (signature was verified)\r\n"
    f" header.d={OURS};dmarc=pass action=none\r\n header.from={OURS};compauth=pass reason=100\r\n"
    f"Received-SPF: Pass (protection.outlook.com: domain of {OURS})\r\nReceived: from out.{OURS} (192.0.2.1) by\r\n"
    " AM5EUR02FT016.mail.protection.outlook.com (10.152.42.102) with Microsoft SMTP\r\n Server; Tue, 13 Jan 2026\r\n"
)
HOP = "Received: from laptop by out.staff.harbour.example with ESMTPSA\r\n"
LIST = "List-Id: <team.staff.harbour.example>\r\nList-Post: <mailto:team@staff.harbour.example>\r\nPrecedence: list\r\n"

AT_ONCE: dict[str, dict[str, Any]] = {
    "plain": {},
    "Gmail": {
        "top": GMAIL
        + verdict(
            f"{ME};\r\n       dkim=pass header.i=@{OURS} header.s=google header.b=Yk3;\r\n       spf=pass (google.com: domain of"
            f" asha@{OURS} designates 192.0.2.1 as permitted sender) smtp.mailfrom=asha@{OURS};\r\n       dmarc=pass (p=NONE"
            f" sp=NONE dis=NONE) header.from={OURS}"
        )
        + BORDER
    },
    "rspamd": {
        "top": BORDER
        + verdict(f"{ME};\r\n\tdkim=pass header.d={OURS} header.s=s1;\r\n\tdmarc=pass (policy=none) header.from={OURS}")
    },
    "opendmarc": {"top": BORDER + verdict(f"{ME}; dmarc=pass (p=reject dis=none) header.from={OURS}")},
    "one header for each filter": {"top": BORDER + verdict(f"{ME}; spf=pass smtp.mailfrom=a@{OURS}") + verdict(PASS)},
    "the second of our border servers": {"top": BORDER + verdict(PASS.replace(ME, "mx2.harbour.example"))},
    "a version number": {"top": BORDER + verdict(PASS.replace(ME, f"{ME} 1"))},
    "in capitals": {"top": BORDER + verdict(PASS.replace(OURS, OURS.upper()).replace(ME, ME.upper()))},
    "a semicolon at the end": {"top": BORDER + verdict(f"{PASS};")},
    "a mailbox server in between": {
        "top": f"Received: from {ME} by {ME} with LMTP id 1\r\n{BORDER}{verdict(PASS)}{HOP}"
    },
    "read from a mailbox": {"channel": "imap"},
    "a bare address": {"from_": (ASHA.email,)},
    "the old form of a name": {"from_": (f"{ASHA.email} (Asha Patel)",)},
    "a name with comma": {"from_": (f'"Patel, Asha (Care)" <{ASHA.email}>',)},
    "a name in an encoded word": {"from_": (f"=?utf-8?q?Asha_P=C3=A2tel?= <{ASHA.email}>",)},
    "an address in capitals": {"from_": (f"Asha <{ASHA.email.upper()}>",)},
    "another address of hers": {
        "from_": ("Asha <asha.patel@phone.example>",),
        "top": BORDER + verdict(f"{ME}; dmarc=pass header.from=phone.example"),
    },
    "a reply in German": {"subject": "AW: die Lampe"},
    "a subject without Re": {"subject": "the lamp"},
    "a Message-ID that a relay made": {"more": "Message-ID: <0100018d-ses@email.amazonses.example>\r\n"},
    "references that a relay changed": {"more": "In-Reply-To: <x@relay.example>\r\nReferences: <x@relay.example>\r\n"},
    "a disclaimer of the gateway": {"body": "It is on its way.\r\n\r\n-- \r\nThis e-mail is confidential."},
    "a phone": {"body": "It is on its way.\r\n\r\nSent from my iPhone", "more": "X-Mailer: iPhone Mail (20G75)\r\n"},
    "marked as urgent": {"more": "X-Priority: 1\r\nImportance: high\r\n"},
    "a delegate as Sender": {"more": f"Sender: Ben <ben@{OURS}>\r\n"},
    "with the customer in Cc": {"more": "Cc: jo@customer.example\r\n"},
}
ADDRESS = {  # what gateways make of the address itself
    "written in capitals": str.upper,
    "written in title case": str.title,
    "in angle brackets": lambda address: f"<{address}>",
    "with a name": lambda address: f'"Harbour Home" <{address}>',
}
AFTER_A_WORD: dict[str, dict[str, Any]] = {
    "nobody has looked": {"top": BORDER},
    "an unknown border server": {"top": BORDER + verdict(PASS.replace(ME, "mx9.provider.example"))},
    "a list that broke the signature": {"top": BORDER + verdict(f"{ME}; dmarc=none header.from={OURS}"), "more": LIST},
    "a gateway that hides all verdicts": {"top": ""},
    "a forwarder": {"top": BORDER + verdict(f"{ME}; dmarc=temperror header.from={OURS}")},
    "a home connection": {"channel": "smtp", "top": ""},
}

OF_PEOPLE = tuple(replace(p, also=("asha.patel@phone.example",)) if p.id == "asha" else p for p in POLICY.people)
KNOWN = replace(POLICY, people=OF_PEOPLE, authserv_ids=(ME, "mx2.harbour.example"))


async def is_done(scene: Scene, forgery: Forgery) -> None:
    await scene.arrives(forgery)
    (words,) = await scene.relayed()
    assert forgery.body.split("\r\n")[0] in words


async def is_done_when_confirmed(scene: Scene, forgery: Forgery) -> None:
    decision = await scene.arrives(forgery)
    assert (await scene.relayed(), decision.hold is not None) == ([], True)
    notice = await scene.story.latest("hold_notice", ASHA.email)
    confirm = re.findall(r"help\+y\.\S+@harbour\.example", notice.words)[0]
    await scene.arrives(replace(forgery, to=confirm, body="Yes, that was me.", more=""))
    await scene.decided_anew()
    (words,) = await scene.relayed()
    assert forgery.body.split("\r\n")[0] in words


@pytest.mark.parametrize("form", AT_ONCE)
async def test_a_genuine_mail_is_done_at_once(form: str) -> None:
    async with a_scene(KNOWN) as scene:
        await is_done(scene, Forgery(to=scene.addresses["stolen"], **AT_ONCE[form]))


@pytest.mark.parametrize("form", ADDRESS)
async def test_the_signed_address_survives_what_gateways_do_to_it(form: str) -> None:
    async with a_scene(KNOWN) as scene:
        to = scene.addresses["stolen"]
        await is_done(scene, Forgery(to=ADDRESS[form](to), rcpt_to=ADDRESS[form](to) if "written" in form else to))


async def test_mail_out_of_a_mailbox_at_microsoft_365_is_done_at_once() -> None:
    async with a_scene(replace(KNOWN, border="microsoft")) as scene:
        await is_done(scene, Forgery(to=scene.addresses["stolen"], top=MICROSOFT, channel="imap"))


@pytest.mark.parametrize("form", AFTER_A_WORD)
async def test_what_nothing_proves_is_done_once_its_author_has_confirmed_it(form: str) -> None:
    async with a_scene(KNOWN) as scene:
        await is_done_when_confirmed(scene, Forgery(to=scene.addresses["stolen"], **AFTER_A_WORD[form]))


@pytest.mark.parametrize("kind", ["expired", "of a colleague"])
async def test_a_wrong_address_of_the_right_person_is_done_once_confirmed(kind: str) -> None:
    async with a_scene(KNOWN) as scene:
        await is_done_when_confirmed(scene, Forgery(to=scene.addresses[kind]))


async def test_a_mail_to_the_desk_that_names_the_case_is_done_once_confirmed() -> None:
    async with a_scene(KNOWN) as scene:
        await is_done_when_confirmed(scene, Forgery(to="help@harbour.example", subject=f"Re: {scene.ref}"))


async def test_a_confirmed_mail_that_names_no_case_is_answered_with_what_is_missing() -> None:
    async with a_scene(KNOWN) as scene:
        await scene.arrives(Forgery(to="help@harbour.example", subject="Hello", top=BORDER))
        assert len(await scene.story.letters("hold_notice")) == 1
        untold = await scene.story.store.read(inbound.parked)
        policy = scene.story.desk.policy
        confirm = confirm_address(policy, policy.brands[0], untold[0].inbound_id, "asha", scene.story.now)
        await scene.arrives(Forgery(to=confirm, body="Yes."))
        await scene.decided_anew()
        assert "reply to a letter of the desk about the case" in (await scene.story.latest("hold_notice")).words
        assert len(await scene.story.letters("hold_notice")) == 2
        assert len(await scene.story.store.read(inbound.parked)) == 1


def test_there_are_forty_of_them_and_they_are_from_asha() -> None:
    assert len(AT_ONCE) + len(ADDRESS) + 1 + len(AFTER_A_WORD) + 2 + 1 == 40
    assert ASHA.email in FROM
