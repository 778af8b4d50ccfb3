"""How far each IMAP mailbox was read, and by whom. Our word counts, never the server's flags (RFC 9051, UID and UIDVALIDITY).

A mailbox is read by one node at a time. Its epoch rises whenever it changes hands, so that whoever had it can be told from
whoever has it, be they one and the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update

from store.errors import NotOurs
from store.inserting import missing, upsert
from store.schema import mailbox, mailbox_lease, node
from store.schema.nodes import LIVING
from store.writer import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """Every message with a UID up to `uid` is stored. It means nothing under another `uidvalidity`."""

    uidvalidity: int
    uid: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Tenure:
    """One node's time with one mailbox."""

    account: str
    node: int
    epoch: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Who reads a mailbox, and who should."""

    owner: int | None
    heir: int


def cursor(tx: Tx, account: str) -> Cursor | None:
    """Where the account's mailbox was left; None when it was never read."""
    row = tx.execute(select(mailbox).where(mailbox.c.account == account)).one_or_none()
    return None if row is None else Cursor(uidvalidity=row.uidvalidity, uid=row.uid)


def advance(tx: Tx, account: str, *, uidvalidity: int, uid: int, now: datetime) -> None:
    """Move on. It never goes back under one UIDVALIDITY."""
    before = cursor(tx, account)
    if before is not None and before.uidvalidity == uidvalidity:
        uid = max(uid, before.uid)
    row = {"account": account, "uidvalidity": uidvalidity, "uid": uid, "advanced_at": now}
    tx.execute(upsert(tx, mailbox), row)


def offer(tx: Tx, node_id: int, accounts: Collection[str]) -> None:
    """Say which mailboxes a node can read."""
    tx.execute(update(node).where(node.c.id == node_id).values(mailboxes=sorted(accounts)))
    for account in sorted(accounts):
        tx.execute(missing(tx, mailbox_lease), {"account": account, "epoch": 0})


def shares(tx: Tx) -> dict[str, Share]:
    """Every mailbox that somebody alive can read."""
    able = {row.id: row.mailboxes for row in tx.execute(select(node.c.id, node.c.mailboxes).where(LIVING))}
    owners = {row.account: row.node_id for row in tx.execute(select(mailbox_lease))}
    heirs = share_out(able, owners)
    return {account: Share(owner=owners.get(account), heir=heir) for account, heir in heirs.items()}


def share_out(able: Mapping[int, Collection[str]], owners: Mapping[str, int | None]) -> dict[str, int]:
    """Who should read which mailbox: everybody as many as the others, give or take one, and as few as can be change hands.

    `able` says what each node can read. All nodes come to the same result, whoever asks.
    """
    load = dict.fromkeys(sorted(able), 0)
    heirs: dict[str, int] = {}
    for account, owner in owners.items():
        if owner is not None and account in able.get(owner, ()):
            heirs[account] = owner
            load[owner] += 1
    accounts = sorted({account for readable in able.values() for account in readable})
    accounts.sort(key=lambda account: account in heirs)  # those that nobody has come first
    while any(_move(account, able, heirs, load) for account in accounts):
        pass
    return heirs


def _move(account: str, able: Mapping[int, Collection[str]], heirs: dict[str, int], load: dict[int, int]) -> bool:
    """Give one mailbox to whoever has least to read, where that makes things fairer. Returns whether it did."""
    least = min((each for each in load if account in able[each]), key=load.__getitem__)
    owner = heirs.get(account)
    if owner is not None and load[owner] <= load[least] + 1:
        return False
    heirs[account] = least
    load[least] += 1
    if owner is not None:
        load[owner] -= 1
    return True


def take(tx: Tx, account: str, node_id: int) -> Tenure | None:
    """Begin to read a mailbox, or begin anew. None where somebody else reads it."""
    columns = mailbox_lease.c
    free = columns.account == account, or_(columns.node_id.is_(None), columns.node_id == node_id)
    changes = {"node_id": node_id, "epoch": columns.epoch + 1}
    epoch = tx.scalar(update(mailbox_lease).where(*free).values(changes).returning(columns.epoch))
    return None if epoch is None else Tenure(account=account, node=node_id, epoch=epoch)


def confirm(tx: Tx, tenure: Tenure) -> None:
    """Until the transaction ends the mailbox stays in these hands. Raises NotOurs where it has left them."""
    columns = mailbox_lease.c
    held = columns.account == tenure.account, columns.node_id == tenure.node, columns.epoch == tenure.epoch
    if tx.scalar(select(columns.epoch).where(*held).with_for_update(read=True)) is None:
        raise NotOurs(tenure.account)


def leave(tx: Tx, account: str, node_id: int) -> None:
    """Let somebody else read a mailbox."""
    held = mailbox_lease.c.account == account, mailbox_lease.c.node_id == node_id
    tx.execute(update(mailbox_lease).where(*held).values(node_id=None))
