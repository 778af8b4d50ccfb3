"""How far each IMAP mailbox has been read. Our word counts, never the server's flags (RFC 9051, UID and UIDVALIDITY)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from store.inserting import upsert
from store.schema import mailbox
from store.writer import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """Every message with a UID up to `uid` is stored. It means nothing under another `uidvalidity`."""

    uidvalidity: int
    uid: int


def cursor(tx: Tx, account: str) -> Cursor | None:
    """Where the account's mailbox was left; None when it was never read."""
    row = tx.execute(select(mailbox).where(mailbox.c.account == account)).one_or_none()
    return None if row is None else Cursor(uidvalidity=row.uidvalidity, uid=row.uid)


def advance(tx: Tx, account: str, *, uidvalidity: int, uid: int, now: datetime) -> None:
    """Move on. It never goes back under one UIDVALIDITY, so that a slow node cannot undo what a quick one did."""
    before = cursor(tx, account)
    if before is not None and before.uidvalidity == uidvalidity:
        uid = max(uid, before.uid)
    row = {"account": account, "uidvalidity": uidvalidity, "uid": uid, "advanced_at": now}
    tx.execute(upsert(tx, mailbox), row)
