"""`places import`."""

from pathlib import Path

import click
from flask.cli import AppGroup

from flows.folding import fold
from models.place_import import import_places
from service.commands.accounts import read_rows, tell
from service.commands.context import parts
from service.database import transaction

places = AppGroup("places", help="The gazetteer.")


@places.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(path: Path) -> None:
    """Add and change places from a CSV: name,pcode,pcode_version,country,lat,lon,aliases."""
    here = parts()
    rows = read_rows(path)
    with transaction(here.engine) as db:
        account = import_places(db, rows, fold=fold)
    tell((), account.problems, f"{account.added} added, {account.changed} changed, {account.unchanged} unchanged")
