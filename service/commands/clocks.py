"""`clocks list|set|bound|reset`: how fast somebody must answer, the quiet hours, the cap, what counts as one thing."""

from dataclasses import asdict

import click
from flask.cli import AppGroup

from models import audit
from models import bound as bounds
from models import route as rules
from models.route import Pace
from service.commands.context import parts
from service.commands.length import Length, clock_face, length
from service.database import reading, transaction

clocks = AppGroup("clocks", help="How fast somebody must answer, and when nobody is disturbed.")


@clocks.command("list")
def show() -> None:
    """The clock of every severity, and every bound."""
    with reading(parts().engine) as db:
        for pace in rules.paces(db):
            click.echo(_line(pace))
        for name, value in asdict(bounds.read(db)).items():
            click.echo(f"{name} = {_shown(name, value)}")


def _line(pace: Pace) -> str:
    answer = (
        f"answered within {length(pace.ack_within_seconds)}, told {pace.repeats}x" if pace.ack_within_seconds else ""
    )
    batch = f"told together every {length(pace.batch_seconds)}" if pace.batch_seconds else "told at once"
    night = "waits for the morning" if pace.holds_in_quiet_hours else "wakes people"
    stale = f"dropped when {length(pace.stale_after_seconds)} late" if pace.stale_after_seconds else "never dropped"
    return f"severity {pace.severity}: " + ", ".join(word for word in (batch, answer, night, stale) if word)


def _shown(name: str, value: int) -> str:
    if name.startswith("quiet_"):
        return clock_face(value)
    return length(value) if name.endswith("_seconds") else str(value)


@clocks.command("set")
@click.argument("severity", type=click.IntRange(0, 4))
@click.option("--ack", "ack_within_seconds", type=Length(), help="By when somebody must answer; 0 = nobody waits.")
@click.option("--repeats", type=click.IntRange(0, 5), help="How often a level is told before the next one is.")
@click.option("--batch", "batch_seconds", type=Length(), help="Told together at the end of such a window; 0 = at once.")
@click.option("--night", type=click.Choice(["wait", "wake"]), help="Whether it waits for the end of the quiet hours.")
@click.option("--stale", "stale_after_seconds", type=Length(), help="Not told any more when so late; 0 = always told.")
def put(severity: int, night: str | None, **given: int | None) -> None:
    """Change the clock of a severity; what is not named stays as it is."""
    changed: dict[str, int | bool] = {name: value for name, value in given.items() if value is not None}
    if night:
        changed["holds_in_quiet_hours"] = night == "wait"
    if not changed:
        raise click.UsageError("say what is to change: --ack, --repeats, --batch, --night or --stale")
    here = parts()
    with transaction(here.engine) as db:
        try:
            rules.change(db, severity, changed)
        except ValueError as error:
            raise click.ClickException(str(error)) from None
        told = " ".join(f"{name}={value}" for name, value in changed.items())
        audit.record(db, audit.SERVICE, "clock_set", severity, told, here.now())
    click.echo("Done.")


@clocks.command("bound")
@click.argument("name", type=click.Choice(list(bounds.LIMITS)))
@click.argument("value")
def bound(name: str, value: str) -> None:
    """Set a bound: quiet_from 21:00, sms_per_hour 6, merge_seconds 2h."""
    here = parts()
    with transaction(here.engine) as db:
        try:
            bounds.put(db, name, _read(name, value))
        except ValueError as error:
            raise click.ClickException(str(error)) from None
        audit.record(db, audit.SERVICE, "bound_set", 0, f"{name}={value}", here.now())
    click.echo("Done.")


def _read(name: str, value: str) -> int:
    if name.startswith("quiet_"):
        hour, _, minute = value.partition(":")
        if not (hour.isdecimal() and minute.isdecimal() and int(minute) < 60):
            raise ValueError(f"{name}: expected an hour such as 21:00, not {value}")
        return int(hour) * 60 + int(minute)
    if name.endswith("_seconds"):
        return Length().convert(value, None, None)
    if not value.isdecimal():
        raise ValueError(f"{name}: expected a number, not {value}")
    return int(value)


@clocks.command("reset")
@click.argument("name", type=click.Choice(list(bounds.LIMITS)))
def reset(name: str) -> None:
    """Set a bound back to what it is shipped with."""
    here = parts()
    with transaction(here.engine) as db:
        bounds.reset(db, name)
        audit.record(db, audit.SERVICE, "bound_set", 0, f"{name} as shipped", here.now())
    click.echo("Done.")
