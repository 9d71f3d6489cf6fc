"""Whom to tell: compartment, then area, then severity, then level; one level after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.desk import Desk
from handlers.reading_room import admitted
from models import contact, duty
from models import exercise as exercises
from models import member as members
from models import route as routes
from models.code import Compartment
from models.gazetteer import PlaceRow
from models.member import Recipient, Role
from models.report import Report


@dataclass(frozen=True, slots=True)
class Matter:
    """What decides whom to tell: a report, and the severity of its incident, which may be graver."""

    report: Report
    severity: int


@dataclass(frozen=True, slots=True)
class Rung:
    """The members of one level who are told at the same time."""

    level: int
    recipients: tuple[Recipient, ...]


def first(desk: Desk, matter: Matter, at: datetime) -> Rung | None:
    """The lowest level that somebody holds in the area and is on call for; then the country's; where nobody is on
    call, whoever holds it; then the administrator. None where no route leads anywhere, or to nobody."""
    roles = _roles(desk, matter)
    return above(desk, matter, 0, at) or (_administrators(desk, matter, at) if roles else None)


def above(desk: Desk, matter: Matter, level: int, at: datetime) -> Rung | None:
    """The next level above that one, in the same way; the administrator is no level of it."""
    roles = _roles(desk, matter)
    for areas in _widening(desk, matter) if roles else ():
        holders = _may_hear(desk, matter, members.holding(desk.db, roles, areas, at))
        higher = [each for each in holders if each.level > level]
        awake = duty.on_call(desk.db, [each.member_id for each in higher], at.astimezone(desk.policy.timezone))
        rung = _lowest([each for each in higher if each.member_id in awake]) or _lowest(higher)
        if rung:
            return rung
    return None


def has_route(desk: Desk, matter: Matter) -> bool:
    """Whether anybody is to be told of such a thing at all."""
    return bool(_roles(desk, matter))


def _roles(desk: Desk, matter: Matter) -> list[Role]:
    return [rule.role for rule in routes.matching(desk.db, matter.report.compartment, matter.severity)]


def _lowest(found: Sequence[Recipient]) -> Rung | None:
    if not found:
        return None
    nearest = min(recipient.level for recipient in found)
    return Rung(nearest, tuple(recipient for recipient in found if recipient.level == nearest))


def _administrators(desk: Desk, matter: Matter, at: datetime) -> Rung | None:
    return _lowest(_may_hear(desk, matter, members.holding(desk.db, [Role.ADMIN], None, at)))


def _may_hear(desk: Desk, matter: Matter, found: list[Recipient]) -> list[Recipient]:
    """Those who may know of it; of an exercise nobody hears but its own members."""
    exercise_id = matter.report.exercise_id
    if exercise_id is not None:
        members_of = exercises.members_of(desk.db, exercise_id)
        found = [recipient for recipient in found if recipient.member_id in members_of]
    return admitted(desk, matter.report, found)


def _widening(desk: Desk, matter: Matter) -> list[list[str] | None]:
    """Areas to try, narrowest first. Without a place: the reporter's post, else where the phone reported from
    last, else whoever holds a whole country."""
    report = matter.report
    if report.compartment is Compartment.INTAKE:
        return [None]
    row = desk.atlas.resolve(report.area or "") or _usual_place(desk, report.contact_id)
    near = [[row.country, row.region, row.district]] if row else []
    countries = [row.country] if row else desk.atlas.gazetteer.countries
    return [[pcode for pcode in areas if pcode] for areas in (*near, countries)]


def _usual_place(desk: Desk, contact_id: int | None) -> PlaceRow | None:
    """Where this phone belongs: its member's post, else the place of its last report."""
    member = members.of_contact(desk.db, contact_id, desk.now)
    place_id = member.post_place_id if member else contact.last_place(desk.db, contact_id)
    return desk.atlas.gazetteer.by_id(place_id)
