"""`roster import`, `roster list`, `roster suspend`, `roster reinstate` and `roster pin`."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from handlers.rerouting import reroute
from models import contact as contacts
from models import member as members
from models import pin as pins
from models import roster as rosters
from models.keys import Keyring
from models.phone import parse_phone
from service.commands.accounts import read_rows, tell
from service.commands.context import parts
from service.database import reading, transaction
from service.exchange import follow_up
from service.stocking import rolls

roster = AppGroup("roster", help="The members and their phones.")


@roster.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Deactivate whoever is not in the file.")
def import_members(path: Path, replace: bool) -> None:
    """Add and change members from a CSV: name,phone,role,language,area,level,post[,email]."""
    here = parts()
    rows = read_rows(path)
    with transaction(here.engine) as db:
        desk = here.desk(db)
        account = rosters.import_roster(db, rolls(desk), rows, replace=replace)
        effects = reroute(desk, account.moved)
    follow_up(here, effects)
    tell(account.changes, account.problems, account.sums)


@roster.command("list")
@click.option("--unreachable", is_flag=True, help="Only whom nobody can tell anything.")
def list_members(unreachable: bool) -> None:
    """The members on duty: role, level, name, and how many phones hear us. A STOP or a lost phone takes one away."""
    here = parts()
    with reading(here.engine) as db:
        listed = members.unreachable(db, here.now()) if unreachable else members.on_duty(db, here.now())
        for member in listed:
            phones = len(members.phones(db, member.id))
            name = members.name(db, here.keys, member.id)
            click.echo(f"{member.role.value} {member.level} {phones} {'phone' if phones == 1 else 'phones'}: {name}")


@roster.command("suspend")
@click.argument("phone")
def suspend(phone: str) -> None:
    """A phone is lost or seized: it acts for nobody any more, at once."""
    _mark(phone, rosters.suspend, "Suspended.")


@roster.command("reinstate")
@click.argument("phone")
def reinstate(phone: str) -> None:
    """A suspended phone is back in its member's hands."""
    _mark(phone, rosters.reinstate, "Reinstated.")


@roster.command("pin")
@click.argument("phone")
def make_pin(phone: str) -> None:
    """Make a new PIN for the member with that phone, and show it this once; it also unlocks."""
    number, here = _number(phone), parts()
    digits = pins.draw()
    hashed = pins.hash_of(digits)
    with transaction(here.engine) as db:
        member = members.of_contact(db, contacts.find(db, here.keys, number), here.now())
        if member is None:
            raise click.ClickException("no member has this phone")
        pins.give(db, member.id, hashed, here.now())
    click.echo(digits)


def _number(phone: str) -> str:
    number = parse_phone(phone)
    if number is None:
        raise click.BadParameter("not a phone number", param_hint="PHONE")
    return number


def _mark(phone: str, mark: Callable[[Session, Keyring, str, datetime], int | None], done: str) -> None:
    number, here = _number(phone), parts()
    with transaction(here.engine) as db:
        member_id = mark(db, here.keys, number, here.now())
        if member_id is None:
            raise click.ClickException("no member has this phone")
        effects = reroute(here.desk(db), {member_id})
    follow_up(here, effects)
    click.echo(done)
