"""Every hour it is written down outside the database what histories ended in, and a minute later which messages there were."""

from __future__ import annotations

from pathlib import Path

from structlog.testing import capture_logs

from store.audit import anchors
from store.database import Store
from store.migrate import migrate
from tests.harbour import FakeClock
from tests.store.examples import decision, opened, take_in
from workers.anchorer import Anchorer


async def test_histories_are_noted_at_once_and_messages_when_their_numbers_are_final(tmp_path: Path) -> None:
    url, path = f"sqlite:///{tmp_path / 'desk.db'}", tmp_path / "anchors"
    migrate(url)
    store = await Store.open(url)
    number = await store.write(lambda tx: take_in(tx, decision(opened())))
    worker, waits = Anchorer(store, path, FakeClock()), []
    with capture_logs() as logs:
        for _ in range(4):
            await worker.once()
            waits.append(worker.poll_seconds)
    known = anchors.read(path)
    assert (len(known.ends), [up_to for up_to, _ in known.arrived], waits) == (1, [number], [60, 3600, 60, 3600])
    assert [(each["event"], each["head"]) for each in logs] == [("histories_anchored", head) for head in known.heads]
    await store.close()
