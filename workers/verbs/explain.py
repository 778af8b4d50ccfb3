"""`explain`: a dry run of the whole journey, with nothing stored: facts, every rule hit and miss, verdict, case, letters.

Without settings the messages are played in order into a database in memory, so that replies meet their cases. With settings
each is held against the real database, which is only read.

`case_ref` is the case that was decided, "case" what belongs together: the same, but where there is no case it is that of the
message's thread. An mbox is a mailbox, and people in it may all be strangers to us: there the thread (RFC 5256) counts first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from config.settings import Database
from intake.deciding.decision import Decision
from intake.describe import describe
from intake.message import RawMessage
from intake.ports import Receipt
from intake.threading import threads
from store import colleagues, inbound
from store.database import Store
from store.errors import Conflict
from store.writer import Tx
from workers import basics
from workers.clock import SystemClock, SystemIds
from workers.deciding.desk import Desk
from workers.deciding.understanding import Understood, understand
from workers.verbs import output
from workers.verbs.files import Format, messages

TRIES = 5


def run(paths: Sequence[Path], form: Format, *, as_json: bool, config: Path | None) -> int:
    return asyncio.run(_run(paths, form, as_json, config))


async def _run(paths: Sequence[Path], form: Format, as_json: bool, config: Path | None) -> int:
    loaded = basics.read(config, dry=True)
    desk = basics.desk(loaded, SystemIds())
    kept = loaded.settings.database if config else Database(url="sqlite://")
    store = await Store.open(kept.url, keys=kept.keys, exclusive=False)
    status = 0
    try:
        if config is None:
            await store.write(lambda tx: colleagues.know(tx, loaded.policy))
        for number, path in enumerate(paths):
            status |= await _file(path, number, form, store, desk, as_json, keep=config is None)
    finally:
        await store.close()
    return status


async def _file(path: Path, number: int, form: Format, store: Store, desk: Desk, as_json: bool, *, keep: bool) -> int:
    found: list[tuple[dict[str, Any], Understood]] = []
    try:
        for index, raw in enumerate(messages(path, form, now=SystemClock().now())):
            raw = replace(raw, source_id=f"{number}:{raw.source_id}")  # a file that is named twice comes twice
            understood = understand(raw, desk.policy)
            decision = await (_play(store, desk, raw, understood) if keep else _ask(store, desk, understood))
            told = {"path": str(path), "index": index, **_described(understood), **_told(decision)}
            found.append((told, _light(understood)))
    except OSError as error:
        wrong = {"path": str(path), "error": error.strerror or "cannot be read"}
        output.line(wrong) if as_json else output.complain(f"{wrong['path']}: {wrong['error']}")
        return 1
    numbers = threads([each.message for _, each in found])
    refs = [told["case_ref"] for told, _ in found]
    for (told, each), case in zip(found, together(refs, numbers, mailbox=form == "mbox"), strict=True):
        told["case"] = case
        output.line(told) if as_json else _show(told, each)
    return 0


def together(refs: Sequence[str | None], numbers: Sequence[int], *, mailbox: bool) -> list[str | None]:
    """What to call the case of each message, by the case that was decided and the number of its thread.

    In a mailbox no two threads have one name: a thread is called after its first case, or by its number.
    """
    names: dict[int, str | None] = {}
    for ref, number in zip(refs, numbers, strict=True):
        if names.get(number) is None:
            names[number] = ref if not (mailbox and ref in names.values()) else None
    if mailbox:
        return [names[number] or f"thread-{number}" for number in numbers]
    return [ref or names[number] for ref, number in zip(refs, numbers, strict=True)]


def _light(found: Understood) -> Understood:
    """Without the files, of which a mailbox may hold more than memory does."""
    return replace(found, raw=replace(found.raw, blob=b""), message=replace(found.message, attachments=(), parts=()))


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
    return desk.settle(tx, {receipt.inbound_id: found}, raw.received_at)[receipt.inbound_id]


async def _ask(store: Store, desk: Desk, found: Understood) -> Decision:
    return await store.read(lambda tx: desk.consider(tx, found, SystemClock().now()))


def _described(found: Understood) -> dict[str, Any]:
    signals = found.signals
    return describe(found.message, origin=signals.origin, reports=signals.reports, refusal=signals.auto_reply_reason)


def _told(decision: Decision) -> dict[str, Any]:
    related = next(
        (e.data["ref"] for c in decision.changes for e in c.events if e.kind.value == "possibly_related"), None
    )
    return {
        "case_ref": decision.case_ref,
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
