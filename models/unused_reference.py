"""References that no report has had, drawn at random."""

from sqlalchemy import String, bindparam, column, select, table

from models.prepared import Bare, Prepared
from models.reference import WIDTHS, draw

SAMPLE = 16  # references drawn to see how full a width is
SAMPLED = tuple(f"drawn_{number}" for number in range(SAMPLE))
REFERENCE = column("reference", String(8))
TAKEN = Prepared(
    select(REFERENCE).select_from(table("report", REFERENCE)).where(REFERENCE.in_([bindparam(n) for n in SAMPLED]))
)


class OutOfReferences(Exception):
    """Half of all references of eight digits are taken."""


def unused(at: Bare) -> str:
    """A sample tells how full a width is: where half of it is taken, the next width is used. So the cost does not grow
    with the number of reports."""
    for width in WIDTHS:
        drawn = {name: draw(width) for name in SAMPLED}
        taken = {reference for (reference,) in TAKEN.all(at, drawn)}
        if len(taken) < SAMPLE // 2:
            return next(reference for reference in drawn.values() if reference not in taken)
    raise OutOfReferences
