"""Alerts that are still to be told, or to be told again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import Session

from models.alert import Alert
from models.base import new_id
from models.incident import FRESH, STANDING, Incident, IncidentState
from models.member import Member, MemberPhone, Recipient, Role, reachable, recipients, serving
from models.route import Route


def hush(db: Session, incident_id: int) -> None:
    """Nobody is told of that incident any more who was still to be told."""
    db.execute(update(Alert).where(Alert.incident_id == incident_id, Alert.tell_at.is_not(None)).values(tell_at=None))


def members_to_tell(db: Session, now: datetime, most: int) -> list[int]:
    """Whoever has an alert whose time to be told has come, the longest overdue first."""
    query = select(Alert.member_id).where(Alert.tell_at.is_not(None), Alert.tell_at <= now)
    return list(db.scalars(query.group_by(Alert.member_id).order_by(func.min(Alert.tell_at)).limit(most)))


def incidents_to_tell(db: Session, member_id: int, now: datetime) -> list[int]:
    """The incidents of this member's alerts whose time has come."""
    return list(db.scalars(select(Alert.incident_id).where(*_to_tell(member_id, now)).distinct()))


def to_tell(db: Session, incident_ids: Collection[int], member_id: int, now: datetime) -> list[Alert]:
    """Of the alerts on these locked incidents, this member's whose time has come."""
    query = select(Alert).where(Alert.incident_id.in_(incident_ids), *_to_tell(member_id, now)).order_by(Alert.id)
    return list(db.scalars(query.with_for_update().execution_options(populate_existing=True)))


def _to_tell(member_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Alert.tell_at.is_not(None), Alert.tell_at <= now, Alert.member_id == member_id)


def standing(db: Session, incident_id: int, level: int, now: datetime) -> list[tuple[Alert, Recipient]]:
    """The alerts of a level on that incident, with the active members they are addressed to."""
    mine = Alert.incident_id == incident_id, Alert.level == level, Alert.ended_as.is_(None)
    found = {alert.member_id: alert for alert in db.scalars(select(Alert).where(*mine).order_by(Alert.member_id))}
    return [(found[each.member_id], each) for each in recipients(db, found, now)]


def unheard(db: Session, since: datetime, now: datetime, most: int) -> list[int]:
    """Incidents since then that nobody hears of whom their routes name, the administrator aside: no alert stands with
    anybody who can be told anything. The gravest first, then the oldest. Nobody has them, nor said what they are."""
    query = select(Incident.id).where(STANDING, Incident.created_at >= since, *_unheard(now))
    return list(db.scalars(query.order_by(Incident.severity.desc(), Incident.created_at, Incident.id).limit(most)))


def is_unheard(db: Session, incident_id: int, now: datetime) -> bool:
    return db.scalar(select(Incident.id).where(Incident.id == incident_id, *_unheard(now))) is not None


def _unheard(now: datetime) -> tuple[ColumnElement[bool], ...]:
    others = Route.role != Role.ADMIN, Route.min_severity <= Incident.severity
    routed = exists().where(Route.compartment == Incident.compartment, *others)
    phone = exists().where(MemberPhone.member_id == Member.id, *reachable())
    whose = Member.id == Alert.member_id, Member.role != Role.ADMIN, serving(now), phone
    told = exists().where(Alert.incident_id == Incident.id, Alert.ended_as.is_(None), *whose)
    return Incident.state.in_(FRESH), Incident.owner_id.is_(None), Incident.exercise_id.is_(None), routed, ~told


def carry_over(db: Session, from_id: int, to_id: int, now: datetime) -> None:
    """Whoever answers for one incident answers for the other one too; there is nothing to tell."""
    known = select(Alert.member_id).where(Alert.incident_id == to_id)
    ended = or_(Alert.ended_as.is_(None), Alert.ended_as == IncidentState.DUPLICATE)
    query = select(Alert).where(Alert.incident_id == from_id, Alert.member_id.not_in(known), ended)
    for alert in db.scalars(query).all():
        row = {"incident_id": to_id, "member_id": alert.member_id, "level": alert.level, "due_at": now}
        db.add(Alert(id=new_id(), tries=alert.tries, acked_at=alert.acked_at, **row))
    db.flush()


def reopen(db: Session, incident_id: int) -> None:
    """It is no duplicate after all: its alerts are there again."""
    mine = Alert.incident_id == incident_id, Alert.ended_as == IncidentState.DUPLICATE.value
    db.execute(update(Alert).where(*mine).values(ended_as=None))
