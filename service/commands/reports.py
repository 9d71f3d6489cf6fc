"""`reports list`: the clear columns of the reports, and their contents for whoever may read them and says why."""

import json

import click
from flask.cli import AppGroup

from handlers.clear_columns import clear_columns
from handlers.reading_room import contents
from models import report as stored
from service.commands.context import parts
from service.commands.proving import reader as proven
from service.database import transaction

reports = AppGroup("reports", help="What has been reported.")


@reports.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option(
    "--as", "reader", metavar="MEMBER", help="Show contents as this member (a phone) may read them; asks for the PIN."
)
@click.option("--reason", help="Why the contents are wanted; goes into the audit.")
def list_reports(as_json: bool, reader: str | None, reason: str | None) -> None:
    """List all reports, oldest first, by their clear columns."""
    if bool(reader) != bool(reason):
        raise click.UsageError("--as and --reason go together: contents are shown to somebody, for a reason")
    here = parts()
    who = proven(here, reader, reason) if reader and reason else None
    with transaction(here.engine) as db:
        desk = here.desk(db)
        lines = []
        for report in stored.all_filed(db):
            row = clear_columns(desk, report)
            told = contents(desk, who, report) if who else None
            lines.append(_line(row if told is None else {**row, "answers": told}, as_json))
    for line in lines:  # only now: whoever closes the terminal in the middle has looked all the same
        click.echo(line)


def _line(row: dict[str, object], as_json: bool) -> str:
    if as_json:
        return json.dumps(row, ensure_ascii=False)
    return "  ".join(f"{key}={value}" for key, value in row.items() if value is not None)
