"""Who would be told of something, by which level and when, if nobody answered: asked before anything happens."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from handlers import quiet
from handlers.desk import Desk
from handlers.rung import Matter, Rung, above, first, has_route
from models import bound as bounds
from models import member as members
from models import route as routes
from models.member import Recipient, Role
from models.report import Report


class Kind(StrEnum):
    TOLD = "told"
    AGAIN = "told again"
    NOBODY_LEFT = "nobody is left; the administrator is told"


@dataclass(frozen=True, slots=True)
class Step:
    """at: UTC; level: 0 where nobody of the ladder is told."""

    at: datetime
    kind: Kind
    level: int
    recipients: tuple[Recipient, ...]


def plan(desk: Desk, report: Report, at: datetime) -> list[Step]:
    """The steps for a report that is filed at that moment, in order; none where nobody is told of such a thing, or
    nobody is there. The report need not be on disk."""
    matter = Matter(report, report.severity)
    rung = first(desk, matter, at) if has_route(desk, matter) else None
    return list(_steps(desk, matter, rung, at)) if rung else []


def _steps(desk: Desk, matter: Matter, rung: Rung, at: datetime) -> Iterator[Step]:
    pace, limits, zone = routes.pace(desk.db, matter.severity), bounds.read(desk.db), desk.policy.timezone
    told_at, next_one = quiet.due(pace, limits, zone, at), rung
    wait = timedelta(seconds=pace.ack_within_seconds)
    while True:
        yield Step(told_at, Kind.TOLD, next_one.level, next_one.recipients)
        if not wait:
            return
        for tried in range(1, max(pace.repeats, 1) + 1):
            told_at += wait
            if pace.holds_in_quiet_hours:
                told_at = quiet.after_the_night(limits, zone, told_at)
            if tried < pace.repeats:
                yield Step(told_at, Kind.AGAIN, next_one.level, next_one.recipients)
        higher = above(desk, matter, next_one.level, told_at)
        if higher is None:
            yield Step(told_at, Kind.NOBODY_LEFT, 0, tuple(members.holding(desk.db, [Role.ADMIN], None, told_at)))
            return
        next_one = higher
