"""Who stands behind one mail that came straight from the Internet: SPF (RFC 7208), DKIM, ARC and DMARC (RFC 9989) together.

Where the DNS of the From domain gives no answer the verdict is temperror: it is
not known. The DNS of anybody else cannot bring that about.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

from spftrace import Evaluator, Limits

from intake.message import Checked, Envelope, RawMessage
from intake.senders import dmarc
from intake.senders.authentication import from_domain, passed_at_first
from workers.edge.dns import Dns, NoAnswer
from workers.edge.signatures import Signed, key_names, verify

LARGE = 256 * 1024  # bytes; taking more than this apart could hold up the daemon
PATIENCE = 20.0  # seconds for the signatures on a large mail
ROOT = Path(__file__).parents[2]
CHILD = (sys.executable, "-m", "workers.edge.signatures_child")

Records = dict[str, dmarc.Record]


class Evaluation:
    """Checks mails with the DNS, and believes these sealers about what they have handed on."""

    def __init__(self, dns: Dns, *, sealers: Collection[str], seconds: float) -> None:
        self._dns = dns
        self._sealers = frozenset(sealers)
        self._seconds = seconds  # for SPF, which may ask many names in turn

    async def check(self, raw: RawMessage) -> Checked:
        """What is found out about a mail."""
        author = await asyncio.to_thread(from_domain, raw.blob)
        if not author:
            return Checked(header_from="")
        spf, signed, (records, certain) = await asyncio.gather(
            self._spf(raw.envelope), self._signed(raw.blob), self._records([author])
        )
        passed = _spf_domain(raw.envelope) if spf == "pass" else ""
        unsure = [*signed.unknown, *([_spf_domain(raw.envelope)] if spf == "temperror" else [])]
        more, _ = await self._records([passed, *signed.dkim, *unsure])
        answers = more | records
        exists = author in answers or await self._exists(author)
        found = dmarc.evaluate(author, dkim=signed.dkim, spf=passed, exists=exists, answers=answers)
        doubt = not certain or any(dmarc.aligned(author, each, strict=False, answers=answers) for each in unsure)
        handed_on = found.verdict != "pass" and self._handed_on(author, signed)
        verdict = "temperror" if doubt and found.verdict != "pass" else found.verdict
        return Checked(
            header_from=author,
            dmarc="pass" if handed_on else verdict,
            policy=found.policy,
            spf=spf,
            dkim=signed.dkim,
            arc="pass" if handed_on else "none",
        )

    async def _spf(self, envelope: Envelope) -> str:
        """The result for the return path, or for the client's own name where that is empty."""
        check = Evaluator(self._dns, Limits(time_limit=self._seconds))
        try:
            async with asyncio.timeout(self._seconds):
                return str((await check.evaluate(envelope.peer, envelope.mail_from or "", envelope.helo)).verdict)
        except TimeoutError:
            return "temperror"

    async def _signed(self, blob: bytes) -> Signed:
        names: tuple[str, ...] = await _apart(blob, None)
        keys = dict(zip(names, await asyncio.gather(*map(self._key, names)), strict=True))
        signed: Signed = await _apart(blob, keys) if names else Signed()
        return signed

    async def _key(self, name: str) -> str | None:
        """The one key at a name; "" for none, None where there was no answer."""
        try:
            texts = await self._dns.texts(name)
        except NoAnswer:
            return None
        return texts[0] if len(texts) == 1 else ""

    async def _records(self, domains: Iterable[str]) -> tuple[Records, bool]:
        """The DMARC records that a tree walk from each domain meets, and whether every question was answered."""
        names = list(dict.fromkeys(name for domain in domains if domain for name in dmarc.questions(domain)))
        asked = await asyncio.gather(*(self._record(name) for name in names))
        found = {name: record for name, (record, _) in zip(names, asked, strict=True) if record is not None}
        return found, all(answered for _, answered in asked)

    async def _record(self, domain: str) -> tuple[dmarc.Record | None, bool]:
        try:
            return dmarc.record(await self._dns.texts(f"_dmarc.{domain}")), True
        except NoAnswer:
            return None, False

    async def _exists(self, domain: str) -> bool:
        try:
            return await self._dns.exists(domain)
        except NoAnswer:
            return True

    def _handed_on(self, author: str, signed: Signed) -> bool:
        """Whether servers that we trust, and nobody else, have handed it on, and the first of them found it to be good."""
        trusted = bool(signed.sealers) and self._sealers.issuperset(signed.sealers)
        return trusted and passed_at_first(signed.first_said, author)


def _spf_domain(envelope: Envelope) -> str:
    return (envelope.mail_from or envelope.helo).rpartition("@")[2].rstrip(".").lower()


async def _apart(blob: bytes, keys: Mapping[str, str | None] | None) -> Any:
    """The names of the keys, or with the keys what they prove: in a thread, or at arm's length where the mail is large.

    Raises ChildProcessError where that was too much.
    """
    if len(blob) <= LARGE:
        return await asyncio.to_thread(key_names, blob) if keys is None else await asyncio.to_thread(verify, blob, keys)
    child = await asyncio.create_subprocess_exec(*CHILD, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await child.communicate(pickle.dumps((blob, keys)))
    except TimeoutError:
        said = b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if not said:
        raise ChildProcessError("the signatures on a large mail were too much")
    return pickle.loads(said)  # noqa: S301 - written by our own code
