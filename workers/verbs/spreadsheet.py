"""The register as a file: exactly the nine columns, as .xlsx or .csv, safe to open.

A cell that a spreadsheet would take for a formula stays text: typed as a string in .xlsx, with a leading apostrophe in .csv.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from intake.register import HEADERS

LONGEST = 32767  # characters a cell can hold
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # in a file of XML
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write(path: Path, rows: Iterable[Sequence[str]]) -> int:
    """Write the register; returns the number of rows. Raises ValueError for another kind of file, OSError if it cannot."""
    if path.suffix.lower() == ".xlsx":
        return _xlsx(path, rows)
    if path.suffix.lower() == ".csv":
        return _csv(path, rows)
    raise ValueError("the register is written as .xlsx or .csv")


def _xlsx(path: Path, rows: Iterable[Sequence[str]]) -> int:
    from xlsxwriter import Workbook

    path.touch()  # a folder that is not there is an OSError now, not a trace at the end
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    count = 0
    with Workbook(path, options) as book:
        sheet = book.add_worksheet("Register")
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(HEADERS):
            sheet.write_string(0, column, heading, bold)
            sheet.set_column(column, column, 40 if heading in ("Issue", "Resolution") else 20)
        for count, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                sheet.write_string(count, column, _clean(value))
    return count


def _csv(path: Path, rows: Iterable[Sequence[str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for row in rows:
            count += 1
            writer.writerow([_inert(_clean(value)) for value in row])
    return count


def _clean(value: str) -> str:
    return UNWRITABLE.sub("", value)[:LONGEST]


def _inert(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) or value.lstrip().startswith(FORMULA) else value
