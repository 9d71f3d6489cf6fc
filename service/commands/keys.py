"""`keys`: the keys themselves, for whoever must keep them apart from the backups."""

import sys

import click
from flask.cli import AppGroup

from models import audit
from service.commands.context import parts
from service.database import transaction

keys = AppGroup("keys", help="The keys: whoever loses them loses the contents.")


@keys.command("export")
@click.option("--yes", is_flag=True, help="Print them to a screen too, where somebody may read along.")
def export(yes: bool) -> None:
    """Print all keys, to be kept apart from the backups; that they were printed goes into the audit."""
    if sys.stdout.isatty() and not yes:
        raise click.UsageError("these are the keys to everything: send them to a file (> keys), or say --yes")
    here = parts()
    with transaction(here.engine) as db:
        audit.record(db, audit.SERVICE, "keys_exported", 0, "keys export", here.now())
    click.echo(here.settings.keys.strip())
