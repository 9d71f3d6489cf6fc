"""References that no report has had, drawn at random."""

from collections.abc import Iterator

from sqlalchemy import String, bindparam, column, select, table

from models.prepared import Bare, Prepared
from models.reference import WIDTHS, draw

TRIES = 2  # of a width; so the cost does not grow with the number of reports
LAST_TRIES = 30  # of the widest
REFERENCE = column("reference", String(8))
TAKEN = Prepared(select(REFERENCE).select_from(table("report", REFERENCE)).where(bindparam("drawn") == REFERENCE))


class OutOfReferences(Exception):
    """Nearly all references of eight digits are taken."""


def candidates() -> Iterator[str]:
    """To be tried one after the other until one is free: the fuller a width, the more often the next one is used."""
    for width in WIDTHS:
        for _ in range(LAST_TRIES if width == WIDTHS[-1] else TRIES):
            yield draw(width)


def unused(at: Bare) -> str:
    for drawn in candidates():
        if not TAKEN.all(at, {"drawn": drawn}):
            return drawn
    raise OutOfReferences
