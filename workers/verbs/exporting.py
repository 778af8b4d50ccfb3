"""`export`: one archive of all that is kept about a person, for them to read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from config.settings import Loaded
from intake.dossier import Reader
from intake.letters import covering
from store import cases, person
from store.objects import Objects, ObjectsDown
from store.person import Person
from store.sealing import ring, unseal_bytes
from store.writer import Tx
from workers import basics
from workers.clock import SystemClock
from workers.verbs import output
from workers.verbs.archive import archive
from workers.verbs.gathering import Gathered, NotAtHand, gather


class Nothing(Exception):
    """There is nothing to hand over."""


class Erased(Nothing):
    """Any more."""


def run(contact: str, to: Path, config: Path | None) -> int:
    """Status 1 where nothing is kept about the contact, or the archive cannot be made. No file is ever replaced."""
    loaded = basics.read(config, dry=True)
    try:
        found = asyncio.run(_run(contact, to, loaded, SystemClock().now()))
    except Erased:
        output.complain(f"{contact}: what was kept about them was erased")
        return 1
    except Nothing:
        output.complain(f"{contact}: nothing is kept about them")
        return 1
    except NotAtHand:
        output.complain("some of their mail lies in an object store that the settings do not name: see [blobs] url")
        return 1
    except ObjectsDown as error:
        output.complain(f"the object store does not answer ({error})")
        return 1
    except FileExistsError:
        output.complain(f"{to}: there is such a file already")
        return 1
    output.say(f"{to}: {_counted(found.taken)}; left out: {_counted(found.left_out)}")
    return 0


async def _run(contact: str, to: Path, loaded: Loaded, now: datetime) -> Gathered:
    store = await basics.database(loaded, exclusive=False)
    try:
        return await store.read(lambda tx: hand_over(tx, contact, to, loaded, now))
    finally:
        await store.close()


def hand_over(tx: Tx, contact: str, to: Path, loaded: Loaded, now: datetime) -> Gathered:
    """One snapshot of the database into one file."""
    who = person.find(tx, contact)
    unseal = partial(unseal_bytes, ring(tx.dialect))
    objects = Objects(loaded.settings.blobs.url, unseal) if loaded.settings.blobs.url else None
    with archive(to, at=now) as into:
        found = gather(tx, who, _reader(who, loaded), into, objects)
        if not found.taken and not who.points:
            raise Erased if who.known else Nothing
        if not found.taken and not who.known:
            raise Nothing
        into.add("person.json", orjson.dumps(_about(who, now), option=orjson.OPT_INDENT_2))
        into.add("README.txt", _letter(tx, who, loaded, found, now).encode())
    return found


def _reader(who: Person, loaded: Loaded) -> Reader:
    return Reader(
        addresses=who.addresses,
        refs=frozenset(who.refs),
        opened=who.opened,
        notes=loaded.settings.export.notes,
        policy=loaded.policy,
    )


def _about(who: Person, now: datetime) -> dict[str, Any]:
    points = [{"kind": kind, "value": value} for kind, value in who.points]
    return {
        "contact": who.contact_id,
        "name": who.name,
        "reached_at": points,
        "cases": who.refs,
        "as_of": now.isoformat(),
    }


def _letter(tx: Tx, who: Person, loaded: Loaded, found: Gathered, now: datetime) -> str:
    newest = cases.look(tx, who.refs[-1]) if who.refs else None
    return covering.letter(
        newest,
        loaded.policy,
        loaded.stationery,
        taken=found.taken,
        left_out=found.left_out,
        cases=len(who.refs),
        now=now,
    )


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{what} {count}" for what, count in sorted(numbers.items()) if count) or "nothing"
