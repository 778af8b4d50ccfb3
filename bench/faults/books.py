"""What the daemon has on its books, read from outside while it runs and after it has ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import create_engine, select, update

from store.engine import parse
from store.schema import blob, case, contact_point, inbound, outbox
from workers.clock import SystemClock


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One message as it is stored."""

    inbound_id: int
    sha256: str  # of the bytes that are stored, computed anew
    state: str
    verdict: str
    case_ref: str
    source: str

    def __str__(self) -> str:
        return f"inbound:{self.inbound_id} {self.state} {self.verdict} {self.source}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One letter as it is stored."""

    outbox_id: int
    kind: str
    case_ref: str
    address: str
    message_id: str
    state: str
    automatic: bool
    text: str


class Books:
    """One database."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(parse(url), connect_args={"timeout": 30} if url.startswith("sqlite") else {})

    def close(self) -> None:
        self._engine.dispose()

    def open(self) -> Counter[str]:
        """How much is not done yet, by what it is and where it stands."""
        undecided = select(inbound.c.state, inbound.c.node_id).where(inbound.c.state == "new")
        unsent = select(outbox.c.state, outbox.c.node_id).where(outbox.c.state.in_(["pending", "sending", "deferred"]))
        rows = [*self._rows(undecided), *self._rows(unsent)]
        return Counter(f"{row.state} {'taken up by ' if row.node_id else ''}{row.node_id or ''}" for row in rows)

    def age(self) -> None:
        """Let time pass: suspects wait no longer."""
        now = SystemClock().now()
        with self._engine.begin() as tx:
            tx.execute(update(inbound).where(inbound.c.not_before > now).values(not_before=now))

    def kept(self) -> list[Kept]:
        statement = select(inbound, blob.c.content).join(blob, blob.c.sha256 == inbound.c.blob_id, isouter=True)
        return [_kept(row) for row in self._rows(statement)]

    def written(self) -> list[Written]:
        names = ("kind", "case_ref", "address", "message_id", "state", "automatic", "text")
        return [Written(outbox_id=row.id, **{n: getattr(row, n) for n in names}) for row in self._rows(select(outbox))]

    def cases(self) -> list[str]:
        return [row.ref for row in self._rows(select(case.c.ref))]

    def people(self) -> list[str]:
        """Addresses of contacts, each as often as it stands there."""
        return [row.value for row in self._rows(select(contact_point).where(contact_point.c.kind == "mail"))]

    def _rows(self, statement: Any) -> list[Any]:
        with self._engine.connect() as tx:
            return list(tx.execute(statement))


def _kept(row: Any) -> Kept:
    return Kept(
        inbound_id=row.id,
        sha256=sha256(row.content or b"").hexdigest(),
        state=row.state,
        verdict=row.verdict or "",
        case_ref=row.case_ref or "",
        source=f"{row.channel}:{row.source_id}",
    )
