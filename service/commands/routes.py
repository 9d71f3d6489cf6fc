"""`routing list|set|remove|try`: which role is told of what, and who would get a report."""

import click
from flask.cli import AppGroup

from handlers.desk import Desk
from handlers.imagined import Unimaginable, imagine, moment
from handlers.plan import Step, plan
from models import audit
from models import member as members
from models import route as rules
from models.code import Compartment
from models.member import Role
from service.commands.context import parts
from service.commands.length import Minute
from service.database import reading, transaction

routes = AppGroup("routing", help="Which role is told of what.")
COMPARTMENT = click.Choice([each.value for each in Compartment])
ROLE = click.Choice([each.value for each in Role])


@routes.command("list")
def show() -> None:
    """Every route: compartment, role, and from which severity on."""
    with reading(parts().engine) as db:
        for rule in rules.every(db):
            click.echo(f"{rule.compartment:<12} {rule.role:<12} from severity {rule.min_severity}")


@routes.command("set")
@click.argument("compartment", type=COMPARTMENT)
@click.argument("role", type=ROLE)
@click.argument("severity", type=click.IntRange(0, 4))
def put(compartment: str, role: str, severity: int) -> None:
    """Tell this role of that compartment, from that severity on."""
    here = parts()
    with transaction(here.engine) as db:
        try:
            route_id = rules.put(db, Compartment(compartment), Role(role), severity)
        except ValueError as error:
            raise click.ClickException(str(error)) from None
        audit.record(db, audit.SERVICE, "route_set", route_id, f"{compartment} {role} {severity}", here.now())
    click.echo("Done.")


@routes.command("remove")
@click.argument("compartment", type=COMPARTMENT)
@click.argument("role", type=ROLE)
def remove(compartment: str, role: str) -> None:
    """Tell this role of that compartment no more; the last route of a compartment stays."""
    here = parts()
    with transaction(here.engine) as db:
        try:
            route_id = rules.remove(db, Compartment(compartment), Role(role))
        except ValueError as error:
            raise click.ClickException(str(error)) from None
        audit.record(db, audit.SERVICE, "route_removed", route_id, f"{compartment} {role}", here.now())
    click.echo("Done.")


@routes.command("try")
@click.option("--code", required=True, help="What it is about, such as 13.")
@click.option("--place", default="", help="A place by name or key; none = the country decides.")
@click.option("--severity", type=click.IntRange(0, 4), help="As the code has it, unless said otherwise.")
@click.option("--at", "minute", type=Minute(), help="At this hour of today; now, unless said otherwise.")
def try_out(code: str, place: str, severity: int | None, minute: int | None) -> None:
    """Print who would be told of such a report, by which level and when, if nobody answered. Nothing is sent."""
    here = parts()
    with reading(here.engine) as db:
        desk = here.desk(db)
        try:
            report = imagine(desk, code, place, severity)
        except Unimaginable as error:
            raise click.BadParameter(str(error), param_hint=f"--{error.field}") from None
        steps = plan(desk, report, moment(desk, minute))
        for step in steps:
            click.echo(_line(desk, step))
    if not steps:
        click.echo("Nobody is told: no route leads to anybody.")


def _line(desk: Desk, step: Step) -> str:
    names = [members.name(desk.db, desk.keys, each.member_id) for each in step.recipients]
    at = step.at.astimezone(desk.policy.timezone)
    level = f"level {step.level}, " if step.level else ""
    return f"{at:%d/%m %H:%M}  {level}{step.kind}: {', '.join(names) or 'nobody'}"
