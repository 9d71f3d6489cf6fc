"""How an import tells what it did: a line a change, a line a problem, and the sums."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import click


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a spreadsheet's CSV by column: commas or semicolons; UTF-8, or the older Windows encoding."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def tell(changes: Sequence[str], problems: Sequence[object], sums: str) -> None:
    """Print it; exit 1 where a row could not be taken."""
    for change in changes:
        click.echo(change)
    for problem in problems:
        click.echo(str(problem), err=True)
    click.echo(sums)
    if problems:
        raise SystemExit(1)
