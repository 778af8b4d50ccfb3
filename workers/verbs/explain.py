"""`explain`: a dry run of the whole journey, with nothing stored: facts, every rule hit and miss, verdict, case, letters.

Without settings the messages are played in order into a database in memory, so that replies meet their cases. With settings
each is held against the real database, which is only read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intake.decision import Decision
from intake.message import RawMessage
from intake.ports import Receipt
from store import inbound
from store.database import Store
from store.errors import Conflict
from store.writer import Tx
from workers import wiring
from workers.clock import SystemClock, SystemIds
from workers.desk import Desk
from workers.understanding import Understood, understand
from workers.verbs import output
from workers.verbs.files import Format, messages
from workers.verbs.parse import understood as described

TRIES = 5


def run(paths: Sequence[Path], form: Format, *, as_json: bool, config: Path | None) -> int:
    return asyncio.run(_run(paths, form, as_json, config))


async def _run(paths: Sequence[Path], form: Format, as_json: bool, config: Path | None) -> int:
    loaded = wiring.read(config, dry=True)
    desk = wiring.desk(loaded, SystemIds())
    url = loaded.settings.database.url if config else "sqlite://"
    store = await Store.open(url, exclusive=False)
    status = 0
    try:
        for path in paths:
            status |= await _file(path, form, store, desk, as_json, keep=config is None)
    finally:
        await store.close()
    return status


async def _file(path: Path, form: Format, store: Store, desk: Desk, as_json: bool, *, keep: bool) -> int:
    try:
        for index, raw in enumerate(messages(path, form, now=SystemClock().now())):
            found = understand(raw, desk.policy)
            decision = await (_play(store, desk, raw, found) if keep else _ask(store, desk, found))
            told = {"path": str(path), "index": index, **described(raw), **_told(decision)}
            output.line(told) if as_json else _show(told, found)
    except OSError as error:
        wrong = {"path": str(path), "error": error.strerror or "cannot be read"}
        output.line(wrong) if as_json else output.complain(f"{wrong['path']}: {wrong['error']}")
        return 1
    return 0


async def _play(store: Store, desk: Desk, raw: RawMessage, found: Understood) -> Decision:
    """Store and decide, in memory."""
    for _ in range(TRIES):
        try:
            return await store.write(lambda tx: _keep_and_settle(tx, desk, raw, found))
        except Conflict:
            continue
    raise Conflict("no free reference")


def _keep_and_settle(tx: Tx, desk: Desk, raw: RawMessage, found: Understood) -> Decision:
    receipt: Receipt = inbound.receive(tx, raw)
    return desk.settle(tx, receipt.inbound_id, found, raw.received_at)


async def _ask(store: Store, desk: Desk, found: Understood) -> Decision:
    return await store.read(lambda tx: desk.consider(tx, None, found, SystemClock().now()))


def _told(decision: Decision) -> dict[str, Any]:
    related = next(
        (e.data["ref"] for c in decision.changes for e in c.events if e.kind.value == "possibly_related"), None
    )
    return {
        "case": decision.case_ref,
        "related": related,
        "verdict": decision.verdict.value,
        "reasons": list(decision.reasons),
        "hits": list(decision.hits),
        "misses": list(decision.misses),
        "score": decision.score,
        "events": [event.kind.value for change in decision.changes for event in change.events],
        "letters": [
            {
                "kind": letter.kind.value,
                "to": letter.to.address,
                "channel": letter.to.channel,
                "subject": letter.subject,
                "text": letter.text,
            }
            for letter in decision.letters
        ],
    }


def _show(told: dict[str, Any], found: Understood) -> None:
    output.say(f"{told['path']}  ({told['index']})")
    sender = found.signals.sender or f"nobody provable ({found.signals.sender_refusal})"
    output.say(f"  from {sender}, {told['origin']}, brand {found.signals.brand}, dmarc {found.signals.dmarc}")
    output.say(f"  matters {list(found.signals.matters)}, cues {list(found.signals.cues)}, defects {told['defects']}")
    for name in told["misses"]:
        output.say(f"    no   {name}")
    for name in told["hits"]:
        output.say(f"    yes  {name}")
    output.say(f"  {told['verdict']}  case {told['case']}  because {', '.join(told['reasons'])}")
    for letter in told["letters"]:
        output.say(f"  letter: {letter['kind']} to {letter['to']}: {letter['subject']}")
        for text in letter["text"].splitlines():
            output.say(f"    | {text}")
    output.say()
