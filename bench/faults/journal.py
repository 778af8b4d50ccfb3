"""The senders' side of the story: what was offered, and what was accepted, in a file that is only ever added to."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from bench.faults.mails import Mail


@dataclass
class Journal:
    """What every sender knows. It outlives every daemon."""

    file: Path
    mails: dict[str, Mail] = field(default_factory=dict)
    offered: dict[str, str] = field(default_factory=dict)  # sha256 of bytes to the id of their mail
    refused: list[str] = field(default_factory=list)  # ids that were refused for ever
    put_off: int = 0  # answers of "later"
    deliveries: int = 0  # acceptances, repeated ones too

    def offer(self, mail: Mail, content: bytes) -> None:
        """These bytes are about to leave."""
        self.mails[mail.id] = mail
        self.offered[sha256(content).hexdigest()] = mail.id

    def accept(self, name: str) -> None:
        """The daemon said that it has this mail."""
        self.deliveries += 1
        with self.file.open("a") as file:
            file.write(name + "\n")

    def accepted(self) -> set[str]:
        """The ids of everything that was accepted at least once."""
        return set(self.file.read_text().split()) if self.file.exists() else set()
