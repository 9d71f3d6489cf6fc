"""An incident is the case that one or more reports corroborate; its history is only ever added to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, Select, String, exists, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.code import Compartment
from models.report import Report
from models.scope import Scope


class IncidentState(StrEnum):
    RECEIVED = "received"
    TO_VERIFY = "to_verify"
    VERIFIED = "verified"
    UNCONFIRMED = "unconfirmed"
    FALSE = "false"
    DUPLICATE = "duplicate"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


IDLE = text("idle_told_at IS NULL AND severity > 0 AND state IN ('received', 'to_verify')")
STANDING = text("state NOT IN ('closed', 'false', 'duplicate')")  # in the very words of the index


class Incident(Base):
    """into_id: the incident that this one is a duplicate of; idle_told_at: its reporters have heard that nothing was
    done yet; outcome: what came of it, as long as it is not closed in the words of whoever proposes to close it."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_idle", "created_at", sqlite_where=IDLE, postgresql_where=IDLE),
        Index("ix_incident_open", "created_at", sqlite_where=STANDING, postgresql_where=STANDING),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    compartment: Mapped[Compartment]
    code: Mapped[str | None] = mapped_column(String(8))
    area: Mapped[str | None] = mapped_column(String(16))
    severity: Mapped[int]
    state: Mapped[IncidentState]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    outcome: Mapped[str | None] = mapped_column(String(24))
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(index=True)
    exercise_id: Mapped[int | None] = mapped_column(ForeignKey("exercise.id"))
    into_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    idle_told_at: Mapped[datetime | None]


class History(Base):
    """via: the phone's channel, the console, or the service itself; contact_id: the phone; proposes: a state that a
    second member must agree to. The database lets nobody change or delete a row."""

    __tablename__ = "history"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    via: Mapped[str] = mapped_column(String(24))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    from_state: Mapped[IncidentState | None]
    to_state: Mapped[IncidentState]
    proposes: Mapped[IncidentState | None]
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does something to an incident, by what, and from which phone; without a member it is the service itself."""

    member_id: int | None
    via: str
    contact_id: int | None = None


def of(db: Session, report: Report, now: datetime) -> Incident:
    """The incident of that report: the one it has, brought up to the report's compartment, or a new one."""
    incident = db.get(Incident, report.incident_id) if report.incident_id else None
    if incident is None:
        incident = Incident(id=new_id(), state=IncidentState.RECEIVED, version=0, created_at=now)
        db.add(incident)
        report.incident_id = incident.id
        _describe(incident, report)
        db.flush()
        _record(db, incident, Hand(None, "routing"), None, now)
    else:
        _describe(incident, report)
    db.flush()
    return incident


def compartment(db: Session, incident_id: int | None) -> Compartment | None:
    """Whose readers an incident has; None where there is no incident yet."""
    return db.scalar(select(Incident.compartment).where(Incident.id == incident_id)) if incident_id else None


def _describe(incident: Incident, report: Report) -> None:
    incident.compartment = report.compartment
    incident.code, incident.area, incident.severity = report.code, report.area, report.severity
    incident.exercise_id = report.exercise_id


def idle(db: Session, before: datetime, most: int) -> list[int]:
    """Those of which nobody has said anything since then, oldest first; their reporters have not heard so yet."""
    nobody = Incident.idle_told_at.is_(None), Incident.severity > 0, Incident.state.in_(FRESH)
    query = select(Incident.id).where(*nobody, Incident.created_at <= before)
    return list(db.scalars(query.order_by(Incident.created_at).limit(most)))


def alike(db: Session, incident: Incident, since: datetime, most: int) -> list[Incident]:
    """Others of the same kind that began since then, before this one, and are not over, oldest first."""
    same = Incident.compartment == incident.compartment, Incident.code.is_not_distinct_from(incident.code)
    query = select(Incident).where(
        *same,
        Incident.exercise_id.is_not_distinct_from(incident.exercise_id),
        Incident.created_at >= since,
        Incident.id != incident.id,
        Incident.state.not_in(ENDED),
    )
    return list(db.scalars(query.order_by(Incident.created_at, Incident.id).limit(most)))


def get(db: Session, incident_id: int) -> Incident:
    return db.get_one(Incident, incident_id)


def lock(db: Session, incident_id: int) -> Incident:
    query = select(Incident).where(Incident.id == incident_id).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()


def lock_all(db: Session, incident_ids: Iterable[int]) -> dict[int, Incident]:
    """These incidents by their ids, locked in the one order in which everybody locks several."""
    query = select(Incident).where(Incident.id.in_(list(incident_ids))).order_by(Incident.id).with_for_update()
    return {row.id: row for row in db.scalars(query.execution_options(populate_existing=True))}


def with_joined(incident_id: int) -> Select[tuple[int]]:
    """The ids of an incident and of those that are duplicates of it."""
    return select(Incident.id).where(or_(Incident.id == incident_id, Incident.into_id == incident_id))


def joined_to(db: Session, incident_id: int) -> int | None:
    """The incident that this one is a duplicate of."""
    return db.scalar(select(Incident.into_id).where(Incident.id == incident_id))


