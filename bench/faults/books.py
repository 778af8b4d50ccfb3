"""What the daemon has on its books, read from outside while it runs and after it has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import column, func, select, table, update

from store import blobs
from store.engine import engines, parse
from store.schema import case, contact_point, inbound, mailbox_lease, node, outbox
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


_PEERS = table("pg_stat_activity", column("pid"), column("client_port"))
_TAKEN = (inbound, outbox, case, mailbox_lease)


class Books:
    """One database."""

    def __init__(self, url: str) -> None:
        self._engines = engines(parse(url), threads=1)

    def close(self) -> None:
        self._engines.dispose()

    def open(self) -> Counter[str]:
        """How much is not done yet, by what it is and where it stands."""
        undecided = select(inbound.c.state, inbound.c.node_id).where(inbound.c.state == "new")
        unsent = select(outbox.c.state, outbox.c.node_id).where(outbox.c.state.in_(["pending", "sending", "deferred"]))
        rows = [*self._rows(undecided), *self._rows(unsent)]
        return Counter(f"{row.state} {'taken up by ' if row.node_id else ''}{row.node_id or ''}" for row in rows)

    def busy(self) -> bool:
        """Whether the youngest node has something to do at once: neither what was put off, nor what another has taken up."""
        youngest = select(func.max(node.c.id)).scalar_subquery()
        todo = ((inbound, ["new"]), (outbox, ["pending", "sending"]))
        return any(
            self._rows(
                select(kind.c.id)
                .where(kind.c.state.in_(states), func.coalesce(kind.c.node_id, youngest) == youngest)
                .limit(1)
            )
            for kind, states in todo
        )

    def hang_up(self, port: int) -> None:
        """End the connection that comes from this port, at PostgreSQL's end."""
        with self._engines.write.begin() as tx:
            tx.execute(select(func.pg_terminate_backend(_PEERS.c.pid)).where(_PEERS.c.client_port == port))

    def age(self) -> None:
        """Let time pass: neither suspects nor letters that were put off wait any longer."""
        now = SystemClock().now()
        with self._engines.write.begin() as tx:
            for waits in (inbound.c.not_before, outbox.c.next_attempt_at):
                tx.execute(update(waits.table).where(waits > now).values({waits: now}))

    def living(self, name: str = "") -> list[int]:
        """The ids of nodes that nobody has declared dead; of all, or of those with this name."""
        lives = self._rows(select(node.c.id, node.c.name).where(node.c.ended_at.is_(None)))
        return [row.id for row in lives if name in ("", row.name)]

    def readers(self) -> list[str]:
        """The names of nodes that read a mailbox."""
        return [
            row.name
            for row in self._rows(select(node.c.name).join(mailbox_lease, mailbox_lease.c.node_id == node.c.id))
        ]

    def lives(self) -> int:
        """How many nodes there ever were."""
        return len(self._rows(select(node.c.id)))

    def held_by(self, nodes: Sequence[int]) -> int:
        """How many rows these nodes have taken up."""
        return sum(len(self._rows(select(kind.c.node_id).where(kind.c.node_id.in_(nodes)))) for kind in _TAKEN)

    def left_behind(self) -> list[int]:
        """The nodes that are named somewhere and do not live."""
        living = self.living()
        named = {row.node_id for kind in _TAKEN for row in self._rows(select(kind.c.node_id).distinct())}
        return sorted(named - {None, *living})

    def kept(self) -> list[Kept]:
        with (self._engines.read or self._engines.write).connect() as tx:
            return [_kept(row, blobs.content(tx, row.blob_id) or b"") for row in tx.execute(select(inbound)).all()]

    def written(self) -> list[Written]:
        names = ("kind", "case_ref", "message_id", "state", "automatic", "text")
        rows = self._rows(select(outbox))
        return [Written(outbox_id=row.id, address=row.rcpt[0], **{n: getattr(row, n) for n in names}) for row in rows]

    def cases(self) -> list[str]:
        return [row.ref for row in self._rows(select(case.c.ref))]

    def people(self) -> list[str]:
        """Addresses of contacts, each as often as it stands there."""
        return [row.words for row in self._rows(select(contact_point).where(contact_point.c.kind == "mail"))]

    def _rows(self, statement: Any) -> list[Any]:
        reading = self._engines.read or self._engines.write
        with reading.connect() as tx:
            return list(tx.execute(statement))


def _kept(row: Any, content: bytes) -> Kept:
    return Kept(
        inbound_id=row.id,
        sha256=sha256(content).hexdigest(),
        state=row.state,
        verdict=row.verdict or "",
        case_ref=row.case_ref or "",
        source=f"{row.channel}:{row.source_id}",
    )
