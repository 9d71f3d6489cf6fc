"""`backup`, `restore`, and `alerts`: what is held after a restore, until an administrator decides."""

from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from models import audit, hold
from models.member import Role
from service.archive import ArchiveError
from service.backup import back_up
from service.backup import restore as fill
from service.commands.context import parts
from service.commands.proving import reader as proven
from service.database import reading, transaction

alerts = AppGroup("alerts", help="What is held after a restore.")


@click.command("backup")
@with_appcontext
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write all that is stored into a new FILE, without the keys: without them nobody can read it, us included."""
    try:
        manifest = back_up(parts(), file)
    except FileExistsError:
        raise click.ClickException(f"{file} is there already") from None
    rows = sum(count for count, _ in manifest.tables.values())
    click.echo(f"{file}: {rows} rows of {len(manifest.tables)} tables, without the keys. Keep those somewhere else.")


@click.command("restore")
@with_appcontext
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill an empty database from FILE, with the keys that it was made with. What was due is held."""
    here = parts()
    try:
        manifest = fill(here, file)
    except ArchiveError as error:
        raise click.ClickException(str(error)) from None
    with reading(here.engine) as db:
        held = hold.held(db)
    click.echo(f"Restored as of {manifest.made_at:%Y-%m-%d %H:%M} UTC. {held} messages are held:")
    click.echo("`alerts let-go` sends them, `alerts drop` does not.")


@alerts.command("held")
def show_held() -> None:
    """How much is held, and since when."""
    with reading(parts().engine) as db:
        since, held = hold.since(db), hold.held(db)
    click.echo(f"Held since {since:%Y-%m-%d %H:%M} UTC: {held} messages." if since else "Nothing is held.")


@alerts.command("let-go")
@click.option(
    "--as", "phone", required=True, metavar="PHONE", help="The administrator who decides, and whose PIN is asked."
)
def let_go(phone: str) -> None:
    """Send what is held; clocks that have stood still go on."""
    _decide(phone, let_it_go=True)


@alerts.command("drop")
@click.option(
    "--as", "phone", required=True, metavar="PHONE", help="The administrator who decides, and whose PIN is asked."
)
def drop(phone: str) -> None:
    """Never send what is held; new reports and their alerts are not touched."""
    _decide(phone, let_it_go=False)


def _decide(phone: str, *, let_it_go: bool) -> None:
    here = parts()
    who = proven(here, phone, "after a restore")
    if who.role is not Role.ADMIN:
        raise click.UsageError("only an administrator decides about this")
    with transaction(here.engine) as db:
        since, now = hold.since(db), here.now()
        count = hold.end(db, now, let_go=let_it_go)
        audit.record(db, who.member_id, "let_go" if let_it_go else "dropped_held", 0, f"{count} messages", now)
    if since is None:
        click.echo("Nothing is held.")
    else:
        click.echo(f"{count} messages {'are on their way' if let_it_go else 'are dropped'}.")
