"""What of all reports somebody may see, as a condition that every list of them is narrowed by."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from models.code import Compartment

Where = InstrumentedAttribute[str | None]


@dataclass(frozen=True, slots=True)
class Scope:
    """compartments whose facts are open; areas: P-codes that are held; not_about: the district of the reader's own
    post, whose feedback is for others ("" = the reader sits at no post)."""

    compartments: frozenset[Compartment]
    areas: frozenset[str]
    not_about: str = ""

    def covers(self, compartment: InstrumentedAttribute[Compartment], area: Where) -> ColumnElement[bool]:
        """Whether a row is in a compartment and in an area of the reader's; one of no known area lies in every area."""
        readable = compartment.in_(sorted(self.compartments))
        here = or_(area.is_(None), within(area, self.areas))
        if not self.not_about:
            return readable & here
        others = area.is_not(None) & (area != self.not_about)
        return readable & here & or_(compartment != Compartment.FEEDBACK, others)

    def counts(self, compartment: Compartment, area: str) -> bool:
        """As covers, of a row that is at hand; area "" = nobody knows. Feedback of a whole region, or of no known
        place, may be about the reader's own post too."""
        own = compartment is Compartment.FEEDBACK and bool(self.not_about) and self.not_about.startswith(area)
        here = not area or any(area.startswith(pcode) for pcode in self.areas)
        return compartment in self.compartments and here and not own


def within(area: Where, areas: Iterable[str]) -> ColumnElement[bool]:
    """Whether a row lies in one of these areas; a P-code begins with the one of the area above it."""
    return or_(false(), *(area.startswith(pcode, autoescape=True) for pcode in sorted(areas)))
