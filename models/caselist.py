"""Incidents for a screen that has room: narrowed by what is asked for, and by what the reader may see."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.alert import Alert
from models.code import Compartment
from models.incident import STANDING, History, Incident, IncidentState
from models.ladder import Ladder, nobody_left, untold
from models.message import Message
from models.report import Report
from models.scope import Scope


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whatever is left out narrows nothing. states: none = all; severity: at least; code: its beginning; area: a
    P-code; owner_id: 0 = nobody has it; before: what began earlier, for the next page."""

    states: Collection[IncidentState] = ()
    severity: int = 0
    code: str = ""
    area: str = ""
    owner_id: int | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a list. reports: how many corroborate it; next_at: when somebody else is told; held_until: until then
    whoever has it may move it; told, answered: how many members, of those whose alert still stands; nobody_left: all
    levels were told, and nobody has taken it; nobody_told: nor was there anybody to tell; outcome: as the
    incident's."""

    incident_id: int
    reference: str
    compartment: Compartment
    severity: int
    code: str | None
    area: str | None
    state: IncidentState
    owner_id: int | None
    created_at: datetime
    exercise: bool
    place_id: int | None
    reports: int
    level: int | None
    next_at: datetime | None
    held_until: datetime | None
    told: int
    answered: int
    nobody_left: bool
    nobody_told: bool
    outcome: str | None


def find(db: Session, scope: Scope, wanted: Wanted, most: int) -> list[Listed]:
    """The newest first."""
    query = _lines(scope, *_narrowing(wanted)).order_by(Incident.created_at.desc(), Incident.id)
    return [Listed(*row) for row in db.execute(query.limit(most))]


def waiting(db: Session, scope: Scope, most: int) -> list[Listed]:
    """What stands and was told to somebody, or to nobody because nobody was there: first what nobody has, then the
    gravest, then the oldest."""
    query = _lines(scope, STANDING, or_(exists().where(Alert.incident_id == Incident.id), untold()))
    ordered = query.order_by(Incident.owner_id.is_not(None), Incident.severity.desc(), Incident.created_at)
    return [Listed(*row) for row in db.execute(ordered.limit(most))]


def named(db: Session, scope: Scope, reference: str) -> int | None:
    """The incident that a report with that reference corroborates, where this reader may see it."""
    theirs = select(Report.incident_id).where(Report.reference == reference)
    mine = Incident.id.in_(theirs), scope.covers(Incident.compartment, Incident.area)
    return db.scalar(select(Incident.id).where(*mine))


def line(db: Session, scope: Scope, incident_id: int) -> Listed | None:
    row = db.execute(_lines(scope, Incident.id == incident_id)).first()
    return Listed(*row) if row else None


def history(db: Session, incident_id: int) -> list[History]:
    """What became of it, the oldest first."""
    return list(db.scalars(select(History).where(History.incident_id == incident_id).order_by(History.seq)))


def alerts_on(db: Session, incident_id: int) -> list[Alert]:
    """Who was told, in the order of the levels."""
    mine = select(Alert).where(Alert.incident_id == incident_id)
    return list(db.scalars(mine.order_by(Alert.level, Alert.due_at, Alert.id)))


def messages_on(db: Session, incident_id: int) -> list[tuple[int, Message]]:
    """Member and message, for each SMS by which somebody was told, the oldest first."""
    mine = select(Alert.member_id, Message).join(Message, Message.alert_id == Alert.id)
    found = db.execute(mine.where(Alert.incident_id == incident_id).order_by(Message.created_at, Message.id))
    return [(row[0], row[1]) for row in found]


def _narrowing(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.states:
        yield Incident.state.in_(sorted(wanted.states))
    if wanted.severity:
        yield Incident.severity >= wanted.severity
    if wanted.code:
        yield Incident.code.startswith(wanted.code, autoescape=True)
    if wanted.area:
        yield Incident.area.startswith(wanted.area, autoescape=True)
    if wanted.owner_id is not None:
        yield Incident.owner_id == wanted.owner_id if wanted.owner_id else Incident.owner_id.is_(None)
    if wanted.before:
        yield Incident.created_at < wanted.before


def _lines(scope: Scope, *which: Any) -> Select[Any]:
    return (
        select(
            Incident.id,
            _first(Report.reference),
            Incident.compartment,
            Incident.severity,
            Incident.code,
            Incident.area,
            Incident.state,
            Incident.owner_id,
            Incident.created_at,
            Incident.exercise_id.is_not(None),
            _first(Report.place_id),
            _count(select(func.count(Report.id)).where(Report.incident_id == Incident.id)),
            Ladder.level,
            Ladder.next_at,
            Ladder.held_until,
            _count(select(func.count(Alert.id)).where(*_told())),
            _count(select(func.count(Alert.id)).where(*_told(), Alert.acked_at.is_not(None))),
            and_(nobody_left(), Incident.owner_id.is_(None)),
            and_(untold(), Incident.owner_id.is_(None)),
            Incident.outcome,
        )
        .outerjoin(Ladder, Ladder.incident_id == Incident.id)
        .where(scope.covers(Incident.compartment, Incident.area), *which)
    )


def _told() -> tuple[ColumnElement[bool], ...]:
    return Alert.incident_id == Incident.id, Alert.ended_as.is_(None)


def _count(query: Select[tuple[int]]) -> ScalarSelect[int]:
    return query.correlate(Incident).scalar_subquery()


def _first(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """Of the report that the incident began with."""
    mine = select(column).where(Report.incident_id == Incident.id)
    return mine.order_by(Report.filed_at).limit(1).correlate(Incident).scalar_subquery()
