"""`contacts`: the number behind a report, for who may see it and says why."""

import click
from flask.cli import AppGroup

from handlers.revealing import Hidden
from handlers.revealing import reveal as show_number
from models import audit
from models import contact as stored
from models import member as members
from models import permission as permissions
from models import report as reports
from models.permission import May
from models.phone import parse_phone
from service.commands.context import parts
from service.commands.proving import reader
from service.database import transaction
from service.exchange import follow_up

contacts = AppGroup("contacts", help="The phones behind the reports.")


@contacts.command("reveal")
@click.option("--report", "reference", required=True, metavar="REF")
@click.option("--as", "phone", required=True, metavar="PHONE", help="The member who wants to see it; asks for the PIN.")
@click.option("--reason", required=True, help="Why; goes into the audit. No names, no numbers.")
def reveal(reference: str, phone: str, reason: str) -> None:
    """Show the number of whoever filed a report; whoever guards personal data hears that it was shown."""
    here = parts()
    who = reader(here, phone, reason)
    with transaction(here.engine) as db:
        report = reports.by_reference(db, reference)
        if report is None:
            raise click.ClickException("there is no such report")
        shown = show_number(here.desk(db), who, report)
    if isinstance(shown, Hidden):
        raise click.ClickException(shown.why)
    follow_up(here, shown.effects)
    click.echo(shown.number)
    minutes = int(shown.lasts.total_seconds() // 60)
    click.echo(f"May be looked at again for {minutes} minutes; do not write it down.", err=True)


@contacts.command("permit")
@click.argument("phone")
def permit(phone: str) -> None:
    """Let the member with that phone reveal numbers of the reports that the member may read."""
    _set(phone, permitted=True)


@contacts.command("forbid")
@click.argument("phone")
def forbid(phone: str) -> None:
    """Take that permission away."""
    _set(phone, permitted=False)


def _set(phone: str, *, permitted: bool) -> None:
    number, here = parse_phone(phone), parts()
    if number is None:
        raise click.BadParameter("not a phone number", param_hint="PHONE")
    with transaction(here.engine) as db:
        member = members.of_contact(db, stored.find(db, here.keys, number), here.now())
        if member is None:
            raise click.ClickException("no member has this phone")
        (permissions.give if permitted else permissions.take)(db, member.id, May.REVEAL)
        act = "reveal_permitted" if permitted else "reveal_forbidden"
        audit.record(db, audit.SERVICE, act, member.id, "contacts command", here.now())
    click.echo("Permitted." if permitted else "Forbidden.")
