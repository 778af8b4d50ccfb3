"""Three daemons on one database: whoever reads the mailbox is stopped, killed and cut off, and nothing is lost or done twice.

The short form of `python -m bench.faults.nodes`. F-06 and K-08 of the plan; mail_room #46: N nodes are N comments.
"""

from __future__ import annotations

import pytest

from bench.faults.nodes import contend
from tests.store.databases import absent


@pytest.mark.timeout(300)
async def test_whatever_happens_to_one_node_the_others_do_its_work_and_it_does_nothing_twice() -> None:
    if reason := absent():
        pytest.skip(reason)
    verdict = await contend(3, ("stop", "kill", "partition"), 1, way="imap", longest=8.0)
    assert verdict.kept, f"\n{verdict}"
    assert verdict.figures["times a dead node's work was taken over"] == 2
    assert verdict.figures["nodes that found themselves declared dead"] >= 1
