"""Lists of incidents as a reader at the console may see them, with names in place of codes and numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.desk import Desk
from handlers.reading_room import Reader, Sight, most
from models import caselist
from models import member as members
from models import route as routes
from models.caselist import Listed, Wanted

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An incident in a list. what: its code by name, "" where the code is not for a list; where: the area, and the
    village where it may be read; owner: the name of whoever has it; until: when somebody must have answered, or
    moved it."""

    about: Listed
    what: str
    where: str
    owner: str
    until: datetime | None


def find(desk: Desk, reader: Reader, wanted: Wanted, language: str) -> list[Line]:
    """One more than a page where there is more."""
    return _lines(desk, reader, caselist.find(desk.db, reader.scope(desk), wanted, PAGE + 1), language)


def board(desk: Desk, reader: Reader, language: str) -> list[Line]:
    return _lines(desk, reader, caselist.waiting(desk.db, reader.scope(desk), PAGE), language)


def by_reference(desk: Desk, reader: Reader, reference: str) -> int | None:
    return caselist.named(desk.db, reader.scope(desk), reference)


def one(desk: Desk, reader: Reader, incident_id: int, language: str) -> Line | None:
    found = caselist.line(desk.db, reader.scope(desk), incident_id)
    return _lines(desk, reader, [found], language)[0] if found else None


def _lines(desk: Desk, reader: Reader, found: Iterable[Listed], language: str) -> list[Line]:
    rows = list(found)
    names = {each: members.name(desk.db, desk.keys, each) for each in {row.owner_id for row in rows if row.owner_id}}
    paces = {severity: _patience(desk, severity) for severity in {row.severity for row in rows}}
    return [
        Line(
            row,
            desk.codes.name(row.code, language) if row.code else "",
            _where(desk, reader, row, language),
            names.get(row.owner_id or 0, ""),
            _until(row, paces[row.severity]),
        )
        for row in rows
    ]


def _where(desk: Desk, reader: Reader, row: Listed, language: str) -> str:
    """The area; for whoever may read all of it, with the village before it."""
    area = desk.atlas.name(row.area or "", language)
    whole = most(reader.role, row.compartment) is Sight.CONTENTS
    place = desk.atlas.gazetteer.by_id(row.place_id) if whole else None
    village = desk.atlas.name(place.key, language) if place else ""
    return ", ".join(dict.fromkeys(name for name in (village, area) if name))


def _patience(desk: Desk, severity: int) -> timedelta:
    return timedelta(seconds=routes.pace(desk.db, severity).ack_within_seconds)


def _until(row: Listed, patience: timedelta) -> datetime | None:
    """The ladder's next rung; before there is a ladder, the time that its severity gives, if there is anybody."""
    if row.nobody_told or row.next_at is not None or row.owner_id is not None:
        return row.next_at
    return row.created_at + patience if patience else None
