"""What the code looks like from outside: rooms, sizes, words for reasons."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake import contact_json
from intake.deciding.rules import RULES
from intake.mime.defects import Defect
from intake.senders.answering import REFUSALS

ROOT = Path(__file__).parents[1]
ROOMS = ("intake", "channels", "store", "config", "workers")
SOURCES = [ROOT / "main.py", *(path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))]
LONGEST_FILE, LONGEST_FUNCTION = 300, 60  # lines


def lines(path: Path) -> str:
    return path.read_text()


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_run_one_way_and_the_intake_room_is_pure() -> None:
    """The contracts are in pyproject.toml."""
    command = [Path(sys.executable).with_name("lint-imports")]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_every_file_can_be_read_in_one_sitting() -> None:
    long = {named(path): count for path in SOURCES if (count := lines(path).count("\n")) > LONGEST_FILE}
    assert long == {}


def test_every_function_can_be_seen_at_once() -> None:
    long = [
        f"{named(path)}:{node.lineno} {node.name}"
        for path in SOURCES
        if "migrations" not in path.parts  # a table is as long as it is
        for node in ast.walk(ast.parse(lines(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_every_module_says_what_it_is_for() -> None:
    assert [named(path) for path in SOURCES if not ast.get_docstring(ast.parse(lines(path)))] == []


def test_nothing_is_left_half_done() -> None:
    marks = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|NotImplementedError)\b")
    known = {"intake/hours.py"}  # it catches what the holidays library raises for a country that it does not know
    assert {named(path) for path in SOURCES if marks.search(lines(path))} <= known


def events() -> Iterator[tuple[str, str]]:
    """Every event that is logged, and where."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(lines(path))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _logs(node.func):
                for slug in _slugs(node.args[0]):
                    yield named(path), slug


def _logs(function: ast.Attribute) -> bool:
    logger = ast.unparse(function.value)
    levels = ("debug", "info", "warning", "error", "critical", "exception")
    return function.attr in levels and logger in ("log", "_log", "structlog.get_logger()")


def _slugs(argument: ast.expr) -> Iterator[str]:
    values = [node.value for node in ast.walk(argument) if isinstance(node, ast.Constant)]
    yield from (value for value in values if isinstance(value, str)) if values else [ast.unparse(argument)]


def documented(title: str) -> set[str]:
    """The slugs in the tables under a heading of docs/reasons.md."""
    section = lines(ROOT / "docs" / "reasons.md").partition(f"## {title}\n")[2].partition("\n## ")[0]
    return {
        slug
        for row in section.splitlines()
        if row.startswith("| `")
        for slug in re.findall(r"`([^`]+)`", row.split("|")[1])
    }


def test_every_event_in_the_logs_is_spelled_one_way_and_explained() -> None:
    found = {slug for _, slug in events() if slug != "slug"}
    assert [slug for slug in found if not re.fullmatch(r"[a-z]+(?:_[a-z]+)*", slug)] == []
    assert found - documented("Events in the logs") == set()


def test_no_event_is_explained_that_there_is_not() -> None:
    everything = "".join(map(lines, SOURCES))
    assert [slug for slug in documented("Events in the logs") if f'"{slug}"' not in everything] == []


NOT_REASONS = {
    "follow-up",
    "followed-up",
    "re-open",
    "no-answer",
    "auto-submitted",
}  # ways to write a command; a header
STAFF = [f"staff/{name}" for name in ("acts", "orders", "mail", "following_up", "placing")]
EVIDENCE = [f"deciding/{name}" for name in ("rules", "matching", "joining", "opening", "undelivered")]


def slugs_in(*paths: Path) -> set[str]:
    """Everything in these files that is spelled as a reason is: small words joined by dashes."""
    words = {
        node.value
        for path in paths
        for node in ast.walk(ast.parse(lines(path)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {word for word in words if re.fullmatch(r"[a-z]+(?:-[a-z]+)+", word)} - NOT_REASONS


def intake(*names: str) -> list[Path]:
    return [ROOT / "intake" / f"{name}.py" for name in names]


RULE_NAMES = {rule.name for rule in RULES}
IN_CODE = {
    "Rules": RULE_NAMES,
    "Evidence": slugs_in(*intake(*EVIDENCE)) - RULE_NAMES,
    "Why no acknowledgement was sent": {*REFUSALS, *slugs_in(*intake("deciding/acknowledging"))},
    "Why a mail of staff was not done": slugs_in(*intake(*STAFF)) - slugs_in(*intake(*EVIDENCE)),
    "What is odd about a message": {*map(str, Defect), *map(str, contact_json.Defect)},
    "What an audit finds": slugs_in(*(ROOT / "store" / "audit").glob("*.py")),
}


@pytest.mark.parametrize("title", IN_CODE)
def test_the_closed_lists_of_reasons_are_those_in_the_code(title: str) -> None:
    assert documented(title) == IN_CODE[title]
