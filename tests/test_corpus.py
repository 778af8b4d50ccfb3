"""Mail and what we understand of it, one pair of files each, in `tests/corpus/`.

To add a case, drop `NNNN-slug.eml` there and beside it `NNNN-slug.toml` with the keys of `main.py parse --json` that matter,
and what they should hold. A key that is absent is not looked at. Of tables (an address, an attachment, a report) only the
keys that are written count. `[contains]` and `[lacks]` hold lists of words that a text must, or must not, have in it.
White space is compared folded.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from intake.describe import describe
from intake.message import RawMessage
from intake.parse import parse
from intake.senders.kind import kind

FOLDER = Path(__file__).with_name("corpus")
CASES = sorted(path.stem for path in FOLDER.glob("*.eml"))


def understood(blob: bytes) -> dict[str, Any]:
    """The object that `main.py parse --json` prints."""
    raw = RawMessage(
        channel="file", account="tests", source_id="1", blob=blob, received_at=datetime(2026, 1, 13, tzinfo=UTC)
    )
    message = parse(raw)
    its = kind(message)
    return describe(message, origin=its.origin, reports=its.reports, refusal=its.refusal)


def folded(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


def agrees(found: Any, wanted: Any) -> bool:
    """Whether `found` is what was wanted, looking only at what was written down."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(agrees(found.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(agrees, found, wanted))
    return folded(found) == folded(wanted)


@pytest.mark.parametrize("name", CASES)
def test_the_message_is_understood_as_written_down_beside_it(name: str) -> None:
    wanted = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    found = understood((FOLDER / f"{name}.eml").read_bytes())
    contains, lacks = wanted.pop("contains", {}), wanted.pop("lacks", {})
    assert wanted.keys() <= found.keys(), "the case names a key that there is not"
    assert {key: found[key] for key in wanted if not agrees(found[key], wanted[key])} == {}
    for key, words in contains.items():
        assert [word for word in words if folded(word) not in folded(found[key])] == []
    for key, words in lacks.items():
        assert [word for word in words if folded(word) in folded(found[key])] == []


def test_every_message_in_the_folder_has_its_expectation_and_the_other_way_round() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == CASES
