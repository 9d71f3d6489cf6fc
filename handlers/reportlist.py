"""The list of reports as a reader at the console may see it."""

from dataclasses import dataclass

from handlers.desk import Desk
from handlers.reading_room import Reader, Sight, most
from models import reportlist
from models.report import Report
from models.reportlist import Sought

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """what: its code by name, "" where the code is not for a list; where: the area, and the village for whoever may
    read all of it."""

    report: Report
    what: str
    where: str


def find(desk: Desk, reader: Reader, sought: Sought, language: str) -> list[Line]:
    """One more than a page where there is more."""
    found = reportlist.find(desk.db, reader.scope(desk), sought, PAGE + 1)
    return [_line(desk, reader, report, language) for report in found]


def _line(desk: Desk, reader: Reader, report: Report, language: str) -> Line:
    whole = most(reader.role, report.compartment) is Sight.CONTENTS
    place = desk.atlas.gazetteer.by_id(report.place_id) if whole else None
    names = (desk.atlas.name(key, language) for key in (place.key if place else "", report.area or ""))
    what = desk.codes.name(report.code, language) if report.code else ""
    return Line(report, what, ", ".join(dict.fromkeys(name for name in names if name)))
