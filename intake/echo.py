"""What our letters that go by themselves bring back: what tells a person who waits from a machine that answers.

Like the rest of a case it is folded from events. In old histories the events do not say enough, and nothing is known.
"""

from __future__ import annotations

from intake.case import Echo, Event, Kind

_OF_LETTERS = ("delay", "read_receipt")  # reports of what becomes of a letter: nobody answers it


def echoed(echo: Echo, event: Event) -> Echo:
    """What it is after an event. Once it may have been a machine, it may be one until a person of ours has written."""
    d = event.data
    match event.kind:
        case Kind.REPLY_SENT:
            return Echo.NO_LETTER
        case Kind.ACKNOWLEDGED if d.get("letter"):
            return Echo.SILENCE
        case Kind.PROMISE_BROKEN if d.get("told"):
            return Echo.SILENCE
        case Kind.ACKNOWLEDGEMENT_WITHHELD if d.get("machine"):
            return Echo.MACHINE
        case Kind.CONTACT_ATTACHED:
            return _answered(echo, Echo.MACHINE if d.get("machine") else Echo.PERSON)
        case Kind.REPORT_NOTED if d.get("origin") not in _OF_LETTERS:
            return _answered(echo, Echo.MACHINE)
    return echo


def _answered(echo: Echo, by: Echo) -> Echo:
    return by if echo in (Echo.SILENCE, Echo.PERSON) else echo
