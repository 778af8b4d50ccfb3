"""From settings to objects: the only place that knows which class stands behind which port."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prometheus_client import REGISTRY

import channels
from channels import Tools
from channels.chat import Chat
from channels.http import Options as HttpOptions
from channels.http import Server
from config.loader import Faults, build
from config.settings import Blobs, Loaded
from config.settings import Dns as DnsOptions
from intake.ports import Clock, Ids, Receiver, Sender
from store import engine
from store.database import Store
from store.objects import Objects
from workers import basics
from workers.anchorer import ANCHORS, Anchorer
from workers.courier import Courier
from workers.deciding.desk import Desk
from workers.deciding.triage import Triage
from workers.digester import Digester
from workers.edge.clamd import Clamd
from workers.edge.scanner import Scanner
from workers.edge.verifier import Verifier
from workers.life import Life
from workers.mailboxes import Mailboxes
from workers.mover import Mover
from workers.receiver import Keeper, Reception
from workers.reminder import Reminder
from workers.retainer import Retainer
from workers.runner import Runner
from workers.shelves import Conversations
from workers.watching.gauges import Gauges
from workers.watching.pulse import Pulse
from workers.watching.readiness import Readiness
from workers.watching.space import Space
from workers.watching.watch import Look, Watch

if TYPE_CHECKING:
    from workers.edge.evaluation import Evaluation


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """A daemon, put together and not yet started."""

    loaded: Loaded
    store: Store
    desk: Desk
    receivers: Mapping[str, Receiver]
    senders: Mapping[str, Sender]
    reception: Reception
    life: Life
    runners: tuple[Runner, ...]

    @property
    def addresses(self) -> dict[str, tuple[str, int]]:
        """Where each way in listens, by its name; known once it is open."""
        found = {name: getattr(receiver, "address", ("", 0)) for name, receiver in self.receivers.items()}
        return {name: address for name, address in found.items() if address[1]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wires:
    """Every channel that the settings name: by its own name, and by what it can do."""

    named: Mapping[str, Any]
    receivers: Mapping[str, Receiver]
    senders: Mapping[str, Sender]


def wires(loaded: Loaded, clock: Clock, ids: Ids) -> Wires:
    """All channels, made from their tables. Raises `Faults` with everything that is wrong with any of them."""
    made, faults = attempt(loaded, clock, ids)
    if faults:
        raise Faults(faults)
    return made


def attempt(loaded: Loaded, clock: Clock, ids: Ids) -> tuple[Wires, list[str]]:
    """The channels that can be made, and what is wrong with the others."""
    settings = loaded.settings
    tools = Tools(clock=clock, ids=ids, policy=loaded.policy, data=settings.data)
    faults: list[str] = []
    named: dict[str, Any] = {}
    tables = {f"channel.{name}": table for name, table in settings.channel.items()} | {"outgoing": settings.outgoing}
    for where, table in tables.items():
        try:
            named[where.rpartition(".")[2]] = _channel(where, table, tools)
        except Faults as error:
            faults += error.faults
    try:
        server = Server("http", build(HttpOptions, settings.http, "http"))
        server.channels = [channel for channel in named.values() if hasattr(channel, "routes")]
        named["http"] = server
    except Faults as error:
        faults += error.faults
    receivers = {name: channel for name, channel in named.items() if hasattr(channel, "receive")}
    return Wires(named=named, receivers=receivers, senders=_senders(named)), faults


def _channel(where: str, table: Mapping[str, Any], tools: Tools) -> Any:
    name = where.rpartition(".")[2]
    try:
        module = channels.load(str(table.get("kind", "")))
    except ValueError as error:
        raise Faults([f"{where}.kind: {error}."]) from None
    options = build(module.Options, table, where)
    try:
        return module.build(name, options, tools)
    except (OSError, ValueError) as error:
        raise Faults([f"{where}: {error}"]) from None


def _senders(named: Mapping[str, Any]) -> dict[str, Sender]:
    """Letters name their way out: "mail", or the channel that the customer wrote on."""
    senders = {name: channel for name, channel in named.items() if hasattr(channel, "send")}
    return {("mail" if name == "outgoing" else name): channel for name, channel in senders.items()}


def _evaluation(options: DnsOptions) -> Evaluation:
    """Made, and its libraries loaded, for the first mail that needs it: most daemons have a mail server in front of them."""
    from workers.edge.dns import Dns
    from workers.edge.evaluation import Evaluation

    return Evaluation(Dns(options), sealers=options.trusted_sealers, seconds=2 * options.timeout)


def assemble(loaded: Loaded, store: Store, clock: Clock, ids: Ids, ended: Callable[[], None]) -> Parts:
    """Everything, connected: what comes in wakes triage, what is decided wakes the courier.

    `ended` is called when others have declared this node dead.
    """
    made = wires(loaded, clock, ids)
    at_desk = basics.desk(loaded, ids)
    life = Life(store, ended)
    courier = Courier(store, made.senders, at_desk, clock, ids, life)
    triage = Triage(
        store,
        at_desk,
        clock,
        decided=courier.wake,
        scanned=bool(loaded.settings.scanner.address),
        rush=lambda: keeper.rush,
    )
    scanners, pulses = _scanners(loaded, store, clock, scanned=triage.wake)

    def ready() -> None:
        for runner in (triage, *scanners):
            runner.wake()

    verifier = Verifier(store, cache(partial(_evaluation, loaded.settings.dns)), clock, checked=ready)
    digester = Digester(store, at_desk, clock, written=courier.wake)
    reminder = Reminder(store, at_desk, clock, written=courier.wake)
    anchorer = Anchorer(store, loaded.settings.data / ANCHORS, clock)
    space = Space(_folders(loaded, made.named.values()), loaded.settings.space)
    movers = _movers(loaded.settings.blobs, store, clock)
    looks = {"database": store.fault, "space": space.lacking} | ({"blobs": movers[0].trouble} if movers else {})
    looks |= {"scanner": pulses[0].trouble} if pulses else {}
    watch = Watch(looks | _troubles(made.named))
    for name, channel in made.named.items():
        if isinstance(channel, Chat):
            channel.history = Conversations(store, account=name)

    def arrived() -> None:
        verifier.wake()
        ready()

    made.named["http"].readiness = Readiness(store, watch).missing
    made.named["http"].registry = REGISTRY
    keeper = Keeper(store, space, received=arrived, keys=loaded.policy.keys)
    boxes = {name: channel for name, channel in made.named.items() if hasattr(channel, "bookmarks")}
    doors = {name: channel for name, channel in made.receivers.items() if name not in boxes}
    reception = Reception(doors, keeper, clock)
    mailboxes = Mailboxes(store, boxes, reception, keeper, clock)
    return Parts(
        loaded=loaded,
        store=store,
        desk=at_desk,
        receivers=made.receivers,
        senders=made.senders,
        reception=reception,
        life=life,
        runners=(
            *(verifier, *scanners, triage, reminder, courier, digester),
            *(mailboxes, *movers, *_retainers(loaded, store, clock), Gauges(store), *pulses, watch, anchorer),
        ),
    )


def _movers(blobs: Blobs, store: Store, clock: Clock) -> tuple[Mover, ...]:
    """One where there is an object store, and else none."""
    return (
        (Mover(store, Objects(blobs.url, store.unseal), clock, age=timedelta(days=blobs.after_days)),)
        if blobs.url
        else ()
    )


def _retainers(loaded: Loaded, store: Store, clock: Clock) -> tuple[Retainer, ...]:
    """One where the settings let the daemon delete."""
    kept = loaded.settings.retention
    return (Retainer(store, kept.periods, loaded.policy, clock),) if kept.periods and kept.apply == "daily" else ()


def _scanners(
    loaded: Loaded, store: Store, clock: Clock, scanned: Callable[[], None]
) -> tuple[tuple[Scanner, ...], tuple[Pulse, ...]]:
    """One, and its pulse, where the settings name one, and else none."""
    options = loaded.settings.scanner
    if not options.address:
        return (), ()
    clamd = Clamd(options)
    return (Scanner(store, clamd, options, loaded.policy, clock, scanned),), (Pulse(clamd),)


def _folders(loaded: Loaded, named: Iterable[Any]) -> list[Path]:
    """Where the daemon writes: the database's folder, if it is a file, and those of channels."""
    database = engine.sqlite_path(engine.parse(loaded.settings.database.url))
    own = [database.parent] if database else []
    return [*own, *(channel.folder for channel in named if hasattr(channel, "folder"))]


def _troubles(named: Mapping[str, Any]) -> dict[str, Look]:
    """How the servers on the other side are, by the channel's name."""
    return {name: channel.trouble for name, channel in named.items() if hasattr(channel, "trouble")}
