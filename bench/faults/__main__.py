"""A siege from the command line: prints what was found, and ends with status 1 where a promise was broken."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

from bench.faults import sink as sinks
from bench.faults.place import furnished
from bench.faults.siege import Plan, Siege
from bench.faults.verdict import Verdict, judge
from tests.servers import dovecot


async def besiege(plan: Plan, database: str, keep: Path | None = None) -> Verdict:
    """One siege from the first start to the verdict. `keep` is a file for the daemon's log."""
    with ExitStack() as stack:
        imap = stack.enter_context(dovecot.running()).port if plan.way == "imap" else 0
        async with sinks.running() as sink:
            place = stack.enter_context(furnished(database=database, sink=sink.port, imap=imap))
            siege = Siege(plan=plan, place=place, sink=sink, imap=imap)
            try:
                status = await siege.run()
                return await asyncio.to_thread(judge, siege, status)
            finally:
                if keep:
                    await asyncio.to_thread(keep.write_text, siege.daemon.log())


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    options.add_argument("--way", choices=["smtp", "lmtp", "webhook", "imap"], default="smtp")
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--messages", type=int, default=2000, help="complaints; replies and answers come on top")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--short", action="store_true", help="20 kills, 300 complaints")
    options.add_argument("--log", type=Path, help="keep the daemon's log in this file")
    said = options.parse_args()
    kills, messages = (20, 300) if said.short else (said.kills, said.messages)
    plan = Plan(way=said.way, kills=kills, messages=messages, seed=said.seed)
    began = monotonic()
    verdict = asyncio.run(besiege(plan, said.database, said.log))
    print(f"{said.way} on {said.database}, seed {said.seed}: {monotonic() - began:.0f} s\n{verdict}")
    return 0 if verdict.clean else 1


if __name__ == "__main__":
    sys.exit(main())
