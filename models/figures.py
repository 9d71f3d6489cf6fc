"""What digests are made of: cases by area and group, counted once for everybody, whatever number of members asks.

Exercises, reports that nobody finished, and zero reports are not cases. Only operations and feedback are counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Label, Select, String, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.code import Compartment
from models.incident import COUNTED, DENIED, STANDING, History, Incident, IncidentState
from models.member import Member, MemberPhone, Role, serving
from models.message import Message, MessageState
from models.report import Report, ReportState

FEEDBACK_GROUP = "8"
POSTED = (Role.OFFICER, Role.RELAY)  # who sends a zero report when there is nothing else
LONGEST_DRAFT = timedelta(days=31)  # what was begun before that is not finished any more
UNSENT = (MessageState.FAILED, MessageState.HELD)


class Cell(NamedTuple):
    """area: a P-code, "" where nobody knows; group: the first digit of the code."""

    compartment: Compartment
    area: str
    group: str


class Step(StrEnum):
    """What the time is taken of, from the beginning of a case."""

    TAKEN = "taken"
    VERIFIED = "verified"
    CLOSED = "closed"


STEPS = {
    IncidentState.TO_VERIFY: Step.TAKEN,
    IncidentState.VERIFIED: Step.VERIFIED,
    IncidentState.CLOSED: Step.CLOSED,
}
Slots = Mapping[Cell, Sequence[int]]
Where = tuple[Compartment, str]


@dataclass(frozen=True, slots=True)
class Loops:
    """Reports of cases that were closed, and how many of their reporters were told."""

    reports: int
    told: int


@dataclass(frozen=True, slots=True)
class Figures:
    """new, verified: for each day between the edges; standing: open for more than a day; delays: in seconds;
    silent: the ids of posts that nobody has reported from for a week."""

    new: Slots
    verified: Slots
    standing: Mapping[Cell, int]
    delays: Mapping[Where, Mapping[Step, Sequence[float]]]
    loops: Mapping[Where, Loops]
    silent: Sequence[int]


def gather(db: Session, edges: Sequence[datetime], begins_at: datetime) -> Figures:
    """In seven queries, for all areas. edges: the beginnings of days, and the end of the last; begins_at: from where
    on verdicts, delays and closed loops count."""
    ends_at = edges[-1]
    return Figures(
        new=_opened(db, edges),
        verified=_verified(db, [edge for edge in edges if edge >= begins_at]),
        standing=_standing(db, ends_at - timedelta(days=1)),
        delays=_delays(db, begins_at, ends_at),
        loops=_loops(db, begins_at, ends_at),
        silent=_silent(db, ends_at - timedelta(days=7), ends_at),
    )


def _cell() -> tuple[Any, Any, Label[str]]:
    group = case((Incident.compartment == Compartment.FEEDBACK, FEEDBACK_GROUP), else_=func.substr(Incident.code, 1, 1))
    return Incident.compartment, Incident.area, group.label("code_group")


def _counts() -> ColumnElement[bool]:
    real = exists().where(Report.incident_id == Incident.id, Report.partial.is_(False), Report.exercise.is_(False))
    grave = or_(Incident.code.is_(None), Incident.severity > 0)
    return and_(Incident.compartment.in_(COUNTED), Incident.exercise_id.is_(None), grave, real)


def _slot(at: Any, edges: Sequence[datetime]) -> Label[int]:
    """Which of the days between the edges a moment lies in."""
    return case(*((at < edge, n) for n, edge in enumerate(edges[1:])), else_=len(edges)).label("slot")


def _by_slot(rows: Iterable[Any], many: int) -> Slots:
    slots: dict[Cell, list[int]] = {}
    for compartment, area, group, slot, count in rows:
        slots.setdefault(Cell(compartment, area or "", group or ""), [0] * many)[slot] += count
    return slots


def _opened(db: Session, edges: Sequence[datetime]) -> Slots:
    """New cases; a duplicate is none."""
    query = select(*_cell(), _slot(Incident.created_at, edges), func.count()).where(
        Incident.created_at >= edges[0],
        Incident.created_at < edges[-1],
        Incident.state != IncidentState.DUPLICATE,
        _counts(),
    )
    return _by_slot(db.execute(_grouped(query, "slot")), len(edges) - 1)


def _verified(db: Session, edges: Sequence[datetime]) -> Slots:
    """Cases by the day on which they were first verified, unless they have since proved wrong."""
    query = (
        select(*_cell(), _slot(History.at, edges), func.count())
        .join(History, History.incident_id == Incident.id)
        .where(*_moved(edges[0], edges[-1], IncidentState.VERIFIED), Incident.state.not_in(DENIED), _counts())
    )
    return _by_slot(db.execute(_grouped(query, "slot")), len(edges) - 1)


def _moved(since: datetime, until: datetime, *states: IncidentState) -> tuple[ColumnElement[bool], ...]:
    """The first time that a case came into one of these states, if it was then."""
    earlier = aliased(History)
    before = exists().where(
        earlier.incident_id == History.incident_id,
        earlier.seq < History.seq,
        earlier.to_state == History.to_state,
        earlier.from_state != earlier.to_state,
    )
    moved = History.from_state != History.to_state
    return History.at >= since, History.at < until, History.to_state.in_(states), moved, ~before


def _standing(db: Session, before: datetime) -> dict[Cell, int]:
    query = select(*_cell(), func.count()).where(STANDING, Incident.created_at < before, _counts())
    rows = db.execute(_grouped(query))
    return {Cell(compartment, area or "", group or ""): count for compartment, area, group, count in rows}


def _grouped(query: Select[Any], *more: str) -> Select[Any]:
    return query.group_by(Incident.compartment, Incident.area, "code_group", *more)


def _delays(db: Session, since: datetime, until: datetime) -> dict[Where, dict[Step, list[float]]]:
    query = (
        select(Incident.compartment, Incident.area, History.to_state, History.at, Incident.created_at)
        .join(History, History.incident_id == Incident.id)
        .where(*_moved(since, until, *STEPS), Incident.state.not_in(DENIED), _counts())
    )
    delays: dict[Where, dict[Step, list[float]]] = {}
    for compartment, area, state, at, created_at in db.execute(query):
        steps = delays.setdefault((compartment, area or ""), {})
        steps.setdefault(STEPS[state], []).append((at - created_at).total_seconds())
    return delays


def _loops(db: Session, since: datetime, until: datetime) -> dict[Where, Loops]:
    """A reporter was told where the message was written and nothing has kept it from going out."""
    about = Message.purpose_key == "closed:" + cast(Report.id, String)
    query = (
        select(Incident.compartment, Incident.area, func.count(Report.id), func.count(Message.id))
        .join(History, History.incident_id == Incident.id)
        .join(Report, Report.incident_id == Incident.id)
        .outerjoin(Message, and_(about, Message.state.not_in(UNSENT)))
        .where(
            *_moved(since, until, IncidentState.CLOSED),
            Incident.compartment.in_(COUNTED),
            Incident.exercise_id.is_(None),
        )
        .where(Report.partial.is_(False), Report.exercise.is_(False), Report.state == ReportState.FILED)
        .where(or_(Incident.code.is_(None), Incident.severity > 0))
    )
    rows = db.execute(query.group_by(Incident.compartment, Incident.area))
    return {(compartment, area or ""): Loops(reports, told) for compartment, area, reports, told in rows}


def _silent(db: Session, since: datetime, now: datetime) -> list[int]:
    """The posts of officers and relays from whose phones nothing has been filed since then: neither a report nor
    that there is nothing to report."""
    posts = select(Member.post_place_id).where(Member.post_place_id.is_not(None), Member.role.in_(POSTED))
    heard = (
        select(Member.post_place_id)
        .join(MemberPhone, MemberPhone.member_id == Member.id)
        .join(Report, Report.contact_id == MemberPhone.contact_id)
        .where(Report.created_at >= since - LONGEST_DRAFT, Report.filed_at >= since, Report.filed_at < now)
        .where(Report.partial.is_(False), Report.exercise.is_(False))
    )
    silent = set(db.scalars(posts.where(serving(now)).distinct())) - set(db.scalars(heard.distinct()))
    return sorted(place_id for place_id in silent if place_id is not None)
