"""Harbour Home for an hour: a whole daemon in this process, with real servers around it and a clock that the story moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from channels._smtp_accounts import account_line
from config.keys import new_file, new_webhook_secrets
from intake.case import Case
from store import audit, cases, register
from store.database import Store
from store.schema import inbound, outbox
from workers import basics, wiring
from workers.clock import SystemIds
from workers.wiring import Parts

PASSWORD = "their own secret"
WAITING = select(func.count()).where(inbound.c.state == "new")
UNSENT = select(func.count()).where(outbox.c.state.in_(["pending", "sending"]))


@dataclass
class StoryClock:
    """The story says what time it is; only waiting for the machine is real."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.05))


@dataclass
class House:
    """The daemon, and what a test asks of it."""

    parts: Parts
    clock: StoryClock
    folder: Path

    @property
    def smtp(self) -> int:
        return self.parts.addresses["smtp"][1]

    @property
    def lmtp(self) -> int:
        return self.parts.addresses["lmtp"][1]

    @property
    def web(self) -> str:
        host, port = self.parts.addresses["http"]
        return f"http://{host}:{port}"

    async def quiet(self, *, messages: int) -> None:
        """Until so many messages have come in, all of them are decided, and every letter has left."""
        for _ in range(400):
            kept = await self._count(select(func.count()).select_from(inbound))
            if kept >= messages and not await self._count(WAITING) and not await self._count(UNSENT):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"after 20 s: {kept} of {messages} messages kept")

    async def at(self, moment: datetime) -> None:
        """It becomes so late, and what is due is done."""
        self.clock.at = moment
        for runner in self.parts.runners:
            runner.wake()
        await asyncio.sleep(0.3)
        await self.quiet(messages=0)

    async def case(self, ref: str) -> Case:
        found = await self.parts.store.read(lambda tx: cases.look(tx, ref))
        assert found is not None
        return found

    async def cases(self) -> list[Case]:
        return await self.parts.store.read(cases.newest)

    async def register(self) -> list[tuple[str, ...]]:
        return await self.parts.store.read(register.rows)

    async def letters(self, kind: str) -> list[tuple[str, str]]:
        """Address and text of every letter of a kind, in the order in which they were written."""
        wanted = select(outbox.c.rcpt, outbox.c.text).where(outbox.c.kind == kind).order_by(outbox.c.id)
        return [(row.rcpt[0], row.text) for row in await self.parts.store.read(lambda tx: list(tx.execute(wanted)))]

    async def raw_letters(self, address: str) -> list[bytes]:
        """The exact bytes of every letter to an address."""
        from store.schema import blob

        wanted = (
            select(blob.c.content)
            .join(outbox, outbox.c.blob_id == blob.c.sha256)
            .where(outbox.c.address == address)
            .order_by(outbox.c.id)
        )
        return await self.parts.store.read(lambda tx: list(tx.scalars(wanted)))

    async def faults(self) -> tuple[audit.Fault, ...]:
        policy = self.parts.loaded.policy
        return (await self.parts.store.read(lambda tx: audit.audit(tx, policy=policy))).faults

    async def _count(self, statement) -> int:
        return await self.parts.store.read(lambda tx: tx.scalar(statement))


def furnish(folder: Path, settings: str) -> Path:
    """The settings file and the secrets that it names."""
    ids = SystemIds()
    (folder / "answerable.toml").write_text(settings)
    (folder / "keys").write_text(new_file(ids.secret(32)))
    (folder / "webhook-secrets").write_text(new_webhook_secrets(ids.secret(32)))
    accounts = (account_line(login, PASSWORD, ids.secret(16)) for login in ("asha", "wes"))
    (folder / "accounts").write_text("\n".join(accounts) + "\n")
    (folder / "mailbox-password").write_text("secret\n")
    return folder / "answerable.toml"


@asynccontextmanager
async def open_house(folder: Path, settings: str, clock: StoryClock) -> AsyncIterator[House]:
    """The daemon runs for the length of the block, and drains at its end."""
    loaded = basics.read(furnish(folder, settings))
    store: Store = await basics.database(loaded)
    await basics.enter(store, loaded.policy)
    parts = wiring.assemble(loaded, store, clock, SystemIds(), ended=lambda: None)
    loops = [asyncio.create_task(runner.run()) for runner in (parts.life, *parts.runners)]
    await parts.reception.start()
    house = House(parts=parts, clock=clock, folder=folder)
    listening = sum(hasattr(receiver, "address") for receiver in parts.receivers.values())
    for _ in range(200):
        if len(parts.addresses) == listening:
            break
        await asyncio.sleep(0.02)
    try:
        yield house
    finally:
        await parts.reception.close()
        for runner in (parts.life, *parts.runners):
            runner.stop()
        await asyncio.wait(loops, timeout=10)
        await store.close()
