"""`init`: the keys, the tables, the places, and the first administrator."""

import os
import secrets
from pathlib import Path

import click

from models import schema
from models.keys import Keyring
from models.phone import parse_phone
from models.roster import import_roster
from service.boot import boot
from service.database import transaction
from service.parts import build
from service.stocking import rolls, stock_up


@click.command("init")
@click.option("--name", prompt="Name of the first administrator")
@click.option("--phone", prompt="Their phone", help="With or without +223 or +222.")
@click.option("--language", type=click.Choice(["fr", "ar", "en"]), default="fr", show_default=True)
def init(name: str, phone: str, language: str) -> None:
    """Make what is missing, and print the settings to keep; what is there already is left alone."""
    if parse_phone(phone) is None:
        raise click.BadParameter("not a phone number of Mali, Mauritania or any other country", param_hint="--phone")
    settings = boot()
    made = _make_secrets(settings.data_dir, settings.keys, bool(settings.hook_tokens), bool(settings.secret_key))
    os.environ.update(made)
    here = build(boot())
    schema.upgrade(here.settings.database_url)
    stock_up(here)
    with transaction(here.engine) as db:
        row = {"name": name, "phone": phone, "role": "admin", "language": language, "area": "ML MR", "level": "1"}
        account = import_roster(db, rolls(here.desk(db)), [row])
    for line in (*account.changes, *map(str, account.problems)):
        click.echo(line)
    click.echo("Keep these settings; nobody can read what is stored without the keys:" if made else "All is there.")
    for key, value in made.items():
        click.echo(f"{key}={value}")


def _make_secrets(folder: Path, keys: str, has_token: bool, has_secret: bool) -> dict[str, str]:
    """The settings that are still missing, with their secrets; keys go into a file that only we can read."""
    made: dict[str, str] = {}
    if not keys:
        made["KARAKORO_KEYS_FILE"] = str(_write_keys(folder))
    if not has_token:
        made["KARAKORO_HOOK_TOKEN"] = secrets.token_urlsafe(24)
    if not has_secret:
        made["KARAKORO_SECRET_KEY"] = secrets.token_urlsafe(32)
    return made


def _write_keys(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "keys"
    if path.exists():
        return path
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(Keyring.generate())
    return path
