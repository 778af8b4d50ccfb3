"""Large contents in pieces: the same as any other to whoever reads them, and none is left of what never became a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from intake.message import RawMessage
from store import blobs, copying, erasing, inbound, nodes, outbox, pieces
from store.audit import audit
from store.database import Store
from store.erasing import NOTHING
from store.errors import LostPieces
from store.pieces import InPieces
from store.schema import arriving, piece
from store.schema import inbound as messages
from store.writer import Tx
from tests.harbour import POLICY, TUESDAY
from tests.store.examples import ME, OTHER_NODE, decision, do, letter, opened, raw, submission

CONTENT = b"Subject: Broken lamp, with pictures\r\n\r\n" + bytes(range(256)) * 5_000
NAME = sha256(CONTENT).hexdigest()
LARGE = raw("1", blob=CONTENT)
COUNT = 3  # of its pieces
LATER = TUESDAY + timedelta(days=31)


async def bring(store: Store, *, node: int = ME, content: bytes = CONTENT) -> InPieces:
    """Keep a content ahead of its message."""
    whole, cut = pieces.cut(store.keys, content)
    await store.write(lambda tx: pieces.begin(tx, whole, node=node))
    for number, each in enumerate(cut):
        await store.write(lambda tx, number=number, each=each: pieces.keep(tx, whole, number, each))
    return whole


async def keep(store: Store, message: RawMessage = LARGE) -> InPieces:
    whole = await bring(store)
    await store.write(lambda tx: inbound.receive_all(tx, [message], [whole]))
    return whole


async def left(store: Store) -> tuple[int, int]:
    """How many pieces there are, and how many contents that have no message yet."""
    counts = [select(func.count()).select_from(table) for table in (piece, arriving)]
    first, second = await store.read(lambda tx: [tx.scalar(each) for each in counts])
    return first, second


async def drop(store: Store, *whole: InPieces) -> None:
    while await store.write(lambda tx: pieces.drop(tx, [each.key for each in whole])):
        pass


def audited(tx: Tx) -> set[str]:
    return {fault.slug for fault in audit(tx, policy=POLICY).faults}


async def test_a_content_in_pieces_is_taken_up_byte_for_byte(store: Store) -> None:
    await keep(store)
    assert await left(store) == (COUNT, 0)
    [claimed] = await store.write(lambda tx: inbound.claim(tx, node=ME, now=TUESDAY, limit=5))
    assert (await store.read(lambda tx: inbound.whole(tx, claimed))).raw.blob == CONTENT
    assert await store.read(lambda tx: blobs.content(tx, NAME)) == CONTENT
    assert await store.read(audited) == set()


async def test_what_lies_in_pieces_cannot_be_read_without_its_key(store: Store) -> None:
    await keep(store)
    stored = b"".join(await store.read(lambda tx: tx.scalars(select(piece.c.content)).all()))
    assert b"lamp" not in stored
    assert bytes(range(64)) not in stored


async def test_a_message_and_its_copy_need_one_set_of_pieces(store: Store) -> None:
    await keep(store)
    again = await keep(store, replace(LARGE, source_id="2"))
    assert await left(store) == (2 * COUNT, 1)
    await drop(store, again)
    assert await left(store) == (COUNT, 0)
    assert await store.read(lambda tx: blobs.content(tx, NAME)) == CONTENT


async def test_a_letter_with_the_bytes_of_a_message_goes_out_with_them(store: Store) -> None:
    await keep(store)
    await store.write(lambda tx: do(tx, decision(opened()), (letter(), replace(submission(), blob=CONTENT))))
    [pending] = await store.write(lambda tx: outbox.claim(tx, node=ME, now=TUESDAY, limit=5, channels=["mail"]))
    assert pending.submission.blob == CONTENT


async def test_what_was_given_up_leaves_nothing_and_cannot_become_a_message(store: Store) -> None:
    whole = await bring(store)
    assert await store.write(lambda tx: pieces.drop(tx, [whole.key]))
    with pytest.raises(LostPieces):
        await store.write(lambda tx: inbound.receive_all(tx, [LARGE], [whole]))
    await drop(store, whole)
    assert await left(store) == (0, 0)
    assert await store.read(lambda tx: tx.scalar(select(func.count()).select_from(messages))) == 0


async def test_what_became_a_message_is_not_given_up(store: Store) -> None:
    await drop(store, await keep(store))
    assert await store.read(lambda tx: blobs.content(tx, NAME)) == CONTENT


async def test_with_a_node_goes_what_it_was_bringing_and_nothing_else(store: Store) -> None:
    await keep(store)
    await bring(store, node=ME)
    await bring(store, node=OTHER_NODE)
    await store.write(lambda tx: nodes.end(tx, OTHER_NODE))
    assert await left(store) == (2 * COUNT, 1)
    assert await store.read(lambda tx: blobs.content(tx, NAME)) == CONTENT


async def test_pieces_go_with_an_erased_message_and_do_not_come_again(store: Store) -> None:
    await keep(store)
    [first] = await store.read(lambda tx: tx.scalars(select(messages.c.id)).all())
    gone = replace(NOTHING, messages=(first,))
    await store.write(lambda tx: erasing.erase(tx, gone, policy=POLICY, now=TUESDAY))
    assert await left(store) == (0, 0)
    await drop(store, await keep(store, replace(LARGE, source_id="2")))
    assert await left(store) == (0, 0)


async def test_pieces_go_to_the_object_store_as_one_and_come_back(store: Store) -> None:
    await keep(store)
    verdict = {"state": "done", "verdict": "RECORD", "reasons": ["noted"]}
    await store.write(lambda tx: tx.execute(update(messages).values(verdict)) and None)
    assert await store.read(lambda tx: blobs.movable(tx, before=LATER, limit=5)) == [NAME]
    sealed = await store.read(lambda tx: blobs.sealed(tx, NAME))
    assert store.unseal(bytes(sealed or b"")) == CONTENT
    assert await store.write(lambda tx: blobs.let_go(tx, [NAME])) == 1
    assert await left(store) == (0, 0)
    assert await store.read(lambda tx: blobs.content(tx, NAME)) is None
    await keep(store, replace(LARGE, source_id="2"))
    assert await store.read(lambda tx: blobs.content(tx, NAME)) == CONTENT


@pytest.mark.parametrize(
    "harm",
    [
        delete(piece).where(piece.c.number == 1),
        update(piece).where(piece.c.number == 1).values(content=b"something else"),
        delete(piece),
    ],
    ids=["one is missing", "one is another", "all are missing"],
)
async def test_an_audit_finds_what_happened_to_pieces(store: Store, harm) -> None:
    await keep(store)
    await store.write(lambda tx: tx.execute(harm) and None)
    assert await store.read(audited) == {"blob-changed"}


async def test_what_is_needed_is_not_let_go(store: Store) -> None:
    await keep(store)
    assert await store.write(lambda tx: blobs.let_go(tx, [NAME])) == 0
    assert await left(store) == (COUNT, 0)


async def test_a_copy_has_the_pieces(store: Store, tmp_path: Path) -> None:
    await keep(store)
    target = f"sqlite:///{tmp_path / 'copy.sqlite'}"
    await copying.copy(store, target, "", lambda _: None)
    copied = await Store.open(target)
    assert await copied.read(lambda tx: blobs.content(tx, NAME)) == CONTENT
    await copied.close()
