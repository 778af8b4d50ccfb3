"""A daemon that idles holds what it works with, and not what only some mail needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

PLAIN = b"From: jo@x.example\r\nSubject: lamp\r\n\r\nIt is broken.\r\n"
READS = f"""
import sys
import workers.verbs.run, workers.wiring
from intake.parse import parse
from intake.message import RawMessage
from workers.clock import SystemClock
raw = RawMessage(channel="smtp", account="smtp", source_id="1", blob={PLAIN!r}, received_at=SystemClock().now())
assert parse(raw).text
sys.exit(sys.argv[1] in sys.modules)
"""


@pytest.mark.parametrize(
    "library",
    [
        "alembic",
        "flufl",
        "mailbox",
        "nh3",
        "obstore",
        "rapidfuzz",
        "resiliparse",
        "selectolax",
        "sqlalchemy.dialects.postgresql",
        "tnefparse",
    ],
)
def test_a_plain_mail_on_sqlite_is_read_without_a_library_that_only_others_need(library: str) -> None:
    done = subprocess.run([sys.executable, "-c", READS, library], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
