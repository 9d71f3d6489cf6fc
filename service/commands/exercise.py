"""`exercise start|stop|list`: reports that alert nobody but those who take part."""

from datetime import timedelta

import click
from flask.cli import AppGroup

from handlers import exercising
from models import audit
from models import exercise as exercises
from models import member as members
from service.commands.context import parts
from service.commands.duty import member_with
from service.database import reading, transaction
from service.exchange import follow_up

exercise = AppGroup("exercise", help="Reports that alert nobody but those who take part.")


@exercise.command("start")
@click.option("--members", "phones", required=True, help="Their phones, separated by spaces.")
@click.option("--hours", type=click.IntRange(1, 48), required=True)
def start(phones: str, hours: int) -> None:
    """Whatever these members report from now on is an exercise, until it ends; each is told so by SMS."""
    here = parts()
    with transaction(here.engine) as db:
        taking = {member_with(here, db, phone).id for phone in phones.split()}
        busy = exercises.taking_part(db, taking, here.now())
        if busy:
            names = ", ".join(members.name(db, here.keys, each) for each in sorted(busy))
            raise click.ClickException(f"already in an exercise: {names}")
        exercise_id, effects = exercising.start(here.desk(db), taking, timedelta(hours=hours))
        audit.record(db, audit.SERVICE, "exercise_started", exercise_id, f"{len(taking)} members", here.now())
    follow_up(here, effects)
    click.echo(f"Exercise {exercise_id} runs for {hours} h with {len(taking)} members.")


@exercise.command("stop")
@click.argument("exercise_id", type=int)
def stop(exercise_id: int) -> None:
    """It ends now, and each member is told so."""
    here = parts()
    with transaction(here.engine) as db:
        effects = exercising.stop(here.desk(db), exercise_id)
        if effects is None:
            raise click.ClickException("no such exercise runs")
        audit.record(db, audit.SERVICE, "exercise_stopped", exercise_id, "by command", here.now())
    follow_up(here, effects)
    click.echo("Stopped.")


@exercise.command("list")
def show() -> None:
    """Those that run."""
    here = parts()
    with reading(here.engine) as db:
        for each in exercises.running(db, here.now()):
            until = each.ends_at.astimezone(here.policy.timezone)
            names = ", ".join(members.name(db, here.keys, member_id) for member_id in sorted(each.members))
            click.echo(f"{each.exercise_id}  until {until:%d/%m %H:%M}  {names}")
