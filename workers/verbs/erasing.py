"""`erase` and `hold`: a person is forgotten, or a case is kept for a court."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path

from config.settings import Loaded
from intake.case import Event, Kind
from intake.policy import Policy
from store import cases, erasing
from store.erasing import Doomed
from store.person import find
from store.writer import Tx
from workers import basics
from workers.clock import SystemClock
from workers.verbs import output
from workers.verbs.looking import spelled_out


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What was asked for."""

    contact: str
    yes: bool
    even_open: bool


def erase(wish: Wish, config: Path | None, *, as_json: bool) -> int:
    """Status 1 where nobody is found, or something stands against it; what that is is noted on the cases under a legal hold."""
    found = asyncio.run(_erase(wish, basics.read(config, dry=True)))
    if found is None:
        output.complain(f"{wish.contact}: nothing is kept about such a contact")
        return 1
    against = _against(found, wish)
    done = wish.yes and not against
    if as_json:
        output.line(asdict(found) | {"refused": against, "erased": done})
    else:
        _say(found, against, done=done)
    return 1 if against or (done and found.readable) else 0


def hold(ref: str, reason: str, config: Path | None, *, release: bool) -> int:
    """Status 1 where there is no such case, or it already is as it was to be."""
    loaded, wanted = basics.read(config, dry=True), spelled_out(ref)
    if not release and not reason.strip():
        output.complain("say why: main.py hold REF REASON")
        return 1
    wrong = asyncio.run(_hold(loaded, wanted, "" if release else reason.strip()))
    if wrong:
        output.complain(f"{ref}: {wrong}")
        return 1
    output.say(f"{wanted}: {'may be erased again' if release else 'nothing of it may be erased'}")
    return 0


async def _erase(wish: Wish, loaded: Loaded) -> Doomed | None:
    store = await basics.database(loaded, exclusive=False)
    try:
        if not wish.yes:
            return await store.read(lambda tx: _look(tx, wish))
        return await store.write(lambda tx: _do(tx, wish, loaded.policy))
    finally:
        await store.close()


def _look(tx: Tx, wish: Wish) -> Doomed | None:
    found = erasing.doomed(tx, find(tx, wish.contact))
    return None if found.nothing else found


def _do(tx: Tx, wish: Wish, policy: Policy) -> Doomed | None:
    """In one transaction, so that no hold comes in between."""
    found, now = _look(tx, wish), SystemClock().now()
    if found is None:
        return None
    if found.held:
        refused = Event(kind=Kind.ERASURE_REFUSED, at=now, actor="daemon")
        erasing.note(tx, found.held, refused, policy=policy)
    elif not _against(found, wish):
        erasing.erase(tx, found, policy=policy, now=now)
    return found


def _against(found: Doomed, wish: Wish) -> list[str]:
    held = [f"{ref} is under a legal hold: {reason}" for ref, reason in found.held.items()]
    waiting = [f"{ref} is not settled yet; --even-open erases it nevertheless" for ref in found.open]
    sending = [f"{found.sending} letters are on their way at this moment: try again"] if found.sending else []
    return held + sending + ([] if wish.even_open else waiting)


def _say(found: Doomed, against: list[str], *, done: bool) -> None:
    words = "erased" if done else "would be erased"
    number = "nobody of their own" if found.contact_id is None else f"contact {found.contact_id}"
    output.say(
        f"{number}: cases {len(found.refs)}, messages {len(found.messages)}, letters {len(found.letters)}: {words}"
    )
    for ref in found.refs:
        output.say(f"  {ref}")
    for ref in found.shared:
        output.say(f"  {ref} is the case of somebody else, whom they wrote along with: it stays")
    if found.readable:
        output.say(f"  {found.readable} events are from before personal data was sealed: they stay readable")
    for reason in against:
        output.complain(f"refused: {reason}")
    if not done and not against:
        output.say("Nothing was done yet: --yes does it, and nothing brings it back.")


async def _hold(loaded: Loaded, ref: str, reason: str) -> str:
    store = await basics.database(loaded, exclusive=False)
    try:
        return await store.write(lambda tx: _place(tx, ref, reason, loaded.policy))
    finally:
        await store.close()


def _place(tx: Tx, ref: str, reason: str, policy: Policy) -> str:
    """What is wrong with it, "" for nothing."""
    case = cases.look(tx, ref)
    if case is None:
        return "there is no such case"
    if not case.legal_hold and not reason:
        return "it is under no legal hold"
    kind, data = (Kind.LEGAL_HOLD_PLACED, {"reason": reason}) if reason else (Kind.LEGAL_HOLD_LIFTED, {})
    erasing.note(tx, [ref], Event(kind=kind, at=SystemClock().now(), actor="daemon", data=data), policy=policy)
    return ""
