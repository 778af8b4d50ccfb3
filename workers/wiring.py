"""From settings to a daemon: which loop wakes which, and what each of them is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prometheus_client import REGISTRY

from channels.chat import Chat
from config.settings import Blobs, Loaded
from config.settings import Dns as DnsOptions
from config.settings import Scanner as ScannerOptions
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
from workers.wires import wires

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


def assemble(loaded: Loaded, store: Store, clock: Clock, ids: Ids, ended: Callable[[], None]) -> Parts:
    """Everything, connected. `ended` is called when others have declared this node dead."""
    settings = loaded.settings
    made, desk, life = wires(loaded, clock, ids), basics.desk(loaded, ids), Life(store, ended)

    # A message is kept, inspected, decided and answered: whoever is done wakes the next, so the last is made first.
    courier = Courier(store, made.senders, desk, clock, ids, life)
    reminder = Reminder(store, desk, clock, written=courier.wake)
    digester = Digester(store, desk, clock, written=courier.wake)
    scanned = bool(settings.scanner.address)
    triage = Triage(store, desk, clock, decided=courier.wake, scanned=scanned, rush=lambda: keeper.rush)
    scanners = _scanners(loaded, store, clock, scanned=triage.wake)
    evaluation = cache(partial(_evaluation, settings.dns))
    verifier = Verifier(store, evaluation, clock, checked=_waking(triage, *scanners))
    space = Space(_folders(loaded, made.named.values()), settings.space)
    keeper = Keeper(store, space, received=_waking(verifier, triage, *scanners), keys=loaded.policy.keys)
    reception, mailboxes = _ways_in(made.receivers, store, keeper, clock)

    movers, pulses = _movers(settings.blobs, store, clock), _pulses(settings.scanner)
    watch = Watch(_looks(store, space, movers, pulses, made.named))
    _furnish(made.named, store, Readiness(store, watch))
    return Parts(
        loaded=loaded,
        store=store,
        desk=desk,
        receivers=made.receivers,
        senders=made.senders,
        reception=reception,
        life=life,
        runners=(
            *(verifier, *scanners, triage, reminder, courier, digester, mailboxes),
            *(*movers, *_retainers(loaded, store, clock), Gauges(store), *pulses, watch),
            Anchorer(store, settings.data / ANCHORS, clock),
        ),
    )


def _waking(*runners: Runner) -> Callable[[], None]:
    """Wakes all of them."""

    def wake() -> None:
        for runner in runners:
            runner.wake()

    return wake


def _scanners(loaded: Loaded, store: Store, clock: Clock, scanned: Callable[[], None]) -> tuple[Scanner, ...]:
    """One where the settings name one, and else none."""
    options = loaded.settings.scanner
    return (Scanner(store, Clamd(options), options, loaded.policy, clock, scanned),) if options.address else ()


def _evaluation(options: DnsOptions) -> Evaluation:
    """Made, and its libraries loaded, for the first mail that needs it: most daemons have a mail server in front of them."""
    from workers.edge.dns import Dns
    from workers.edge.evaluation import Evaluation

    return Evaluation(Dns(options), sealers=options.trusted_sealers, seconds=2 * options.timeout)


def _folders(loaded: Loaded, named: Iterable[Any]) -> list[Path]:
    """Where the daemon writes: the database's folder, if it is a file, and those of channels."""
    database = engine.sqlite_path(engine.parse(loaded.settings.database.url))
    own = [database.parent] if database else []
    return [*own, *(channel.folder for channel in named if hasattr(channel, "folder"))]


def _ways_in(
    receivers: Mapping[str, Receiver], store: Store, keeper: Keeper, clock: Clock
) -> tuple[Reception, Mailboxes]:
    """Doors are everybody's. A mailbox is one node's, and read where it has been taken."""
    boxes: dict[str, Any] = {name: receiver for name, receiver in receivers.items() if hasattr(receiver, "bookmarks")}
    doors = {name: receiver for name, receiver in receivers.items() if name not in boxes}
    reception = Reception(doors, keeper, clock)
    return reception, Mailboxes(store, boxes, reception, keeper, clock)


def _movers(blobs: Blobs, store: Store, clock: Clock) -> tuple[Mover, ...]:
    """One where there is an object store, and else none."""
    return (
        (Mover(store, Objects(blobs.url, store.unseal), clock, age=timedelta(days=blobs.after_days)),)
        if blobs.url
        else ()
    )


def _pulses(options: ScannerOptions) -> tuple[Pulse, ...]:
    """One where there is a scanner, and else none."""
    return (Pulse(Clamd(options)),) if options.address else ()


def _retainers(loaded: Loaded, store: Store, clock: Clock) -> tuple[Retainer, ...]:
    """One where the settings let the daemon delete."""
    kept = loaded.settings.retention
    return (Retainer(store, kept.periods, loaded.policy, clock),) if kept.periods and kept.apply == "daily" else ()


def _looks(
    store: Store, space: Space, movers: Iterable[Mover], pulses: Iterable[Pulse], named: Mapping[str, Any]
) -> dict[str, Look]:
    """What is watched: what we need ourselves, and the servers on the other side, by the channel's name."""
    looks: dict[str, Look] = {"database": store.fault, "space": space.lacking}
    for mover in movers:
        looks["blobs"] = mover.trouble
    for pulse in pulses:
        looks["scanner"] = pulse.trouble
    return looks | {name: channel.trouble for name, channel in named.items() if hasattr(channel, "trouble")}


def _furnish(named: Mapping[str, Any], store: Store, readiness: Readiness) -> None:
    """What channels ask of the daemon: a chat its history, the listener whether all is there, and the figures."""
    for name, channel in named.items():
        if isinstance(channel, Chat):
            channel.history = Conversations(store, account=name)
    named["http"].readiness = readiness.missing
    named["http"].registry = REGISTRY
