"""Asking the DNS, asynchronously and with a memory: dnspython behind the interface that spftrace asks for."""

from __future__ import annotations

from contextlib import suppress

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver
from spftrace.resolver import NOERROR, NXDOMAIN, SERVFAIL, TIMEOUT, BaseResolver

from config.settings import Dns as Options
from config.settings import name_server

UDP_SIZE = 1232  # octets, so that no answer is cut into fragments
REMEMBERED = 2_000  # answers, each for as long as it says


class NoAnswer(Exception):
    """The name servers gave no answer: whether there is something is not known."""


class Dns(BaseResolver):
    """The configured name servers, or those of the machine."""

    def __init__(self, options: Options) -> None:
        resolver = dns.asyncresolver.Resolver(configure=False)
        if options.servers:
            resolver.nameservers = [address for address, _ in map(name_server, options.servers)]
            resolver.nameserver_ports = dict(map(name_server, options.servers))
        else:
            with suppress(dns.resolver.NoResolverConfiguration):  # then nothing is ever known
                resolver.read_resolv_conf("/etc/resolv.conf")
        resolver.use_edns(0, 0, UDP_SIZE)
        resolver.lifetime = options.timeout
        resolver.timeout = options.timeout / 2
        resolver.cache = dns.resolver.LRUCache(REMEMBERED)
        self._resolver = resolver

    async def texts(self, name: str) -> list[str]:
        """The TXT texts of a name, [] for none. Raises `NoAnswer`."""
        return (await self._ask(name, "TXT"))[1]

    async def exists(self, name: str) -> bool:
        """Whether there is such a name, whatever stands at it. Raises `NoAnswer`."""
        return (await self._ask(name, "A"))[0] == NOERROR

    async def _ask(self, name: str, kind: str) -> tuple[str, list[str]]:
        status, found = await self._lookup(name, kind)
        if status not in (NOERROR, NXDOMAIN):
            raise NoAnswer(status)
        return status, found

    async def _lookup(self, name: str, rtype: str) -> tuple[str, list[str]]:
        """Status and values, as spftrace wants them. A name that cannot be is one that is not there."""
        try:
            asked = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return NXDOMAIN, []
        try:
            answer = await self._resolver.resolve(asked, rtype, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return NXDOMAIN, []
        except dns.exception.Timeout:
            return TIMEOUT, []
        except (dns.exception.DNSException, OSError):
            return SERVFAIL, []
        return NOERROR, [_value(each, rtype) for each in answer.rrset or ()]


def _value(rdata: object, rtype: str) -> str:
    """One record as text; a TXT record is its strings, joined."""
    match rtype:
        case "TXT":
            return b"".join(getattr(rdata, "strings")).decode("utf-8", "replace")  # noqa: B009 - a type per kind
        case "MX":
            return str(getattr(rdata, "exchange")).rstrip(".")  # noqa: B009
        case "PTR":
            return str(getattr(rdata, "target")).rstrip(".")  # noqa: B009
    return str(getattr(rdata, "address"))  # noqa: B009
