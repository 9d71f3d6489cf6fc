"""An incident is the case that one or more reports corroborate; its history is only ever added to."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.code import Compartment
from models.report import Report


class IncidentState(StrEnum):
    RECEIVED = "received"
    TO_VERIFY = "to_verify"
    VERIFIED = "verified"
    UNCONFIRMED = "unconfirmed"
    FALSE = "false"
    DUPLICATE = "duplicate"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class Incident(Base):
    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    compartment: Mapped[Compartment]
    code: Mapped[str | None] = mapped_column(String(8))
    area: Mapped[str | None] = mapped_column(String(16))
    severity: Mapped[int]
    state: Mapped[IncidentState]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    outcome: Mapped[str | None] = mapped_column(String(24))
    version: Mapped[int]
    created_at: Mapped[datetime]


class History(Base):
    """via: the phone's channel, the console, or the service itself."""

    __tablename__ = "history"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    via: Mapped[str] = mapped_column(String(24))
    from_state: Mapped[IncidentState | None]
    to_state: Mapped[IncidentState]
    at: Mapped[datetime]


def of(db: Session, report: Report, now: datetime) -> Incident:
    """The incident of that report: the one it has, brought up to the report's compartment, or a new one."""
    incident = db.get(Incident, report.incident_id) if report.incident_id else None
    if incident is None:
        incident = Incident(id=new_id(), state=IncidentState.RECEIVED, version=0, created_at=now)
        db.add(incident)
        report.incident_id = incident.id
        _describe(incident, report)
        db.flush()
        _record(db, incident, None, "routing", None, now)
    else:
        _describe(incident, report)
    db.flush()
    return incident


def _describe(incident: Incident, report: Report) -> None:
    incident.compartment = report.compartment
    incident.code, incident.area, incident.severity = report.code, report.area, report.severity


def lock(db: Session, incident_id: int) -> Incident:
    return db.scalars(select(Incident).where(Incident.id == incident_id).with_for_update()).one()


def reference(db: Session, incident_id: int) -> str:
    """The reference by which people know an incident: that of its first report."""
    query = select(Report.reference).where(Report.incident_id == incident_id).order_by(Report.filed_at).limit(1)
    return db.scalars(query).one()


def take(db: Session, incident: Incident, member_id: int, via: str, now: datetime) -> None:
    """This member has it now."""
    before = incident.state
    incident.owner_id = member_id
    if before is IncidentState.RECEIVED:
        incident.state = IncidentState.TO_VERIFY
    _record(db, incident, member_id, via, before, now)


def note(db: Session, incident: Incident, what: str, now: datetime) -> None:
    """Something that happened to an incident without changing its state."""
    _record(db, incident, None, what, incident.state, now)


def _record(
    db: Session,
    incident: Incident,
    member_id: int | None,
    via: str,
    before: IncidentState | None,
    now: datetime,
) -> None:
    incident.version += 1
    db.add(
        History(
            incident_id=incident.id,
            seq=incident.version,
            member_id=member_id,
            via=via,
            from_state=before,
            to_state=incident.state,
            at=now,
        )
    )
    db.flush()


def progress(db: Session, report: Report) -> str:
    """What its reporter may know of a report: partial, received, seen or closed."""
    if report.partial:
        return "partial"
    incident = db.get(Incident, report.incident_id) if report.incident_id else None
    if incident is None:
        return "received"
    if incident.state is IncidentState.CLOSED:
        return "closed"
    return "seen" if incident.owner_id is not None else "received"
