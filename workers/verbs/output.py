"""Printing: JSON lines for scripts, tables for people."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import orjson


def line(value: Any) -> None:
    """One JSON object on a line of its own."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str) + b"\n")


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table as wide as the terminal; on a pipe, columns are kept whole."""
    from rich.console import Console
    from rich.table import Table

    out = Table(*headings, box=None, pad_edge=False)
    for row in rows:
        out.add_row(*(str(cell) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 240, soft_wrap=not sys.stdout.isatty())
    console.print(out, highlight=False, markup=False)


def say(text: str = "") -> None:
    """At once, also into a pipe: whoever waits for a line must not wait for the next ones."""
    print(text, flush=True)  # noqa: T201


def complain(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201
