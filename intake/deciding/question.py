"""What is asked about one message, and how the rules answer: the values between the facts and the decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from intake.case import Case
from intake.deciding.decision import Facts, Verdict
from intake.letters.values import Withheld
from intake.message import Message, RawMessage
from intake.policy import Brand, Person, Policy
from intake.signals import Dmarc, Signals
from intake.words import own_words

_WITHHELD: Mapping[str, Withheld] = {"clean": "", "infected": "files-infected", "unscanned": "files-not-scanned"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Everything that there is to know about one message when it is decided."""

    inbound_id: int | None
    raw: RawMessage
    message: Message
    signals: Signals
    facts: Facts
    policy: Policy
    now: datetime

    @property
    def brand(self) -> Brand:
        return self.policy.brand(self.signals.brand)

    @property
    def cause(self) -> str:
        return f"inbound:{self.inbound_id}" if self.inbound_id is not None else f"source:{self.raw.source_id}"

    @property
    def sender(self) -> str | None:
        """Who takes part, as cases list it: the conversation of a verified channel, else the canonical address."""
        return self.message.conversation or self.signals.sender

    @property
    def words(self) -> str:
        """What the sender newly wrote. The letter of ours that they answer shows best what they only quoted."""
        answered = self.facts.answers
        return own_words(self.message.reply, answered.text) if answered else self.message.reply

    @property
    def withheld(self) -> Withheld:
        """Why nobody may get the files that came with it, "" where they may go along."""
        scanned = self.raw.scanned
        return _WITHHELD[scanned.verdict] if scanned and self.message.attachments else ""

    def takes_part(self, case: Case) -> bool:
        """In a chat only the conversation counts: the address that a visitor types in is nobody's word but theirs.

        A From line that its own domain disowns is nobody's word either.
        """
        claimed = None if self.raw.channel == "chat" or self.signals.dmarc is Dmarc.FAIL else self.signals.sender
        return bool({claimed, self.message.conversation} & set(case.participants) - {None})

    @property
    def proven(self) -> bool:
        """It is they: their domain stands behind it, the channel knows them, or a person of ours answered them before."""
        return self.signals.dmarc is Dmarc.PASS or self.vouched_for or self.facts.known_since is not None

    @property
    def vouched_for(self) -> bool:
        """The channel itself knows who wrote. A provider that hands over a mail proves the provider, not the author."""
        return self.raw.envelope.verified and self.raw.media_type == "application/json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a rule found: the case it points to, on what evidence, and how sure that is (0 to 100)."""

    case: Case | None = None
    evidence: tuple[str, ...] = ()
    score: int = 100
    person: Person | None = None  # the member of staff who wrote, or is said to have


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A row of the table. `party` says whose message it is when this rule decides."""

    name: str
    find: Callable[[Question], Finding | None]
    verdict: Verdict
    party: str = "customer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The rule that decided, what it found, and how every rule up to it answered."""

    rule: Rule
    finding: Finding
    hits: tuple[str, ...]
    misses: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        return (self.rule.name, *self.finding.evidence)

    @property
    def held(self) -> bool:
        return self.rule.verdict is Verdict.HOLD
