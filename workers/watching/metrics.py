"""What the daemon counts, for Prometheus. Labels are closed lists: channels, verdicts, reasons, states."""

from __future__ import annotations

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

RECEIVED = Counter("answerable_messages_received_total", "Messages kept", ["channel", "fresh"])
DECIDED = Counter("answerable_messages_decided_total", "Messages decided", ["verdict", "rule"])
FAILED = Counter("answerable_triage_faults_total", "Messages that triage could not finish", ["parked"])
SENT = Counter("answerable_letters_total", "Letters handed over, by what became of them", ["channel", "outcome"])
DUE = Counter("answerable_cases_looked_at_total", "Cases looked at because time had passed")
WAIT = Histogram(
    "answerable_decision_seconds",
    "From receipt to decision",
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600),
)
ALARM = Gauge(
    "answerable_alarm", "1 while something is in trouble: database, space, or a channel by its name", ["what"]
)
SCANNED = Counter("answerable_messages_scanned_total", "Messages whose files were scanned", ["verdict"])
MOVED = Counter("answerable_blobs_moved_total", "Blobs whose bytes went to the object store")
BACKLOG = Gauge("answerable_backlog", "Rows that wait", ["queue"])


@cache
def received(channel: str, *, new: bool) -> Counter:
    """What counts such messages: to look it up for each would cost more than to count."""
    return RECEIVED.labels(channel=channel, fresh=str(new).lower())
