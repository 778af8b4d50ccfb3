"""Mailboxes are read on from where they were left, each by one node at a time, and shared out fairly."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import NotOurs, mailbox, nodes
from store.database import Store
from store.mailbox import Cursor, share_out
from store.writer import Tx
from tests.harbour import TUESDAY
from tests.store.examples import ME, OTHER_NODE


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


async def test_whoever_had_a_mailbox_is_told_from_whoever_has_it(store: Store) -> None:
    """mail_room #46: N nodes are N comments. Also the same node, which had it before, is another reader now."""

    def story(tx: Tx) -> None:
        mailbox.offer(tx, ME, ["help"])
        first = mailbox.take(tx, "help", ME)
        assert first is not None
        mailbox.confirm(tx, first)
        assert mailbox.take(tx, "help", OTHER_NODE) is None
        mailbox.leave(tx, "help", OTHER_NODE)
        mailbox.confirm(tx, first)
        mailbox.leave(tx, "help", ME)
        second = mailbox.take(tx, "help", OTHER_NODE)
        assert second is not None
        nodes.end(tx, OTHER_NODE)
        third = mailbox.take(tx, "help", ME)
        assert third is not None
        mailbox.confirm(tx, third)
        for former in (first, second):
            with pytest.raises(NotOurs):
                mailbox.confirm(tx, former)

    await store.write(story)


async def test_a_mailbox_goes_to_a_living_node_that_can_read_it(store: Store) -> None:
    def story(tx: Tx) -> None:
        one, two, blind = (nodes.join(tx, name) for name in ("one", "two", "blind"))
        for node in (one, two):
            mailbox.offer(tx, node, ["help", "sales"])
        mailbox.take(tx, "help", one)
        mailbox.take(tx, "sales", one)
        assert {share.owner for share in mailbox.shares(tx).values()} == {one}
        assert Counter(share.heir for share in mailbox.shares(tx).values()) == {one: 1, two: 1}
        nodes.end(tx, one)
        assert {account: share.heir for account, share in mailbox.shares(tx).items()} == {"help": two, "sales": two}
        assert blind

    await store.write(story)


NODES = st.integers(1, 6)
ACCOUNTS = st.sets(st.sampled_from("abcdefghij"))


@given(able=st.dictionaries(NODES, ACCOUNTS), owners=st.dictionaries(st.sampled_from("abcdefghij"), st.none() | NODES))
def test_every_mailbox_has_one_reader_that_can_read_it(
    able: dict[int, set[str]], owners: dict[str, int | None]
) -> None:
    heirs = share_out(able, owners)
    assert set(heirs) == {account for readable in able.values() for account in readable}
    assert all(account in able[heir] for account, heir in heirs.items())
    assert share_out(able, heirs) == heirs, "whoever looks again finds nothing to change"


@given(
    nodes=st.sets(NODES, min_size=1), accounts=ACCOUNTS, owners=st.dictionaries(st.sampled_from("abcdefghij"), NODES)
)
def test_among_equals_nobody_reads_two_more_than_another(
    nodes: set[int], accounts: set[str], owners: dict[str, int]
) -> None:
    heirs = share_out(dict.fromkeys(nodes, accounts), owners)
    load = [list(heirs.values()).count(node) for node in nodes]
    assert max(load) - min(load) <= 1
