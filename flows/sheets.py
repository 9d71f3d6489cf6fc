"""The sheets of a form as they are written, from Markdown, CSV or a spreadsheet, with the rows that people see."""

import csv
import io
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyxform.errors import PyXFormError
from pyxform.parsing.sheet_headers import clean_text_values
from pyxform.xls2json_backends import get_xlsform
from xlrd.compdoc import CompDocError

from flows.columns import KNOWN, LIST_FILE, Column, Known

SHEETS = tuple(KNOWN)
SPREADSHEETS = (".xlsx", ".xlsm", ".xls")

_BROKEN = (  # what the readers of spreadsheets raise for files that are none, or damaged
    PyXFormError,
    CompDocError,
    csv.Error,
    OSError,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    AssertionError,
    NotImplementedError,
    SyntaxError,
    EOFError,
    struct.error,
    zlib.error,
)
_MD_ROW = re.compile(r"\s*\|(.*)\|\s*(#[^|]*)?")
_MD_BAR = re.compile(r"(?<!\\)\|")
_MD_RULE = re.compile(r"\s*:?-+:?\s*")

Table = list[list[str]]  # rows of cells, the header first


class Unreadable(ValueError):
    """A file that holds no sheets at all."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not blank; number: as a spreadsheet counts it, the header being 1."""

    number: int
    cells: Mapping[Column, str]

    def text(self, name: str) -> str:
        return next((value for column, value in self.cells.items() if (column.name, column.language) == (name, "")), "")

    def texts(self, name: str, language: str) -> dict[str, str]:
        """Language → text; a column without a language is in the given one."""
        return {column.language or language: value for column, value in self.cells.items() if column.name == name}

    def tagged(self, beginning: str) -> dict[str, str]:
        """Language → text of the columns that end in a language: ussd_label_fr, ussd_label_ar …"""
        return {
            column.name.removeprefix(beginning): value
            for column, value in self.cells.items()
            if column.name.startswith(beginning)
        }


@dataclass(frozen=True, slots=True)
class Sheet:
    """wider: the numbers of rows that have cells behind the last column."""

    name: str
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    wider: tuple[int, ...] = ()

    def languages(self) -> tuple[str, ...]:
        """The languages that it has a label column for."""
        return tuple(dict.fromkeys(column.language for column in self.columns if column.name == "label"))


@dataclass(frozen=True, slots=True)
class Book:
    """names: of all its sheets, as written; tables: of those that make a form."""

    names: tuple[str, ...]
    tables: Mapping[str, Table]

    def sheet(self, name: str) -> Sheet:
        return as_sheet(name, self.tables.get(name, []), KNOWN[name])

    def definition(self) -> dict[str, Any]:
        """The book in the shape that pyxform works on; blank rows are kept, for its row numbers."""
        data: dict[str, Any] = {"sheet_names": list(self.names)}
        for name, (header, *rows) in self.tables.items():
            kept = [{key: cell for key, cell in zip(header, row, strict=False) if key and cell} for row in rows]
            data[name] = [row for row in kept if row] if name == "settings" else kept
            data[f"{name}_header"] = [dict.fromkeys(key for key in header if key)]
        return data


def read_book(path: Path) -> Book:
    """The sheets of a .md, .csv, .xlsx, .xlsm or .xls file; Unreadable says why there are none."""
    try:
        if path.suffix.lower() in SPREADSHEETS:
            return _spreadsheet(path)
        if path.suffix.lower() == ".md":
            return _written(_markdown(path.read_text(encoding="utf-8-sig")))
        if path.suffix.lower() == ".csv":
            return _written(_csv(path.read_text(encoding="utf-8-sig")))
    except _BROKEN as error:
        raise Unreadable(f"{path.name} cannot be read: {error}") from error
    raise Unreadable(f"{path.name} is none of .md, .csv, .xlsx, .xls")


def read_list(path: Path) -> Sheet:
    """A list of choices in a CSV file of its own; Unreadable says why it cannot be read."""
    if not path.exists():
        raise Unreadable(f"there is no file {path.name} beside the form")
    try:
        rows = [[_clean(cell) for cell in row] for row in _csv(path.read_text(encoding="utf-8-sig"))]
    except _BROKEN as error:
        raise Unreadable(f"{path.name} cannot be read: {error}") from error
    if len(rows) < 2:
        raise Unreadable(f"there are no choices in {path.name}")
    return as_sheet(path.name, rows, LIST_FILE)


def _spreadsheet(path: Path) -> Book:
    read = get_xlsform(path, path.suffix.lower())
    tables: dict[str, Table] = {}
    for name in SHEETS:
        header = [*(getattr(read, f"{name}_header") or [{}])[0]]
        rows = [[_clean(row.get(key, "")) for key in header] for row in getattr(read, name) or []]
        if header:
            tables[name] = [header, *rows]
    return Book(tuple(read.sheet_names or ()), tables)


def _markdown(text: str) -> Iterator[list[str]]:
    for line in re.split(r"\r?\n", text):
        match = _MD_ROW.fullmatch(line)
        cells = [cell.replace(r"\|", "|") for cell in _MD_BAR.split(match[1])] if match else []
        written = [cell for cell in cells if cell.strip()]
        if cells and not (written and all(map(_MD_RULE.fullmatch, written))):
            yield cells


def _csv(text: str) -> Iterator[list[str]]:
    """Comma-separated, or by semicolons, as spreadsheets in French write it."""
    head = text[:2000]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _written(rows: Iterable[Sequence[str]]) -> Book:
    """Sheets below each other: the first cell of a row names the sheet that begins there."""
    names: list[str] = []
    tables: dict[str, Table] = {}
    for row in rows:
        first, *cells = [_clean(cell) for cell in row] or [""]
        if first:
            names.append(first)
            tables[names[-1].lower()] = []
        if names and (any(cells) or tables[names[-1].lower()]):
            tables[names[-1].lower()].append(cells)
    if not any(tables.values()):
        raise ValueError("there is no table in it")
    return Book(tuple(names), {name: _trimmed(table) for name, table in tables.items() if name in SHEETS and table})


def _trimmed(table: Table) -> Table:
    while not any(table[-1]):
        table = table[:-1]
    return table


def _clean(cell: str) -> str:
    """Without the quotes and spaces that word processors put in."""
    return str(clean_text_values(cell.replace("\N{NO-BREAK SPACE}", " "), strip_whitespace=True)).strip()


def as_sheet(name: str, table: Table, known: Known) -> Sheet:
    """The table with its columns understood and its blank rows left out, though counted."""
    if not table:
        return Sheet(name)
    header, *rows = table
    separator = "::" if any("::" in written for written in header) else ":"
    columns = [known.column(written, separator) for written in header]
    numbered = [
        Row(number, {column: cell for column, cell in zip(columns, row, strict=False) if column.written and cell})
        for number, row in enumerate(rows, start=2)
    ]
    return Sheet(
        name,
        columns=tuple(column for column in columns if column.written),
        rows=tuple(row for row in numbered if row.cells),
        wider=tuple(number for number, row in enumerate(rows, start=2) if any(row[len(header) :])),
    )
