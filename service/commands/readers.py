"""`readers`: who may see what, printed from the very table that decides it."""

from collections.abc import Iterator

import click

from handlers.reading_room import OWN, SIGHTS, Sight, most
from handlers.views import VIEWS
from models.code import Compartment

WORDS = {Sight.NOTHING: "–", Sight.REFERENCE: "reference", Sight.FACTS: "facts", Sight.CONTENTS: "contents"}


@click.command("readers")
def readers() -> None:
    """Print who may see what of a report, and by which ways; docs/who_reads.md holds the same."""
    click.echo("\n".join([*matrix(), "", *ways()]))


def matrix() -> Iterator[str]:
    """Reader × compartment, as a table in Markdown."""
    yield _row("", *(compartment.value for compartment in Compartment))
    yield _row(*["---"] * (len(Compartment) + 1))
    yield _row("whoever filed it", *(WORDS[OWN[compartment]] for compartment in Compartment))
    for role in SIGHTS:
        yield _row(role.value, *(WORDS[most(role, compartment)] for compartment in Compartment))


def ways() -> Iterator[str]:
    yield _row("way", "to whom", "at most", "where")
    yield _row(*["---"] * 4)
    for way in VIEWS:
        yield _row(way.what, way.to, WORDS[way.shows], f"`{way.module}`")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
