"""A network with faults: hands bytes between a client and a server on loopback, and cuts, stalls or garbles them.

Every connection gets a `Fault` of its own from the list given, the last one for all that follow; none means that all is well.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What befalls one connection."""

    cut_after: int | None = None  # bytes from the server, then the connection ends
    stall_after: int | None = None  # bytes from the server, then nothing more comes, nor an end
    garble: tuple[bytes, bytes] | None = None  # what either side says, and what the other hears instead


@dataclass
class Proxy:
    """A running one. `faults` may be changed at any time, for the connections to come."""

    target: tuple[str, int]
    faults: list[Fault]
    port: int = 0
    connections: int = 0
    heard: bytearray = field(default_factory=bytearray)  # all that clients said
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _flow: asyncio.Event = field(default_factory=asyncio.Event)  # shared by the connections that pass bytes on
    _still: list[asyncio.Event] = field(default_factory=list)  # and by those that do not any more

    def __post_init__(self) -> None:
        self._flow.set()

    def hang(self) -> None:
        """Nothing passes on the connections there are, and nobody is told. New ones are well."""
        self._flow.clear()
        self._still.append(self._flow)
        self._flow = asyncio.Event()
        self._flow.set()

    def cut(self) -> None:
        """End all connections now."""
        for flow in self._still:
            flow.set()
        for writer in self._open:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self.faults[min(self.connections, len(self.faults) - 1)] if self.faults else Fault()
        flow = self._flow
        self.connections += 1
        there, back = await asyncio.open_connection(*self.target)
        self._open |= {writer, back}
        up = asyncio.create_task(self._pass_on(reader, back, fault, flow))
        try:
            await _answer(there, writer, fault, flow)
        finally:
            up.cancel()
            self._open -= {writer, back}
            writer.transport.abort()
            back.transport.abort()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault, flow: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await flow.wait()
                self.heard += data
                writer.write(data.replace(*fault.garble) if fault.garble else data)
                await writer.drain()
        writer.transport.abort()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault, flow: asyncio.Event
) -> None:
    passed = 0
    with suppress(OSError):
        while data := await reader.read(65536):
            await flow.wait()
            if fault.garble:
                data = data.replace(*fault.garble)
            for limit in (fault.cut_after, fault.stall_after):
                data = data if limit is None else data[: max(0, limit - passed)]
            passed += len(data)
            writer.write(data)
            await writer.drain()
            if fault.cut_after is not None and passed >= fault.cut_after:
                return


@asynccontextmanager
async def between(port: int, *faults: Fault) -> AsyncIterator[Proxy]:
    """Stands before the server at this port. What is cut or garbled is what the server says."""
    proxy = Proxy(("127.0.0.1", port), list(faults))
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()
        proxy.cut()
        await listener.wait_closed()
