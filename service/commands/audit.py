"""`audit`: who looked at what and why, and whether anybody has tampered with it."""

import sys
from datetime import timedelta

import click
from flask.cli import AppGroup

from models import audit as kept
from service.commands.context import parts
from service.database import reading

audit = AppGroup("audit", help="Who looked at what, and why.")
MOST = 10_000


@audit.command("list")
@click.option("--days", type=click.IntRange(1, 800), default=7, show_default=True)
def list_entries(days: int) -> None:
    """The entries of the last days, newest first: time, actor, act, object, reason."""
    here = parts()
    with reading(here.engine) as db:
        for entry in kept.entries(db, here.now() - timedelta(days=days), MOST):
            click.echo(f"{entry.at.isoformat()}  {entry.actor_id}  {entry.act}  {entry.object_id}  {entry.reason}")


@audit.command("verify")
@click.option("--head", help="The head that an earlier check printed: it must still be there.")
def verify(head: str | None) -> None:
    """Check every seal. Note the head somewhere else: with it, a cut-off end is found too."""
    here = parts()
    with reading(here.engine) as db:
        found = kept.verify(db, here.keys)
        faults = list(found.faults)
        if head and not kept.has_head(db, head):
            faults.append("the head that you noted is not there: the end of the audit was cut off or written anew")
    click.echo(f"{found.seals} seals over {found.entries} entries; {found.unsealed} not sealed yet")
    click.echo(f"head {found.head or '-'}")
    for fault in faults:
        click.echo(f"BAD  {fault}")
    sys.exit(1 if faults else 0)
