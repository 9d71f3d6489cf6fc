"""`talk`: a phone in the terminal, on the service that is running."""

import sys
from collections.abc import Iterable, Iterator

import click
from flask.cli import with_appcontext

from flows.form import Channel
from service.blanks import Unfilled
from service.commands.context import parts
from service.handset import Handsets, NoSimulator, Refused
from service.talker import Talker
from service.transcript import Entry, is_phone
from service.witness import Witness

VILLAGER = "+22370000031"  # of the demo: on nobody's roster
HELP = "*384*1234# dials · a digit answers · sms TEXT sends · @ shows what has come in · Ctrl-D ends"


@click.command("talk")
@click.option("--phone", default=VILLAGER, show_default=True, help="Whose phone this is.")
@click.option(
    "--channel", type=click.Choice([each.value for each in Channel]), default=Channel.USSD.value, show_default=True
)
@with_appcontext
def talk(phone: str, channel: str) -> None:
    """Be a phone: type what it says, see what it shows. Prints a transcript, which `play` can play."""
    if not is_phone(phone):
        raise click.BadParameter("expected a number such as +22370000031", param_hint="--phone")
    here = parts()
    if not here.settings.simulator_url:
        raise click.ClickException("KARAKORO_SIMULATOR_URL is not set: only simulated phones can be typed on")
    try:
        handsets = Handsets(here.settings.simulator_url)
        talker = Talker(handsets, Witness(here.engine, here.now()), here.now, phone, Channel(channel))
        _print(talker.begin())
        for typed in _typed():
            _hear(talker, typed)
    except NoSimulator as error:
        raise click.ClickException(str(error)) from None


def _hear(talker: Talker, typed: str) -> None:
    try:
        _print(talker.hear(typed))
    except Unfilled as blank:
        click.echo(f"no reference has been seen for {{{blank.args[0]}}}", err=True)
    except Refused as refusal:
        click.echo(str(refusal), err=True)


def _typed() -> Iterator[str]:
    """Line by line; the prompt goes to the other stream, so that what is printed stays a transcript."""
    by_hand = sys.stdin.isatty()
    if by_hand:
        click.echo(HELP, err=True)
    while True:
        click.echo("… " if by_hand else "", err=True, nl=False)
        line = sys.stdin.readline()
        if not line:
            return
        yield line.removesuffix("\n")


def _print(entries: Iterable[Entry]) -> None:
    for entry in entries:
        click.echo(str(entry))
