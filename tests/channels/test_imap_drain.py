"""One message of a mailbox cannot be had: when it is tried again, and what becomes of the others meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

from channels._imap_drain import Drain, Habits
from channels._imap_session import Fetched, Gone
from intake.message import RawMessage
from intake.ports import Receipt
from tests.channels.mailboxes import Shelf, mail
from tests.harbour import TUESDAY, FakeClock

BAD = 2


class Session:
    """A mailbox of four messages, of which one cannot be fetched whole."""

    uidvalidity = 1

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.tried: list[timedelta] = []  # when the bad one was asked for alone, from the beginning

    def after(self, uid: int) -> list[int]:
        return [each for each in (1, BAD, 3, 4) if each > uid]

    def marked(self, _uid: int) -> set[int]:
        return set()

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        return dict.fromkeys(uids, 100)

    def fetch(self, uids: Sequence[int], *, now: object, head_only: bool = False) -> list[Fetched]:
        if uids == [BAD]:
            self.tried.append(self._clock.now() - TUESDAY)
        if BAD in uids and not head_only:
            raise Gone("garbage")
        return [Fetched(uid=uid, blob=mail(f"number {uid}"), received_at=TUESDAY) for uid in uids]


async def test_a_message_that_cannot_be_had_is_tried_less_and_less_often_and_the_others_go_on() -> None:
    clock, shelf, kept = FakeClock(), Shelf(), []

    async def deliver(messages: Sequence[RawMessage]) -> list[Receipt]:
        kept.extend(int(message.source_id.rpartition(":")[2]) for message in messages)
        return []

    async def in_thread(fn):
        return await asyncio.to_thread(fn)

    habits = Habits(account="desk", folder="INBOX", after="leave", move_to="", max_size=1000)
    session, drain = Session(clock), Drain(habits, shelf, clock, in_thread)
    marks = []
    for _ in range(40):
        with suppress(Gone):
            await drain.take_in(session, deliver)
        marks.append(shelf.kept["desk/INBOX"].uid if "desk/INBOX" in shelf.kept else 0)
        clock.advance(minutes=1)
    assert kept == [1, 3, 4, BAD]
    assert marks[5] == BAD - 1  # so a restart would not pass it over
    assert marks[-1] == 4
    minutes = [tried // timedelta(minutes=1) for tried in session.tried]
    assert [late - early for early, late in pairwise(minutes)] == [4, 16]