def family(db: Session, incident_id: int) -> list[int]:
    """As with_joined, the incident itself first."""
    joined = select(Incident.id).where(Incident.into_id == incident_id).order_by(Incident.created_at)
    return [incident_id, *db.scalars(joined)]


def sources(db: Session, incident_id: int) -> int:
    """How many have reported it: one phone once, and all that left no trace of theirs once."""
    mine = Report.incident_id.in_(with_joined(incident_id)), Report.partial.is_(False)
    return db.scalar(select(func.count(func.distinct(func.coalesce(Report.contact_id, 0)))).where(*mine)) or 0


def reference(db: Session, incident_id: int) -> str:
    """The reference by which people know an incident: that of its first report."""
    query = select(Report.reference).where(Report.incident_id == incident_id).order_by(Report.filed_at).limit(1)
    return db.scalars(query).one()


def move(db: Session, incident: Incident, to: IncidentState, hand: Hand, now: datetime) -> None:
    """The locked incident is in that state now; which moves are allowed is not decided here."""
    before, incident.state = incident.state, to
    _record(db, incident, hand, before, now)


def propose(db: Session, incident: Incident, to: IncidentState, hand: Hand, now: datetime) -> None:
    """This member says so; it stands as long as the incident stays in the state that it is in."""
    _record(db, incident, hand, incident.state, now, to)


def proposers(db: Session, incident: Incident, to: IncidentState) -> set[int]:
    """The members who have said so since the incident came into its state; that somebody took it changes nothing."""
    mine = History.incident_id == incident.id
    moved = History.from_state != History.to_state, History.to_state != IncidentState.TO_VERIFY
    last = select(func.coalesce(func.max(History.seq), 0)).where(mine, *moved).scalar_subquery()
    said = select(History.member_id).where(mine, History.proposes == to, History.seq > last)
    return {member_id for member_id in db.scalars(said) if member_id is not None}


def note(db: Session, incident: Incident, what: str, now: datetime) -> None:
    """Something that happened to an incident without changing its state."""
    _record(db, incident, Hand(None, what), incident.state, now)


def record(db: Session, incident: Incident, what: str, hand: Hand, now: datetime) -> None:
    """As note, of what somebody did."""
    _record(db, incident, replace(hand, via=what), incident.state, now)


def _record(
    db: Session,
    incident: Incident,
    hand: Hand,
    before: IncidentState | None,
    now: datetime,
    proposes: IncidentState | None = None,
) -> None:
    incident.version += 1
    db.add(
        History(
            incident_id=incident.id,
            seq=incident.version,
            member_id=hand.member_id,
            via=hand.via,
            contact_id=hand.contact_id,
            from_state=before,
            to_state=incident.state,
            proposes=proposes,
            at=now,
        )
    )
    db.flush()


def progress(db: Session, report: Report) -> str:
    """What its reporter may know of a report: partial, received, seen or closed."""
    if report.partial:
        return "partial"
    incident = db.get(Incident, report.incident_id) if report.incident_id else None
    if incident is not None and incident.into_id is not None:
        incident = db.get_one(Incident, incident.into_id)
    if incident is None:
        return "received"
    if incident.state is IncidentState.CLOSED:
        return "closed"
    return "seen" if incident.owner_id is not None else "received"


FRESH = (IncidentState.RECEIVED, IncidentState.TO_VERIFY)  # nobody has said yet what it is
ENDED = (IncidentState.FALSE, IncidentState.DUPLICATE, IncidentState.CLOSED)
DENIED = (IncidentState.FALSE, IncidentState.DUPLICATE)


def _complete() -> ColumnElement[bool]:
    """Whether one of its reports is finished, and no exercise."""
    return exists().where(Report.incident_id == Incident.id, Report.partial.is_(False), Report.exercise.is_(False))


def near(db: Session, scope: Scope, since: datetime, most: int) -> list[Incident]:
    """What operations knows of the reader's areas since then, newest first, but for what proved wrong."""
    query = select(Incident).where(
        Incident.compartment == Compartment.OPERATIONS,
        Incident.created_at >= since,
        Incident.severity > 0,
        Incident.state.not_in(DENIED),
        Incident.area.is_not(None),
        scope.covers(Incident.compartment, Incident.area),
        _complete(),
    )
    return list(db.scalars(query.order_by(Incident.created_at.desc()).limit(most)))


@dataclass(frozen=True, slots=True)
class Tally:
    """So many incidents of one kind; new: since the beginning of the day."""

    compartment: Compartment
    code: str | None
    state: IncidentState
    new: bool
    count: int


COUNTED = (Compartment.OPERATIONS, Compartment.FEEDBACK)


def tally(db: Session, scope: Scope, since: datetime, today: datetime) -> list[Tally]:
    """The incidents of the reader's areas, and those of no known area, by kind."""
    kinds = Incident.compartment, Incident.code, Incident.state
    new = (Incident.created_at >= today).label("is_new")
    query = select(*kinds, new, func.count()).where(
        Incident.compartment.in_(COUNTED),
        Incident.created_at >= since,
        or_(Incident.code.is_(None), Incident.severity > 0),
        scope.covers(Incident.compartment, Incident.area),
        _complete(),
    )
    return [Tally(*row) for row in db.execute(query.group_by(*kinds, "is_new"))]
