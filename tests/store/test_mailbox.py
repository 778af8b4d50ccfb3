"""Mailboxes are read on from where they were left."""

from __future__ import annotations

from store import mailbox
from store.database import Store
from store.mailbox import Cursor
from tests.harbour import TUESDAY


async def at(store: Store, account: str = "help") -> Cursor | None:
    return await store.read(lambda tx: mailbox.cursor(tx, account))


async def advance(store: Store, uidvalidity: int, uid: int) -> None:
    await store.write(lambda tx: mailbox.advance(tx, "help", uidvalidity=uidvalidity, uid=uid, now=TUESDAY))


async def test_a_mailbox_is_read_on_from_where_it_was_left(store: Store) -> None:
    assert await at(store) is None
    await advance(store, 4_294_967_295, 7)
    assert await at(store) == Cursor(uidvalidity=4_294_967_295, uid=7)
    assert await at(store, "sales") is None


async def test_a_slow_node_does_not_take_a_mailbox_back(store: Store) -> None:
    await advance(store, 1, 9)
    await advance(store, 1, 7)
    assert await at(store) == Cursor(uidvalidity=1, uid=9)


async def test_new_uids_begin_again(store: Store) -> None:
    """K-09: under a new UIDVALIDITY the old mark means nothing."""
    await advance(store, 1, 9)
    await advance(store, 2, 3)
    assert await at(store) == Cursor(uidvalidity=2, uid=3)
