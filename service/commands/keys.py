"""`keys`: the keys themselves, for whoever must keep them apart from the backups."""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask.cli import AppGroup

from models import audit, keyring_file, sealed
from models.keys import KeyringError, Purpose
from service import demo_env
from service.commands.context import parts
from service.database import reading, transaction
from service.resealing import reseal_all

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


CHANGEABLE = tuple(purpose.value for purpose in Purpose if purpose not in keyring_file.LASTING)
PURPOSE = click.option("--purpose", type=click.Choice(CHANGEABLE), multiple=True, help="One of them; else all.")


@keys.command("rotate")
@PURPOSE
def rotate(purpose: tuple[str, ...]) -> None:
    """Make new keys, in two steps, so that no running process meets a key that it does not have.

    First the new keys are added, and open. After web, worker and clock have been restarted, the same command again
    lets them seal; after another restart, `keys reseal` seals anew what lies under the old ones.
    """
    path, keyring = _keyring_file(), parts().keys
    wanted = [Purpose(each) for each in purpose or CHANGEABLE]
    waiting = [each for each in wanted if keyring_file.prepared(keyring, each) is not None]
    change = (keyring_file.promote, waiting) if waiting else (keyring_file.prepare, wanted)
    _change(path, lambda text: change[0](text, change[1]))
    done = "keys_promoted" if waiting else "keys_prepared"
    _note(done, ", ".join(each.value for each in change[1]))
    if waiting:
        click.echo("The new keys seal from the next restart on. Restart web, worker and clock, then: keys reseal")
    else:
        click.echo("The new keys are there. Restart web, worker and clock, then run this again.")


@keys.command("reseal")
def reseal() -> None:
    """Seal anew what lies under old keys: in small portions, while the service runs; begun again, it goes on."""
    portions = list(reseal_all(parts()))
    done = sum(portion.done for portion in portions)
    _note("keys_resealed", f"{done} values")
    click.echo(f"{done} sealed anew.")
    shut = [about for portion in portions for about in portion.shut]
    for about in shut:
        click.echo(f"cannot be opened: {about}", err=True)
    if shut:
        raise click.ClickException(
            f"{len(shut)} values cannot be opened with any key that is here; they stay as they are"
        )


@keys.command("status")
def status() -> None:
    """How many values lie under which key; `seals` marks the one in use, `new` one that only opens so far."""
    here = parts()
    with reading(here.engine) as db:
        counted = sealed.count(db)
    for purpose in Purpose:
        for key_id in sorted({*here.keys.keys[purpose], *counted[purpose]}):
            click.echo(f"{purpose.value:<12} key {key_id:<3} {counted[purpose][key_id]:>9}  {_mark(purpose, key_id)}")


def _mark(purpose: Purpose, key_id: int) -> str:
    keyring = parts().keys
    if key_id not in keyring.keys[purpose]:
        return "MISSING: this cannot be opened"
    if purpose in keyring_file.LASTING:
        return "for ever"
    if key_id == keyring.seals_with(purpose):
        return "seals"
    return "new" if key_id == keyring_file.prepared(keyring, purpose) else "old"


@keys.command("remove")
@click.option("--purpose", type=click.Choice(CHANGEABLE), required=True)
@click.option("--id", "key_id", type=click.IntRange(1, keyring_file.HIGHEST), required=True)
def remove(purpose: str, key_id: int) -> None:
    """Take an old key out of the keyring, once nothing is left under it. Backups from before still want it."""
    here, path = parts(), _keyring_file()
    with reading(here.engine) as db:
        left = sealed.count(db)[Purpose(purpose)][key_id]
    if left:
        raise click.ClickException(f"{left} values lie under key {key_id} of {purpose}: run `keys reseal` first")
    _change(path, lambda text: keyring_file.remove(text, Purpose(purpose), key_id))
    _note("keys_removed", f"{purpose} {key_id}")
    click.echo("Gone. Restart web, worker and clock.")


def _keyring_file() -> Path:
    """Where the keys are kept: they can be changed in a file only."""
    found = demo_env.beneath(os.environ).get("KARAKORO_KEYS_FILE", "")
    if not found:
        raise click.ClickException("put the keys into a file of their own and name it by KARAKORO_KEYS_FILE")
    return Path(found).expanduser()


def _change(path: Path, change: Callable[[str], str]) -> None:
    """All of it or nothing: the new file takes the old one's place, and stays its owner's, whoever runs this: a
    service that could not read its keys would not start."""
    path = path.resolve()
    try:
        text = change(path.read_text(encoding="utf-8"))
    except KeyringError as error:
        raise click.ClickException(str(error)) from None
    draft = path.with_suffix(".draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        owned = path.stat()
        if (owned.st_uid, owned.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(file.fileno(), owned.st_uid, owned.st_gid)
        os.fchmod(file.fileno(), stat.S_IMODE(owned.st_mode))
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _note(act: str, what: str) -> None:
    here = parts()
    with transaction(here.engine) as db:
        audit.record(db, audit.SERVICE, act, 0, what[:200], here.now())
