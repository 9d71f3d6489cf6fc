"""`console invite` and `console revoke`: who may sign in to the console."""

import click
import pyotp
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from models import audit
from models import contact as contacts
from models import invitation as invitations
from models import member as members
from models import sitting as sittings
from models.member import Member
from models.phone import parse_phone
from service.commands.context import parts
from service.console.page import READERS
from service.database import transaction
from service.parts import Parts

console = AppGroup("console", help="Who may sign in to the console.")


@console.command("invite")
@click.argument("phone")
def invite(phone: str) -> None:
    """Print an address that works once, for a day: the member chooses a password there, and ties a second factor.

    For a member who has an account already, the old one ends when the new one begins.
    """
    here = parts()
    with transaction(here.engine) as db:
        member = _member(here, db, phone)
        if member.role not in READERS:
            raise click.ClickException(f"there is nothing in the console for the role {member.role}")
        token = invitations.invite(db, here.keys, member.id, pyotp.random_base32(), here.now())
        audit.record(db, audit.SERVICE, "invited", member.id, "to the console", here.now())
    click.echo(f"/console/enrol/{token}")
    click.echo("Give it to nobody else: put the address of your Karakoro before it.", err=True)


@console.command("revoke")
@click.argument("phone")
def revoke(phone: str) -> None:
    """End all sittings of that member, wherever they are, and all invitations."""
    here = parts()
    with transaction(here.engine) as db:
        member = _member(here, db, phone)
        ended = sittings.end_all(db, member.id, here.now())
        invitations.withdraw(db, member.id, here.now())
        audit.record(db, audit.SERVICE, "sittings_ended", member.id, "all of them", here.now())
    click.echo(f"{ended} ended")


def _member(here: Parts, db: Session, phone: str) -> Member:
    number = parse_phone(phone)
    if number is None:
        raise click.BadParameter("not a phone number", param_hint="PHONE")
    member = members.of_contact(db, contacts.find(db, here.keys, number), here.now())
    if member is None:
        raise click.ClickException("no member has this phone")
    return member
