"""`doctor`: is everything in place for a report to become an alert on somebody's phone?"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click
from flask.cli import with_appcontext
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from flows.gsm7 import fit
from models import contact as contacts
from models import ladder as ladders
from models import member as members
from models import schema
from models.member import Role
from models.phone import parse_phone
from service.commands.context import parts
from service.database import reading, transaction
from service.gateways.contract import Verdict
from service.parts import Parts
from service.queue import quick_connection


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's; well None = worth knowing, but nothing fails for it."""

    what: str
    well: bool | None
    said: str


@click.command("doctor")
@click.option("--sms", metavar="PHONE", help="Also send a test SMS to this phone.")
@with_appcontext
def doctor(sms: str | None) -> None:
    """Look at settings, database, Redis, gateway, forms and roster; exit 1 if something would lose an alert."""
    here = parts()
    findings = [*_settings(here), *_guarded(here)]
    if sms:
        findings.append(_test_sms(here, sms))
    for finding in findings:
        mark = {True: "ok  ", False: "BAD ", None: "note"}[finding.well]
        click.echo(f"{mark} {finding.what}: {finding.said}")
    if any(finding.well is False for finding in findings):
        raise SystemExit(1)


def _settings(here: Parts) -> Iterator[Finding]:
    settings = here.settings
    yield Finding("help number", bool(settings.help_number) or None, settings.help_number or "none is told to people")
    yield Finding("demo keys", None if settings.demo else True, "in use" if settings.demo else "not in use")
    yield Finding("forms", True, f"{len(here.shelf.forms)} loaded; every screen fits")


def _guarded(here: Parts) -> Iterator[Finding]:
    """What talks to others may fail; each failure is a finding and the next is looked at all the same."""
    checks: tuple[tuple[str, Callable[[Parts], Iterator[Finding]]], ...] = (
        ("database", _database),
        ("Redis", _redis),
        ("gateway", _gateways),
        ("e-mail", _mail_server),
    )
    for what, check in checks:
        try:
            yield from check(here)
        except (SQLAlchemyError, RedisError, OSError) as error:
            yield Finding(what, False, f"not reachable ({type(error).__name__})")


def _database(here: Parts) -> Iterator[Finding]:
    at, newest = schema.current(here.settings.database_url), schema.newest()
    yield Finding("database", at == newest, f"at {at}" if at == newest else f"at {at}, not {newest}: run `db upgrade`")
    if at == newest:
        with transaction(here.engine) as db:
            yield from _roster(here, db)


def _roster(here: Parts, db: Session) -> Iterator[Finding]:
    """Somebody must stand behind every compartment, and an administrator behind them all."""
    for role in (Role.ADMIN, Role.COORDINATOR, Role.PROTECTION, Role.COMPLAINTS, Role.PSEA, Role.PRIVACY):
        found = [one for one in members.holding(db, [role], None, here.now()) if one.contact_ids]
        well = bool(found) or (False if role is Role.ADMIN else None)
        yield Finding(f"role {role.value}", well, f"{len(found)} with a phone" if found else "nobody to tell")
    deaf = len(members.unreachable(db, here.now()))
    said = f"{deaf} on duty whom nobody can tell anything: `roster list --unreachable`" if deaf else "all can be told"
    yield Finding("members", None if deaf else True, said)
    untold = ladders.count_untold(db)
    said = f"{untold} that nobody could be told of: call somebody" if untold else "somebody was there to tell"
    yield Finding("incidents", None if untold else True, said)
    left = ladders.count_nobody_left(db)
    said = f"{left} alerts that every level was told of and nobody has answered: call somebody" if left else "answered"
    yield Finding("alerts", None if left else True, said)


def _redis(here: Parts) -> Iterator[Finding]:
    quick_connection(here.settings.redis_url).ping()
    yield Finding("Redis", True, "answers")


def _gateways(here: Parts) -> Iterator[Finding]:
    for name, gateway in here.gateways.items():
        account = gateway.account()
        yield Finding(f"gateway {name}", account.well, account.said)


def _mail_server(here: Parts) -> Iterator[Finding]:
    """Nobody's alert depends on it, but whoever has set one up wants to know."""
    account = here.postman.account() if here.postman else None
    said = account.said if account else "none: digests go by SMS alone"
    yield Finding("e-mail", account.well if account else None, said)


def _test_sms(here: Parts, phone: str) -> Finding:
    number = parse_phone(phone)
    if number is None:
        return Finding("test SMS", False, "not a phone number")
    with reading(here.engine) as db:
        if contacts.is_stopped(db, here.keys, number):
            return Finding("test SMS", False, "this phone has said STOP")
    text = fit(here.words.say("doctor.test", ("fr",)))
    result = here.gateways[here.policy.ways.to(number)].send(text, {number: f"doctor-{secrets.token_hex(8)}"})[0]
    return Finding("test SMS", result.verdict is Verdict.ACCEPTED, f"{result.verdict.value} {result.reason}".strip())
