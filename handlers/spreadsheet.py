"""Tables for spreadsheets: CSV in which nothing that somebody wrote is taken for a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

BOM = "\ufeff"  # by which spreadsheets know UTF-8
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_of(rows: Iterable[Sequence[str]]) -> str:
    """Lines without the mark that a whole file begins with."""
    file = StringIO()
    csv.writer(file).writerows([harmless(row) for row in rows])
    return file.getvalue()


def harmless(cells: Sequence[str]) -> list[str]:
    """A spreadsheet must not take what somebody named a place for a formula."""
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]
