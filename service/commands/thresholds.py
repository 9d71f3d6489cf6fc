"""`thresholds list|set|stop`: so many reports of a code in so many days in one district are a matter of their own."""

import click
from flask.cli import AppGroup

from models import audit
from models import threshold as rules
from service.commands.context import parts
from service.database import reading, transaction

thresholds = AppGroup("thresholds", help="How many reports are a matter of their own.")


@thresholds.command("list")
def show() -> None:
    """Every rule."""
    with reading(parts().engine) as db:
        for rule in rules.every(db):
            where = f" in {rule.area}" if rule.area else ""
            state = "" if rule.active else " (stopped)"
            click.echo(f"{rule.code}{where}: {rule.reports} in {rule.days} days, severity {rule.severity}{state}")


@thresholds.command("set")
@click.argument("code")
@click.argument("reports", type=click.IntRange(2, 100))
@click.argument("days", type=click.IntRange(1, 90))
@click.option("--area", default="", help="A P-code; everywhere, unless said otherwise.")
@click.option("--severity", type=click.IntRange(1, 4), default=3, show_default=True)
def put(code: str, reports: int, days: int, area: str, severity: int) -> None:
    """So many reports of this code in so many days in one district open an incident of that severity."""
    here = parts()
    with transaction(here.engine) as db:
        desk = here.desk(db)
        if desk.codes.compartment(code) != "operations":
            raise click.ClickException(f"{code} is no code of operations")
        if area and desk.atlas.resolve(area) is None:
            raise click.ClickException(f"unknown P-code {area}")
        rule_id = rules.put(db, code, area or None, reports, days, severity)
        told = f"{code} {area or 'everywhere'} {reports} in {days}"
        audit.record(db, audit.SERVICE, "threshold_set", rule_id, told, here.now())
    click.echo("Done.")


@thresholds.command("stop")
@click.argument("code")
@click.option("--area", default="", help="As it was set.")
def stop(code: str, area: str) -> None:
    """The rule of this code counts no more."""
    here = parts()
    with transaction(here.engine) as db:
        rule_id = rules.stop(db, code, area or None)
        if rule_id is None:
            raise click.ClickException("there is no such rule")
        audit.record(db, audit.SERVICE, "threshold_stopped", rule_id, f"{code} {area}", here.now())
    click.echo("Done.")
