"""A name server of our own on loopback: answers from a zone that the test writes, or is silent, or fails."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = dict[str, dict[str, list[str]]]  # name -> kind of record -> values as in a zone file


class NameServer:
    """Everything that is not in its zone does not exist. `slow` and `broken` names get no answer, and SERVFAIL."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.slow: set[str] = set()
        self.broken: set[str] = set()
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            query, peer = self._socket.recvfrom(4096)
            if not query:
                self._socket.close()
                return
            answer = self._answer(dns.message.from_wire(query))
            if answer is not None:
                self._socket.sendto(answer.to_wire(), peer)

    def stop(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        if "*" in self.slow or name in self.slow:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if "*" in self.broken or name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.zone and not any(known.endswith(f".{name}") for known in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            kind = dns.rdatatype.to_text(question.rdtype)
            values = self.zone.get(name, {}).get(kind, [])
            if values:
                answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, values))
        return answer


def text(words: str) -> str:
    """A TXT record as a zone file holds it, in strings of at most 255 octets."""
    return " ".join(f'"{words[at : at + 250]}"' for at in range(0, len(words), 250))


@contextmanager
def name_server(zone: Zone) -> Iterator[NameServer]:
    server = NameServer(zone)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
