"""What one message costs from its bytes to its letters in the outbox: `python -m bench.journey`.

Step by step: the journey as the daemon makes it, in this process, into SQLite with `synchronous=FULL`, 50 messages to a
transaction. Milliseconds are of the processor, for each message of `bench.workload` (or for plain first contacts only: --plain);
the figure is the median over the rounds. The daemon as a whole, with clients, is `bench.loop`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from unittest.mock import patch

from bench import workload
from config.loader import load
from config.settings import Loaded
from intake.message import Envelope, RawMessage
from intake.policy import AckLimits, Key
from store import colleagues, inbound
from store.engine import engines, parse
from store.migrate import migrate
from workers import basics
from workers.clock import SystemIds
from workers.deciding import desk as desk_room
from workers.deciding import understanding

A_COMMIT = 50
START = datetime(2026, 1, 6, 9, tzinfo=UTC)  # a Tuesday; then a message every 40 seconds
STEPS = ("keep", "parse", "observe", "facts", "decide", "compose", "apply", "rest", "commit")
TIMED = (
    (understanding, "parse", "parse"),
    (understanding, "observe", "observe"),
    (desk_room.facts, "facts", "facts"),
    (desk_room, "decide", "decide"),
    (desk_room, "compose", "compose"),
    (desk_room.apply, "apply", "apply"),
)
Spent = dict[str, float]


def house() -> Loaded:
    """The documented settings, with no limit on letters: a bench sends more in a minute than customers do in a day."""
    loaded = load(None, environ={}, spare_key=Key(id="x", secret=bytes(32)))
    many = AckLimits(per_sender_24h=10**6, per_domain_1h=10**6, all_1m=10**6, unproven_1m=10**6)
    brands = tuple(replace(brand, acknowledgement=many) for brand in loaded.policy.brands)
    return replace(loaded, policy=replace(loaded.policy, brands=brands))


def mail(count: int, seed: int, plain: bool) -> list[bytes]:
    found = workload.messages(10 * count if plain else count, seed)
    return [blob for kind, blob in found if kind == "plain" or not plain][:count]


def step_by_step(loaded: Loaded, blobs: Sequence[bytes]) -> tuple[Spent, Counter[str]]:
    """Milliseconds a message for every step, and how many letters of each kind were written."""
    desk, spent = basics.desk(loaded, SystemIds()), dict.fromkeys(STEPS, 0.0)
    letters: Counter[str] = Counter()
    with fresh() as url, stopwatch(spent):
        engine = engines(parse(url), threads=1)
        with engine.write.begin() as tx:
            colleagues.know(tx, loaded.policy)
        for first in range(0, len(blobs), A_COMMIT):
            with engine.write.connect() as tx:
                begun = tx.begin()
                raws = [
                    arrived(number, blob) for number, blob in enumerate(blobs[first : first + A_COMMIT], start=first)
                ]
                kept = [each.inbound_id for each in _timed(spent, "keep", inbound.receive_all)(tx, raws)]
                for decision in _timed(spent, "rest", _settle)(desk, tx, dict(zip(kept, raws, strict=True))):
                    letters.update(letter.kind.value for letter in decision.letters)
                _timed(spent, "commit", begun.commit)()
        engine.dispose()
    spent["rest"] -= sum(spent[name] for _, _, name in TIMED)
    return {step: 1000 * spent[step] / len(blobs) for step in STEPS}, letters


def arrived(number: int, blob: bytes) -> RawMessage:
    return RawMessage(
        channel="smtp",
        account="smtp",
        source_id=str(number),
        envelope=Envelope(mail_from="jo@home.example", rcpt_to=("help@harbour.example",), peer="192.0.2.7"),
        blob=blob,
        received_at=START + timedelta(seconds=40 * number),
    )


def _settle(desk: desk_room.Desk, tx: Any, batch: dict[int, RawMessage]) -> Iterable[Any]:
    understood = {inbound_id: understanding.understand(raw, desk.policy) for inbound_id, raw in batch.items()}
    return desk.settle(tx, understood, now=max(raw.received_at for raw in batch.values())).values()


@contextmanager
def fresh() -> Iterator[str]:
    """The address of a new, empty database."""
    with tempfile.TemporaryDirectory(prefix="answerable-bench-") as folder:
        migrate(f"sqlite:///{folder}/bench.db")
        yield f"sqlite:///{folder}/bench.db"


@contextmanager
def stopwatch(spent: Spent) -> Iterator[None]:
    """Counts the time of the processor in the functions that the daemon calls, where it calls them."""
    with ExitStack() as stack:
        for room, name, step in TIMED:
            stack.enter_context(patch.object(room, name, _timed(spent, step, getattr(room, name))))
        yield


def _timed(spent: Spent, step: str, run: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        began = time.process_time()
        try:
            return run(*given, **named)
        finally:
            spent[step] += time.process_time() - began

    return timed


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--plain", action="store_true", help="first contacts in plain text only")
    chosen = options.parse_args()
    loaded = house()
    found, letters = [], Counter[str]()
    for turn in range(chosen.rounds + 1):  # the first one warms up
        spent, letters = step_by_step(loaded, mail(chosen.count, turn, chosen.plain))
        found.append(spent)
    figures = {step: median(spent[step] for spent in found[1:]) for step in STEPS}
    for step, cost in figures.items():
        print(f"{step:10} {cost:6.3f} ms")
    total = sum(figures.values())
    print(f"{'together':10} {total:6.3f} ms, {1000 / total:.0f} messages a second; letters: {dict(letters)}")


if __name__ == "__main__":
    main()
