"""`digest show` and `digest send`: one member's digest, to look at or to send now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from handlers.desk import Desk
from handlers.digest_mail import digest_mail
from handlers.digest_sms import digest_sms
from handlers.digesting import TOLD, put, scope
from handlers.digesting import digest as digest_of
from handlers.period import Kind, Period, latest, of_day
from handlers.summary import summarise
from models import contact as contacts
from models import digest_run as runs
from models import member as members
from models.digest_run import Subscriber
from models.phone import parse_phone
from service.commands.context import parts
from service.database import reading, transaction
from service.digests import count, send
from service.parts import Parts

digest = AppGroup("digest", help="What members are told every day and every week.")


@dataclass(frozen=True, slots=True)
class Wanted:
    member: Subscriber
    period: Period


def _asked(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that both commands have."""
    command = click.option("--at", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Of that day.")(command)
    command = click.option("--weekly", is_flag=True, help="The weekly one.")(command)
    return click.option("--member", "phone", metavar="PHONE", required=True, help="The member with that phone.")(
        command
    )


@digest.command("show")
@_asked
def show(phone: str, weekly: bool, at: datetime | None) -> None:
    """Print what the member's last digest says, by SMS and by e-mail; nothing is sent."""
    here = parts()
    wanted = _wanted(here, phone, weekly, at.date() if at else None)
    sheet = count(here, wanted.period)
    with reading(here.engine) as db:
        desk = here.desk(db)
        summary = summarise(sheet, scope(desk, wanted.member), desk.atlas)
        text = digest_sms(desk, wanted.period, summary, wanted.member.language, late=False)
        letter = digest_mail(desk, wanted.period, summary, wanted.member.language, late=False)
    click.echo(f"SMS:\n{text or '(nothing to tell: none is sent)'}\n\nE-mail: {letter['subject']}\n{letter['plain']}")


@digest.command("send")
@_asked
@click.option("--now", is_flag=True, help="Yes, send it now, whether or not the member has had it.")
def send_one(phone: str, weekly: bool, at: datetime | None, now: bool) -> None:
    """Send one member the last digest once more; the digests of the clock are not changed by it."""
    if not now:
        raise click.UsageError("say --now to send it; `digest show` prints it")
    here = parts()
    wanted = _wanted(here, phone, weekly, at.date() if at else None)
    sheet = count(here, wanted.period)
    purpose = f"digest:{wanted.period.kind}:asked:{here.now():%Y%m%d%H%M%S}:{wanted.member.member_id}"
    with transaction(here.engine) as db:
        desk = here.desk(db)
        written = put(desk, [digest_of(desk, sheet, wanted.member, purpose, late=False)])
    send(here, written)
    click.echo(f"{len(written.messages)} SMS and {len(written.mails)} e-mails are on their way.")


def _wanted(here: Parts, phone: str, weekly: bool, day: date | None) -> Wanted:
    with reading(here.engine) as db:
        member = _member(here.desk(db), db, phone)
    return Wanted(member, _period(here, Kind.WEEKLY if weekly else Kind.DAILY, day))


def _member(desk: Desk, db: Session, phone: str) -> Subscriber:
    number = parse_phone(phone)
    found = members.of_contact(db, contacts.find(db, desk.keys, number) if number else None, desk.now)
    member = runs.subscriber(db, found.id, desk.now) if found else None
    if member is None:
        raise click.ClickException("no active member has this phone")
    if member.role not in TOLD:
        raise click.ClickException(f"no digest is for the role {member.role}")
    return member


def _period(here: Parts, kind: Kind, day: date | None) -> Period:
    rhythm, zone = here.policy.rhythm, here.policy.timezone
    hour = rhythm.hour(kind)
    if hour is None:
        raise click.ClickException(f"there is no {kind} digest: see KARAKORO_DIGEST_{kind.upper()}")
    found = of_day(kind, day, hour, zone) if day else latest(kind, rhythm, zone, here.now().astimezone(UTC))
    if found is None or found.ends_at > here.now():
        raise click.ClickException("that digest is not due yet")
    return found
