"""What is left of a case whose people were erased: what its statistics need, and nobody's words, names or addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from intake.case import Case, Data, Promise, PromiseState, Route, Status, stamp, when

GONE = "erased"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shell:
    """What the columns of a case say that are not sealed: it can be made when nothing of the case can be read any more."""

    ref: str
    brand: str
    status: Status
    owner: str
    handler: str
    department: str
    received_at: datetime
    followed_up_on: date | None
    settled: bool
    contacts: int
    replies: int
    promises: Sequence[Promise]
    events: int  # before it was erased


def data(shell: Shell) -> dict[str, Any]:
    """The data of the event `erased`. A case that was open ends by it, and so do promises that were."""
    return {
        "ref": shell.ref,
        "brand": shell.brand,
        "status": Status.MERGED.value if shell.status is Status.MERGED else Status.RESOLVED.value,
        "owner": shell.owner,
        "handler": shell.handler,
        "department": shell.department,
        "received_at": stamp(shell.received_at),
        "followed_up_on": shell.followed_up_on.isoformat() if shell.followed_up_on else None,
        "settled": shell.settled,
        "contacts": shell.contacts,
        "replies": shell.replies,
        "promises": [_told(each) for each in shell.promises if each.state is not PromiseState.OPEN],
        "events": shell.events,
    }


def case(d: Data) -> Case:
    """The case that is left."""
    return Case(
        ref=d["ref"],
        brand=d["brand"],
        status=Status(d["status"]),
        customer_name=GONE,
        route=Route(channel="none", address=""),
        owner=d["owner"],
        handler=d["handler"],
        department=d["department"],
        received_at=when(d["received_at"]),
        issue=GONE,
        contacts=d["contacts"],
        replies=d["replies"],
        promises=tuple(map(_promise, d["promises"])),
        followed_up=d["settled"],
        followed_up_on=date.fromisoformat(d["followed_up_on"]) if d["followed_up_on"] else None,
        events=d["events"] + 1,
    )


def _told(promise: Promise) -> dict[str, Any]:
    return {
        "id": promise.id,
        "kind": promise.kind,
        "made_at": stamp(promise.made_at),
        "due_at": stamp(promise.due_at),
        "made_by": promise.made_by,
        "state": promise.state.value,
        "nudged": promise.nudged,
    }


def _promise(d: Data) -> Promise:
    times = {name: when(d[name]) for name in ("made_at", "due_at")}
    return Promise(**{**d, **times, "state": PromiseState(d["state"])})
