"""`reports list`: the clear columns of the reports, and their contents for whoever may read them and says why."""

import json
from typing import Any

import click
from flask.cli import AppGroup

from handlers.reading_room import Reader, Refused, contents
from models import report as stored
from models.code import Compartment
from models.report import Report
from service.commands.context import parts
from service.database import transaction

reports = AppGroup("reports", help="What has been reported.")


@reports.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--as", "reader", metavar="MEMBER", help="Show contents as this member (a phone) may read them.")
@click.option("--reason", help="Why the contents are wanted; goes into the audit.")
def list_reports(as_json: bool, reader: str | None, reason: str | None) -> None:
    """List all reports, oldest first, by their clear columns."""
    if bool(reader) != bool(reason):
        raise click.UsageError("--as and --reason go together: contents are shown to somebody, for a reason")
    here = parts()
    with transaction(here.engine) as db:
        desk = here.desk(db)
        try:
            who = Reader.of(desk, reader, reason or "") if reader else None
        except Refused as error:
            raise click.UsageError(str(error)) from None
        for report in stored.all_filed(db):
            row = clear_columns(desk.atlas.gazetteer.by_id(report.place_id), report)
            told = contents(desk, who, report) if who else None
            click.echo(_line(row if told is None else {**row, "answers": told}, as_json))


def clear_columns(place: Any, report: Report) -> dict[str, object]:
    """What anybody may see of a report; code and place only in operations."""
    row: dict[str, object] = {
        "reference": report.reference,
        "compartment": report.compartment.value,
        "severity": report.severity,
        "area": report.area,
        "state": report.state.value,
        "partial": report.partial,
        "filed_at": report.filed_at.isoformat() if report.filed_at else None,
    }
    if report.compartment is Compartment.OPERATIONS:
        row |= {"code": report.code, "place": place.key if place else None}
    return row


def _line(row: dict[str, object], as_json: bool) -> str:
    if as_json:
        return json.dumps(row, ensure_ascii=False)
    return "  ".join(f"{key}={value}" for key, value in row.items() if value is not None)
