"""Whether a siege was survived: the senders' log and the sink against the daemon's books, promise by promise."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.faults.books import Books, Kept, Written
from bench.faults.journal import Journal
from bench.faults.siege import Siege
from bench.faults.sink import Letter
from workers.courier import Courier

ACKS = ("acknowledgement", "repeat_acknowledgement")
RESTART_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One promise: how many times it was broken, and examples."""

    promise: str
    broken: tuple[str, ...]

    def __str__(self) -> str:
        examples = f"   {', '.join(self.broken[:4])}" if self.broken else ""
        return f"  {len(self.broken):6}  {self.promise}{examples}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Every promise, and the figures that go with them."""

    findings: tuple[Finding, ...]
    punctual: Finding  # apart from the others, because it depends on what else the machine does
    figures: dict[str, Any]

    @property
    def kept(self) -> bool:
        """Whether every promise was, however long it took."""
        return not any(finding.broken for finding in self.findings)

    @property
    def clean(self) -> bool:
        return self.kept and not self.punctual.broken

    def __str__(self) -> str:
        figures = [f"  {value!s:>6}  {name}" for name, value in self.figures.items()]
        return "\n".join(["broken  promise", *map(str, self.findings), str(self.punctual), "figure", *figures])


def judge(siege: Siege, status: int) -> Verdict:
    """After the daemon has come to rest and was stopped."""
    books = Books(siege.place.url)
    kept, written, journal = books.kept(), books.written(), siege.journal
    audit = siege.daemon.audit()
    findings = (
        *_intake(kept, journal),
        *_cases(kept, books, journal),
        *_letters(written, siege.sink.letters, siege.plan.kills),
        *_answers(written, siege.sink.letters, journal, siege.plan.kills),
        Finding(promise="the audit is clean", broken=tuple(f"{f['slug']} {f['where']}" for f in audit["faults"])),
        Finding(promise="nothing is left of what was half kept", broken=("arriving",) * audit["rows"]["arriving"]),
        Finding(promise="the daemon ends on SIGTERM with status 0", broken=(str(status),) if status else ()),
        Finding(promise="no process is left behind", broken=tuple(map(str, siege.daemon.orphans()))),
    )
    books.close()
    late = tuple(f"{seconds:.1f}" for seconds in siege.restarts if seconds > RESTART_SECONDS)
    punctual = Finding(promise=f"from start to the first 250 within {RESTART_SECONDS:.0f} s", broken=late)
    return Verdict(
        findings=findings,
        punctual=punctual,
        figures=_figures(siege, kept, written) | {"pieces of large mails": audit["rows"]["piece"]},
    )


def _intake(kept: list[Kept], journal: Journal) -> Iterator[Finding]:
    stored = {journal.offered.get(row.sha256, "") for row in kept}
    yield Finding(promise="every accepted message is there", broken=tuple(sorted(journal.accepted() - stored)))
    strange = [f"inbound:{row.inbound_id}" for row in kept if row.sha256 not in journal.offered]
    yield Finding(promise="no byte of it has changed", broken=tuple(strange))
    yield Finding(promise="nothing was refused for ever", broken=tuple(journal.refused))
    counted: dict[str, list[Kept]] = defaultdict(list)
    for row in kept:
        if row.verdict not in ("DROP", "RECORD"):
            counted[journal.offered.get(row.sha256, "")].append(row)
    twice = [f"{name} as {', '.join(map(str, rows))}" for name, rows in counted.items() if len(rows) > 1]
    yield Finding(promise="no message counts twice", broken=tuple(twice))
    yield Finding(
        promise="every message is decided",
        broken=tuple(f"inbound:{row.inbound_id} {row.state}" for row in kept if row.state not in ("done", "held")),
    )


def _cases(kept: list[Kept], books: Books, journal: Journal) -> Iterator[Finding]:
    of: dict[str, set[str]] = defaultdict(set)
    for row in kept:
        name = journal.offered.get(row.sha256)
        if name and row.case_ref:
            of[journal.mails[name].about].add(row.case_ref)
    yield Finding(promise="one complaint is one case", broken=tuple(n for n, refs in of.items() if len(refs) != 1))
    known = {ref for refs in of.values() for ref in refs}
    yield Finding(promise="no case comes from nothing", broken=tuple(set(books.cases()) - known))
    shared = Counter(ref for refs in of.values() for ref in refs)
    yield Finding(promise="no two complaints share a case", broken=_twice(shared))
    yield Finding(promise="one person is one contact", broken=_twice(Counter(books.people())))


