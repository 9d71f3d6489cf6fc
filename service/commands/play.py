"""`play`: hold written conversations with a fresh service, and stop at the first difference."""

from pathlib import Path

import click

from service.player import play as play_one
from service.player import record as record_one
from service.simulator.dialects import Dialect
from service.stage import Theatre, theatre
from service.transcript import BadTranscript, Transcript, parse, written


@click.command("play")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--database-url", help="Play in databases of our own beside this one (postgresql://…).")
@click.option("--record", is_flag=True, help="Write into the files what really happens.")
@click.option(
    "--dialect",
    type=click.Choice([each.value for each in Dialect]),
    default=Dialect.AFRICASTALKING.value,
    show_default=True,
    help="How the network brings USSD, or SMS.",
)
def play(paths: tuple[Path, ...], database_url: str | None, record: bool, dialect: str) -> None:
    """Play transcripts, each against a fresh service. Exit 1 on a difference, 2 for an unreadable file."""
    try:
        transcripts = [parse(path.read_text(encoding="utf-8"), str(path)) for path in paths]
        with theatre(database_url or "") as house:
            results = [_one(house, transcript, record, Dialect(dialect)) for transcript in transcripts]
    except (BadTranscript, UnicodeDecodeError) as error:
        raise click.UsageError(str(error)) from None
    if not all(results):
        raise SystemExit(1)


def _one(house: Theatre, transcript: Transcript, record: bool, dialect: Dialect) -> bool:
    """Whether it went as it is written."""
    with house.stage(transcript.begins, transcript.settings, dialect) as stage:
        if record:
            entries = record_one(transcript, stage)
            Path(transcript.name).write_text(written(entries), encoding="utf-8")
            click.echo(f"recorded {transcript.name}")
            return True
        difference = play_one(transcript, stage)
    click.echo(str(difference) if difference else f"ok {transcript.name}: {transcript.header('title')}")
    return difference is None
