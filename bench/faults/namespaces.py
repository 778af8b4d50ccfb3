"""A machine of its own for each node, as far as the network can tell, whose cable can be taken out (Linux, and root).

A namespace has its own loopback, where mail comes and goes as ever: sockets belong to the namespace of the thread that made them.
Its only other way is a cable to a bridge, where a relay leads on to the database, and gives up a silent node as PostgreSQL would.
The far end of a cable that is out of the bridge is up, and swallows every packet: nobody is told.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

from bench.faults.relay import Dial, How, Relay

_CLONE_NEWNET = 0x40000000
_GIVEN_UP = 6000  # milliseconds without an answer, as store/engine.py asks of PostgreSQL
_LOOPBACK = "127.0.0.1"


def absent() -> str:
    """Why there can be no namespaces; "" where there can."""
    return "" if os.geteuid() == 0 and shutil.which("ip") else "network namespaces need root and the command ip"


@contextmanager
def bridge() -> Iterator[str]:
    """A bridge for the length of the block. Returns its name; its address ends in 1."""
    name = f"ans{os.getpid()}"
    _ip(f"link add {name} address {_hardware(1)} type bridge forward_delay 0")
    try:
        _ip(f"address add {_address(1)}/24 dev {name}")
        _ip(f"link set {name} up")
        yield name
    finally:
        _ip(f"link delete {name}")


class Machine:
    """One namespace, and its cable to the bridge."""

    ways: tuple[How, ...] = ("swallows",)

    def __init__(self, bridge: str, number: int) -> None:
        self._bridge, self._number = bridge, number
        self._name = f"{bridge}n{number}"
        self._inside = ThreadPoolExecutor(1, initializer=self._enter)
        self.before = ("ip", "netns", "exec", self._name)
        self.address = _address(1), 0

    def cut(self, _how: How) -> None:
        _ip(f"link set {self._name} nomaster")

    def mend(self) -> None:
        _ip(f"link set {self._name} master {self._bridge}")

    @asynccontextmanager
    async def built(self, database: Dial) -> AsyncIterator[None]:
        """For the length of the block, with its way to the database."""
        self._build()
        try:
            async with _relaying(Relay(database, self._door())) as relay:
                self.address = relay.address
                yield
        finally:
            self._inside.shutdown()
            _ip(f"netns delete {self._name}")

    @asynccontextmanager
    async def doors(self, inward: Collection[int], outward: Collection[int]) -> AsyncIterator[None]:
        """Ports of loopback that lead to the same port on the other side, from the world inward and from the node outward."""
        async with AsyncExitStack() as stack:
            for port in inward:
                door = socket.create_server((_LOOPBACK, port))
                await stack.enter_async_context(_relaying(Relay(partial(self._dial, port), door)))
            for port in outward:
                door = await self._run(partial(socket.create_server, (_LOOPBACK, port)))
                dial = partial(asyncio.open_connection, _LOOPBACK, port)
                await stack.enter_async_context(_relaying(Relay(dial, door)))
            yield

    def _build(self) -> None:
        name, own = self._name, self._number + 2
        _ip(f"netns add {name}")
        _ip(f"link add {name} master {self._bridge} type veth peer name eth0 address {_hardware(own)} netns {name}")
        _ip(f"link set {name} up")
        for words in (f"address add {_address(own)}/24 dev eth0", "link set eth0 up", "link set lo up"):
            _ip(f"-n {name} {words}")
        # Known for ever: otherwise it is the search for a neighbour that fails, and tells.
        _ip(f"-n {name} neighbour replace {_address(1)} lladdr {_hardware(1)} dev eth0 nud permanent")
        _ip(f"neighbour replace {_address(own)} lladdr {_hardware(own)} dev {self._bridge} nud permanent")

    @staticmethod
    def _door() -> socket.socket:
        """Where nodes come for the database. What is accepted there has its settings."""
        door = socket.create_server((_address(1), 0))
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _GIVEN_UP)
        return door

    def _enter(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        with Path(f"/var/run/netns/{self._name}").open() as namespace:
            if libc.setns(namespace.fileno(), _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")

    async def _dial(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(sock=await self._run(partial(socket.create_connection, (_LOOPBACK, port))))

    async def _run(self, fn: partial[socket.socket]) -> socket.socket:
        return await asyncio.get_running_loop().run_in_executor(self._inside, fn)


@asynccontextmanager
async def _relaying(relay: Relay) -> AsyncIterator[Relay]:
    await relay.start()
    try:
        yield relay
    finally:
        await relay.close()


def _address(host: int) -> str:
    return f"10.98.{os.getpid() % 256}.{host}"


def _hardware(host: int) -> str:
    return f"02:00:00:00:00:{host:02x}"


def _ip(words: str) -> None:
    subprocess.run(["ip", *words.split()], check=True)
