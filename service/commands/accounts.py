"""How an import tells what it did: a line a change, a line a problem, and the sums."""

from collections.abc import Sequence
from pathlib import Path

import click

from service.csv_rows import rows_of


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a spreadsheet's CSV by column. An empty file is a mistake: it would say that nobody is there."""
    rows = rows_of(path.read_bytes())
    if not rows:
        raise click.ClickException(f"{path}: there are no rows under the header; nothing was changed")
    return rows


def tell(changes: Sequence[str], problems: Sequence[object], sums: str) -> None:
    """Print it; exit 1 where a row could not be taken."""
    for change in changes:
        click.echo(change)
    for problem in problems:
        click.echo(str(problem), err=True)
    click.echo(sums)
    if problems:
        raise SystemExit(1)
