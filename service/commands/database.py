"""`db upgrade`: bring the tables up to this release."""

import click
from flask.cli import AppGroup

from models import schema
from service.commands.context import parts
from service.stocking import stock_up

db = AppGroup("db", help="The database.")


@db.command("upgrade")
def upgrade() -> None:
    """Create or migrate the tables, and add the codes and routes that are missing."""
    here = parts()
    schema.upgrade(here.settings.database_url)
    stock_up(here)
    click.echo(f"The database is at {schema.current(here.settings.database_url)}.")
