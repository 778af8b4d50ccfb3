"""A smarthost that misbehaves in every way: each recipient ends in the right state, and nobody else's letter waits. F-03."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from sqlalchemy import select

from channels import Tools, smarthost
from intake.letters.letter import Letter, Submission
from store.database import Store
from store.schema import outbox
from tests.harbour import POLICY, TUESDAY, FakeClock, FakeIds
from tests.paper import letters as pen
from tests.store.examples import decision, letter, opened, submission, take_in
from workers.courier import Courier
from workers.deciding.desk import Desk
from workers.life import Life

VICTIM = "victim@customer.example"


@dataclass
class Script:
    """What a server says: to each word its answer, "" for nothing but the end of the connection."""

    says: dict[str, str] = field(default_factory=dict)
    pace: float = 0.0  # seconds between two bytes
    after: Callable[[asyncio.StreamWriter], None] | None = None  # what it does when STARTTLS was granted
    taken: int = 0  # messages that it has answered 250 for
    port: int = 0
    guests: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = field(default_factory=dict)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.guests[writer] = asyncio.current_task()
        try:
            await self._say(writer, "greeting", "220 fake")
            while line := await reader.readline():
                word = (line.split() or [b""])[0].decode("latin-1").upper()
                if word == "RCPT" and VICTIM.encode() in line:
                    word = "RCPT victim"
                if not await self._say(writer, word, "250 fine" if word != "DATA" else "354 go on"):
                    return
                if word == "DATA" and self.says.get("DATA", "354").startswith("354"):
                    await reader.readuntil(b"\r\n.\r\n")
                    if not await self._say(writer, "dot", "250 taken"):
                        return
                    self.taken += self.says.get("dot", "250").startswith("250")
                if word == "STARTTLS" and self.after:
                    self.after(writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async def _say(self, writer: asyncio.StreamWriter, word: str, usual: str) -> bool:
        words = self.says.get(word, "250-fake\r\n250-STARTTLS\r\n250 SIZE" if word == "EHLO" else usual)
        said = f"{words}\r\n".encode() if words else b""
        while said and not writer.is_closing():
            piece = 1 if self.pace else len(said)
            writer.write(said[:piece])
            said = said[piece:]
            await asyncio.sleep(self.pace)
        return bool(words) and not writer.is_closing()


@asynccontextmanager
async def playing(script: Script) -> AsyncIterator[Script]:
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    yield script
    server.close()
    for writer in script.guests:
        writer.transport.abort()
    await asyncio.gather(*filter(None, script.guests.values()))


def courier(store: Store, script: Script, clock: FakeClock, folder: Path, **options: object) -> Courier:
    usual: dict[str, object] = {"host": "127.0.0.1", "tls": "none", "timeout": 0.5, "port": script.port}
    tools = Tools(clock=clock, ids=FakeIds(), policy=POLICY, data=folder)
    sender = smarthost.build("outgoing", smarthost.Options(**(usual | options)), tools)  # type: ignore[arg-type]
    desk = Desk(policy=POLICY, letters=pen(), ids=FakeIds())
    return Courier(store, {"mail": sender}, desk, clock, FakeIds(), Life(store, ended=lambda: None))


async def write(store: Store, *letters: tuple[Letter, Submission]) -> None:
    await store.write(lambda tx: take_in(tx, decision(opened()), *letters))


async def states(store: Store) -> list[str]:
    return list(await store.read(lambda tx: tx.scalars(select(outbox.c.state).order_by(outbox.c.id)).all()))


GARBAGE = {
    "says": {"STARTTLS": "220 go"},
    "after": lambda writer: writer.write(b"\x16\x03garbage, and no handshake\r\n"),
}


@pytest.mark.parametrize(
    ("script", "options", "state"),
    [
        (Script(says={"greeting": "421 too busy"}), {}, "deferred"),
        (Script(says={"greeting": ""}), {}, "deferred"),
        (Script(says={"EHLO": "451 no", "HELO": "451 no"}), {}, "deferred"),
        (Script(says={"MAIL": "421 leaving"}), {}, "deferred"),
        (Script(says={"RCPT": "450 4.2.1 mailbox busy"}), {}, "deferred"),
        (Script(says={"RCPT": "550 5.1.1 nobody"}), {}, "rejected"),
        (Script(says={"DATA": "451 not now"}), {}, "deferred"),
        (Script(says={"dot": "452 no space"}), {}, "deferred"),
        (Script(says={"dot": "552 5.3.4 too big"}), {}, "rejected"),
        (Script(says={"dot": ""}), {}, "unknown"),
        (Script(says={"dot": "\r\n".join(["250-a"] * 200 + ["250 taken"])}), {}, "sent"),
        (Script(says={"greeting": "no smtp at all"}), {}, "deferred"),
        (Script(pace=1.0), {}, "deferred"),
        (Script(says={"EHLO": "250 fake"}), {"tls": "starttls"}, "deferred"),
        (Script(says={"STARTTLS": "454 no TLS now"}), {"tls": "starttls"}, "deferred"),
        (Script(says={"STARTTLS": "220 go"}), {"tls": "starttls"}, "deferred"),
        (Script(**GARBAGE), {"tls": "starttls"}, "deferred"),
        (Script(), {"user": "desk", "password_file": "secret"}, "deferred"),
    ],
    ids=[
        "421 at the greeting",
        "hangs up at once",
        "no hello",
        "leaves at MAIL",
        "recipient later",
        "recipient never",
        "451 to DATA",
        "no space",
        "too big",
        "silent after the dot",
        "200 lines",
        "not SMTP",
        "one byte a second",
        "offers no STARTTLS",
        "refuses STARTTLS",
        "plain text after STARTTLS",
        "garbage after STARTTLS",
        "offers no AUTH",
    ],
)
async def test_whatever_the_server_does_the_letter_ends_in_the_right_state(
    store: Store, clock: FakeClock, tmp_path: Path, script: Script, options: dict[str, object], state: str
) -> None:
    (tmp_path / "secret").write_text("secret\n")
    await write(store, (letter(), submission()))
    async with playing(script):
        worker = courier(store, script, clock, tmp_path, **options)
        await worker.once()
        await worker.finish()
    assert (await states(store))[0] == state  # where it was refused, the desk is told by another one


async def test_a_certificate_that_is_not_the_servers_own_is_not_believed(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("elsewhere.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    await write(store, (letter(), submission()))
    server = await asyncio.start_server(Script().serve, "127.0.0.1", 0, ssl=context)
    script = Script(port=server.sockets[0].getsockname()[1])
    worker = courier(store, script, clock, tmp_path, tls="implicit", ca_file="ca.pem")
    await worker.once()
    await worker.finish()
    server.close()
    assert await states(store) == ["deferred"]


async def test_of_three_recipients_one_is_refused_and_the_others_have_the_letter_once(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    await write(store, (letter(automatic=False), submission("l1", "a@customer.example", VICTIM, "b@customer.example")))
    async with playing(Script(says={"RCPT victim": "550 5.1.1 nobody"})) as script:
        worker = courier(store, script, clock, tmp_path)
        await worker.once()
        await worker.finish()
    results = await store.read(lambda tx: tx.scalar(select(outbox.c.results)))
    assert {who: result["outcome"] for who, result in results.items()} == {
        "a@customer.example": "accepted",
        VICTIM: "rejected",
        "b@customer.example": "accepted",
    }
    assert ((await states(store))[0], script.taken) == ("sent", 1)


async def test_a_letter_that_is_put_off_for_ever_is_tried_ever_less_and_holds_up_no_other(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    """ory/kratos#402: eight bad mails blocked the queue. From a minute to four hours, and an end after five days."""
    await write(store, (letter(), submission("bad", VICTIM)), (letter(cause="inbound:2"), submission("good")))
    waits: list[float] = []
    async with playing(Script(says={"RCPT victim": "450 4.2.1 busy"})) as script:
        worker = courier(store, script, clock, tmp_path)
        while True:
            await worker.once()
            await worker.finish()
            assert (await states(store))[1] == "sent"
            again = await store.read(lambda tx: tx.scalar(select(outbox.c.next_attempt_at).where(outbox.c.id == 1)))
            if again is None or (await states(store))[0] != "deferred":
                break
            waits.append((again - clock.now()).total_seconds())
            clock.at = again
    assert (await states(store))[0] == "rejected"
    assert 45 <= waits[0] <= 60
    assert waits == sorted(waits)
    assert 3 * 3600 <= max(waits) <= 4 * 3600
    assert 3.5 <= (clock.now() - TUESDAY).days < 5.5
