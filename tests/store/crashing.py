"""A process that stores messages as fast as it can, and says which ones it has promised to keep. It is killed by its test."""

from __future__ import annotations

import asyncio
import sys
from itertools import count

from intake.reference import make
from store import inbound
from store.database import Store
from tests.store.examples import decision, do, letter, opened, raw, submission


async def keep(store: Store, run: int, lane: int) -> None:
    for number in count():
        name = f"{run}-{lane}-{number}"
        ref = make("HH", (run * 10 + lane) * 100_000 + number)

        def both(tx, name=name, ref=ref):  # type: ignore[no-untyped-def]
            inbound_id = inbound.receive(tx, raw(name)).inbound_id
            written = letter(case_ref=ref, cause=f"inbound:{inbound_id}"), submission(name)
            do(tx, decision(opened(ref), ref=ref), written, inbound_id=inbound_id)

        await store.write(both)
        print(name, flush=True)


async def main(url: str, run: int) -> None:
    store = await Store.open(url)
    await asyncio.gather(*(keep(store, run, lane) for lane in range(4)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
