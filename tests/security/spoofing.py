"""Mails in the name of staff: a story with two cases, the signed addresses in it, and heads as servers and forgers write them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from intake.deciding.decision import Decision
from intake.message import Envelope, RawMessage
from intake.policy import Policy
from intake.reference import compact
from intake.tokens import customer_address, note_address, staff_address
from store import inbound
from tests.harbour import ASHA, HARBOUR, POLICY, WES
from tests.story import DESK, Story, a_story
from workers.deciding.understanding import understand

ME = "mx.harbour.example"
OURS = "staff.harbour.example"
BORDER = f"Received: from out.{OURS} (out.{OURS} [192.0.2.1])\r\n\tby {ME} (Postfix) with ESMTPS id 1\r\n"
FOREIGN = "Received: from laptop by relay.evil.example with ESMTPA\r\n"
PASS = f"{ME}; dmarc=pass (p=reject) header.from={OURS}"
FROM = f"Asha Patel <{ASHA.email}>"


def verdict(value: str) -> str:
    return f"Authentication-Results: {value}\r\n"


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """One mail: what stands above From, the From lines, where it goes, and how it arrives."""

    to: str
    top: str = BORDER + verdict(PASS)
    from_: tuple[str, ...] = (FROM,)
    more: str = ""
    channel: str = "lmtp"
    rcpt_to: str = ""
    body: str = "Your money is on its way."
    subject: str = "Re: the lamp"

    def raw(self, number: int, story: Story) -> RawMessage:
        lines = "".join(f"From: {line}\r\n" for line in self.from_)
        head = f"{self.top}{lines}To: {self.to}\r\nSubject: {self.subject}\r\n{self.more}"
        return RawMessage(
            channel=self.channel,
            account=self.channel,
            source_id=f"forgery{number}",
            envelope=Envelope(mail_from="b@evil.example", rcpt_to=(self.rcpt_to or self.to,)),
            blob=f"{head}\r\n{self.body} ({number})\r\n".encode(),
            received_at=story.now,
        )


@dataclass
class Scene:
    """Harbour Home with two complaints, both Asha's, and whoever may write about them."""

    story: Story
    ref: str
    other: str
    addresses: dict[str, str] = field(default_factory=dict)
    sent: int = 0

    async def arrives(self, forgery: Forgery) -> Decision:
        self.sent += 1
        return await self.story.arrives(forgery.raw(self.sent, self.story))

    async def relayed(self) -> list[str]:
        """What the customers were told in the name of the desk."""
        return [posted.words for posted in await self.story.letters("reply")]

    async def decided_anew(self) -> None:
        """What was held and is confirmed now is taken up, as the daemon does it."""
        story = self.story

        def settle(tx) -> None:
            for each in inbound.claim(tx, node=1, now=story.now, limit=10):
                story.desk.settle(tx, {each.inbound_id: understand(each.raw, story.desk.policy)}, story.now)

        await story.store.write(settle)


@asynccontextmanager
async def a_scene(policy: Policy = POLICY) -> AsyncIterator[Scene]:
    async with a_story(policy=policy) as story:
        one = await story.mail("My lamp (order 88123) has the wrong shade.", subject="Lamp")
        two = await story.mail("My chair (order 99456) is scratched.", by="Al <al@customer.example>", subject="Chair")
        assert one.case_ref is not None
        assert two.case_ref is not None
        scene = Scene(story=story, ref=one.case_ref, other=two.case_ref)
        scene.addresses = tokens(scene, story.desk.policy)
        yield scene


def tokens(scene: Scene, policy: Policy) -> dict[str, str]:
    """Addresses that a forger may have got hold of, by what they are."""
    now = scene.story.now
    good = staff_address(policy, HARBOUR, scene.ref, "asha", now)
    local, _, domain = good.rpartition("@")
    return {
        "stolen": good,
        "expired": staff_address(policy, HARBOUR, scene.ref, "asha", now - timedelta(days=40)),
        "of another case": staff_address(policy, HARBOUR, scene.other, "asha", now),
        "of a colleague": staff_address(policy, HARBOUR, scene.ref, WES.id, now),
        "for notes": note_address(policy, HARBOUR, scene.ref, "asha", now),
        "of the customer": customer_address(policy, HARBOUR, scene.ref),
        "cut off": f"{local[:-4]}@{domain}",
        "changed to another case": good.replace(compact(scene.ref), compact(scene.other)),
        "of another key": f"{local[:-27]}z{local[-26:]}@{domain}",
        "none": DESK,
    }


TOKENS = (
    *("stolen", "expired", "of another case", "of a colleague", "for notes", "of the customer"),
    *("cut off", "changed to another case", "of another key", "none"),
)