def _letters(written: list[Written], arrived: list[Letter], kills: int) -> Iterator[Finding]:
    came = Counter(letter.message_id for letter in arrived)
    automatic = [letter for letter in written if letter.automatic]
    yield Finding(promise="no automatic letter came twice", broken=_twice(came, {e.message_id for e in automatic}))
    acks = Counter((letter.case_ref, letter.address) for letter in automatic if letter.kind == ACKS[0])
    yield Finding(promise="a case is acknowledged once", broken=_twice(acks))
    missing = [f"outbox:{e.outbox_id}" for e in written if e.state == "sent" and not came[e.message_id]]
    yield Finding(promise="what is marked as sent has arrived", broken=tuple(missing))
    unknown = [f"outbox:{e.outbox_id}" for e in written if e.state == "unknown"]
    most = Courier.at_the_wire * kills
    yield Finding(
        promise="of unknown fate is only what was at the wire", broken=tuple(unknown) if len(unknown) > most else ()
    )
    open_ = [f"outbox:{e.outbox_id} {e.state}" for e in written if e.state not in ("sent", "unknown")]
    yield Finding(promise="every letter is settled", broken=tuple(open_))
    strange = set(came) - {letter.message_id for letter in written}
    yield Finding(promise="no letter comes from nowhere", broken=tuple(strange))


def _answers(written: list[Written], arrived: list[Letter], journal: Journal, kills: int) -> Iterator[Finding]:
    copies: dict[str, list[Letter]] = defaultdict(list)
    for letter in arrived:
        for name in _answers_in(letter):
            copies[name].append(letter)
    accepted = {name for name in journal.accepted() if name.startswith("a-")}
    yield Finding(promise="every answer of staff arrived", broken=tuple(sorted(accepted - set(copies))))
    extra = sum(len(letters) - 1 for letters in copies.values())
    yield Finding(promise="at most one of them twice a kill", broken=(str(extra),) if extra > kills else ())
    different = [name for name, letters in copies.items() if len({(e.message_id, e.sha256) for e in letters}) > 1]
    yield Finding(promise="a second copy is the first, byte for byte", broken=tuple(different))


def _answers_in(letter: Letter) -> set[str]:
    if not letter.recipient.startswith("customer"):
        return set()
    return {f"a-{part.partition(')')[0]}" for part in letter.text.split("(a-")[1:]}


def _figures(siege: Siege, kept: list[Kept], written: list[Written]) -> dict[str, Any]:
    journal, restarts = siege.journal, sorted(siege.restarts)
    kinds = Counter(name.partition("-")[0] if "-" in name else "c" for name in journal.accepted())
    came = Counter(letter.message_id for letter in siege.sink.letters)
    return {
        "kills": siege.plan.kills,
        "answers of 451 or 503": journal.put_off,
        "messages accepted (different ones)": len(journal.accepted()),
        "  of them complaints, replies, answers": f"{kinds['c']}, {kinds['r']}, {kinds['a']}",
        "acceptances (deliberate repetitions, too)": journal.deliveries,
        "rows of inbound": len(kept),
        "letters written": len(written),
        "letters of unknown fate, listed": sum(letter.state == "unknown" for letter in written),
        "letters that came twice": sum(number > 1 for number in came.values()),
        "s from start to the first 250, median": f"{median(restarts):.2f}" if restarts else "-",
        "s, 95th percentile": f"{restarts[int(0.95 * (len(restarts) - 1))]:.2f}" if restarts else "-",
        "s, longest": f"{restarts[-1]:.2f}" if restarts else "-",
    }


def _twice(counted: Counter[Any], among: Iterable[Any] | None = None) -> tuple[str, ...]:
    keys = counted if among is None else among
    return tuple(str(key) for key in keys if counted[key] > 1)
