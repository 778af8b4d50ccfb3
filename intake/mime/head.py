"""What the header of a mail says, read once: ids, addresses, date, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from intake.message import Address
from intake.mime import addresses, dates, headers, references
from intake.mime.defects import Defect
from intake.mime.prescan import Bounded

_READ = ("from", "to", "cc", "reply-to")


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The fields in order, names lower case, and their reading. Where a field is repeated, addresses are taken from all."""

    fields: tuple[tuple[str, str], ...]
    values: dict[str, list[str]]  # by name
    mailboxes: dict[str, tuple[Address, ...]]
    date: datetime | None
    defects: tuple[Defect, ...]

    @classmethod
    def of(cls, message: Bounded) -> Head:
        """The header at the beginning of a message."""
        ascii_only = message.blob[: message.head].isascii()
        hint = "" if ascii_only else headers.hint_of(message.blob[: message.head + 20_000])
        fields, guesses = headers.decoded(message.fields, hint)
        values: dict[str, list[str]] = {}
        for name, value in fields:
            values.setdefault(name, []).append(value)
        read = {name: addresses.parse(", ".join(values.get(name, ()))) for name in _READ}
        stated = values.get("date", [""])[0]
        date = dates.parse(stated)
        defects = [*guesses, *_shape(values)]
        defects += [defect for _, found in read.values() for defect in found]
        defects += [Defect.DATE_BROKEN] if stated and date is None else []
        mailboxes = {name: found for name, (found, _) in read.items()}
        return cls(fields=fields, values=values, mailboxes=mailboxes, date=date, defects=tuple(defects))

    def first(self, name: str) -> str:
        """The first value of a field, or ""."""
        return self.values.get(name, [""])[0]

    def ids(self, name: str) -> tuple[str, ...]:
        """The message ids in all fields of a name."""
        return references.ids(" ".join(self.values.get(name, ())))

    @property
    def message_id(self) -> str | None:
        """The message's own id, bare."""
        return references.message_id(self.first("message-id"))

    def addresses(self, name: str) -> tuple[Address, ...]:
        """The mailboxes of one of the address fields a reader looks at."""
        return self.mailboxes[name]


def _shape(values: Mapping[str, list[str]]) -> list[Defect]:
    if not values:
        return [Defect.EMPTY]
    senders = len(values.get("from", ()))
    return [Defect.FROM_MISSING] if not senders else [Defect.FROM_REPEATED] if senders > 1 else []
