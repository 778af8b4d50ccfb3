"""How many signed webhooks a second are durable and answered 200, beside aiohttp with nothing behind it.

`python -m bench.webhook`. Servers under uvloop in processes of their own; one client keeps 32 connections busy, in turns. Then
`--paced` posts so many a minute with 30 % repeated, and says how long the answers took.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import random
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles

import orjson
from aiohttp import web

from bench import beside
from channels import Tools
from channels._standard_webhooks import sign
from channels.http import Options as HttpOptions
from channels.http import Server
from channels.webhook import Options, build
from config.settings import Space as Reserve
from store.database import Store
from store.migrate import migrate
from tests.harbour import POLICY, FakeIds
from workers.clock import SystemClock
from workers.receiver import Keeper
from workers.watching.space import Space

CONNECTIONS = 32
REPEATED = 0.3
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


async def bare(_: Path, said: Connection) -> None:
    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=b'{"received":1}', content_type="application/json")

    app = web.Application()
    app.router.add_post("/hooks/form", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    server = await asyncio.get_running_loop().create_server(runner.server, "127.0.0.1", 0)  # type: ignore[arg-type]
    said.send(server.sockets[0].getsockname())
    await asyncio.Event().wait()


async def ours(folder: Path, said: Connection) -> None:
    url = f"sqlite:///{folder}/bench.db"
    migrate(url)
    store = await Store.open(url)
    (folder / "secrets").write_text(SECRET + "\n")
    tools = Tools(clock=SystemClock(), ids=FakeIds(), policy=POLICY, data=folder)
    server = Server("http", HttpOptions(listen="127.0.0.1:0"))
    server.channels = [build("form", Options(secrets_file="secrets"), tools)]
    await server.open()
    said.send(server.address)
    await server.receive(Keeper(store, Space((), Reserve()), received=lambda: None))


def post(name: str) -> bytes:
    """One request, signed now, with a contact of 600 bytes."""
    body = orjson.dumps({"from": {"email": f"{name}@customer.example"}, "text": "The lamp arrived broken. " * 20})
    stamp = str(int(time.time()))
    head = (
        "POST /hooks/form HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\n"
        f"webhook-id: {name}\r\nwebhook-timestamp: {stamp}\r\nwebhook-signature: {sign(SECRET, name, stamp, body)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Poster:
    """One kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def post(self, request: bytes) -> None:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await self._reader.readexactly(int(length))


async def connected(address: tuple[str, int]) -> list[Poster]:
    return [Poster(*await asyncio.open_connection(*address)) for _ in range(CONNECTIONS)]


async def flat_out(address: tuple[str, int], requests: Sequence[bytes]) -> float:
    """Posts a second."""
    posters, left = await connected(address), iter(requests)

    async def lane(poster: Poster) -> None:
        for request in left:
            await poster.post(request)

    began = time.perf_counter()
    await asyncio.gather(*map(lane, posters))
    return len(requests) / (time.perf_counter() - began)


async def paced(address: tuple[str, int], a_minute: int, seconds: float) -> list[float]:
    """Milliseconds of every answer, from the moment that the post was due."""
    posters: asyncio.Queue[Poster] = asyncio.Queue()
    for each in await connected(address):
        posters.put_nowait(each)
    chance, loop, took = random.Random(1), asyncio.get_running_loop(), list[float]()
    began, names = loop.time() + 0.1, ["first"]

    async def one(number: int) -> None:
        due = began + number * 60 / a_minute
        await asyncio.sleep(due - loop.time())
        names.append(chance.choice(names) if chance.random() < REPEATED else f"p{number}")
        poster = await posters.get()
        await poster.post(post(names[-1]))
        posters.put_nowait(poster)
        took.append(1000 * (loop.time() - due))

    await asyncio.gather(*map(one, range(int(a_minute * seconds / 60))))
    return took


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--posts", type=int, default=3000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--a-minute", type=int, default=20_000)
    options.add_argument("--seconds", type=float, default=30)
    chosen = options.parse_args()
    with beside.serving(bare) as (other, _), beside.serving(ours) as (own, _):

        def way(address: tuple[str, int]) -> Callable[[int], float]:
            return lambda turn: beside.run(flat_out(address, [post(f"r{turn}x{n}") for n in range(chosen.posts)]))

        ways = {"aiohttp, nothing kept": way(other), "ours, signed, in SQLite": way(own)}
        beside.report(beside.rounds(ways, chosen.rounds))
        cuts = quantiles(beside.run(paced(own, chosen.a_minute, chosen.seconds)), n=100)
        print(f"{chosen.a_minute} a minute, 30 % repeated: {cuts[49]:.1f} ms p50, {cuts[98]:.1f} ms p99")


if __name__ == "__main__":
    main()
