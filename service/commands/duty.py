"""`duty show|set`: in which hours a member is on call."""

import re

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from models import audit
from models import contact as contacts
from models import duty as duties
from models import member as members
from models.duty import Hours
from models.member import Member
from models.phone import parse_phone
from service.commands.context import parts
from service.commands.length import Minute, clock_face
from service.database import reading, transaction
from service.parts import Parts

duty = AppGroup("duty", help="In which hours a member is on call.")
SHAPE = re.compile(r"([1-7]+)@([0-9:]+)-([0-9:]+)")


@duty.command("show")
@click.argument("phone")
def show(phone: str) -> None:
    """The hours of the member with that phone."""
    here = parts()
    with reading(here.engine) as db:
        hours = duties.of(db, member_with(here, db, phone).id)
    for each in hours:
        click.echo(f"{each.days}@{clock_face(each.from_minute)}-{clock_face(each.to_minute)}")
    if not hours:
        click.echo("always")


@duty.command("set")
@click.argument("phone")
@click.argument("hours", nargs=-1, required=True)
def put(phone: str, hours: tuple[str, ...]) -> None:
    """HOURS: `always`, or days and hours such as 12345@06:00-18:00 (1 = Monday; past midnight: 6@18:00-06:00)."""
    here = parts()
    kept = [] if hours == ("always",) else [_read(each) for each in hours]
    with transaction(here.engine) as db:
        member_id = member_with(here, db, phone).id
        duties.put(db, member_id, kept)
        audit.record(db, audit.SERVICE, "duty_set", member_id, " ".join(hours)[:200], here.now())
    click.echo("Done.")


def member_with(here: Parts, db: Session, phone: str) -> Member:
    number = parse_phone(phone)
    if number is None:
        raise click.BadParameter("not a phone number", param_hint="PHONE")
    member = members.of_contact(db, contacts.find(db, here.keys, number), here.now())
    if member is None:
        raise click.ClickException("no member has this phone")
    return member


def _read(text: str) -> Hours:
    found = SHAPE.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"expected always or hours such as 12345@06:00-18:00, not {text}", param_hint="HOURS")
    days = "".join(sorted(set(found[1])))
    return Hours(days, Minute().convert(found[2], None, None), Minute().convert(found[3], None, None))
