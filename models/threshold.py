"""Thresholds: so many reports of a code in so many days in one district are a matter of their own."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, Index, String, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id, upsert
from models.incident import ENDED, Incident
from models.keys import Keyring
from models.prepared import bare
from models.report import Facts, Report, ReportState, complete
from models.unused_reference import unused


class Threshold(Base):
    """area: a P-code, null = everywhere; each district counts for itself. severity: of the incident that it opens."""

    __tablename__ = "threshold"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(8))
    area: Mapped[str | None] = mapped_column(String(16))
    reports: Mapped[int]
    days: Mapped[int]
    severity: Mapped[int]
    active: Mapped[bool]


class Breach(Base):
    """The incident that a threshold opened in a district."""

    __tablename__ = "breach"
    __table_args__ = (Index("ix_breach_threshold_area", "threshold_id", "area", "at"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True, autoincrement=False)
    threshold_id: Mapped[int] = mapped_column(ForeignKey("threshold.id"))
    area: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]


class BreachReport(Base):
    """A report that counted for it: for each threshold once."""

    __tablename__ = "breach_report"

    threshold_id: Mapped[int] = mapped_column(ForeignKey("threshold.id"), primary_key=True, autoincrement=False)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True, autoincrement=False)
    incident_id: Mapped[int] = mapped_column(ForeignKey("breach.incident_id"), index=True)


def every(db: Session) -> list[Threshold]:
    return list(db.scalars(select(Threshold).order_by(Threshold.code, Threshold.area)))


def _of(db: Session, code: str, area: str | None) -> Threshold | None:
    mine = Threshold.code == code, Threshold.area.is_not_distinct_from(area)
    return db.scalars(select(Threshold).where(*mine)).first()


def put(db: Session, code: str, area: str | None, reports: int, days: int, severity: int) -> int:
    """The id of the rule of that code and area, which there is one of."""
    rule = _of(db, code, area) or Threshold(id=new_id(), code=code, area=area)
    rule.reports, rule.days, rule.severity, rule.active = reports, days, severity, True
    db.add(rule)
    db.flush()
    return rule.id


def stop(db: Session, code: str, area: str | None) -> int | None:
    rule = _of(db, code, area)
    if rule is None:
        return None
    rule.active = False
    return rule.id


def matching(db: Session, code: str, area: str) -> list[Threshold]:
    """The active ones for that code that this district lies in."""
    rows = db.scalars(select(Threshold).where(Threshold.code == code, Threshold.active).order_by(Threshold.id))
    return [row for row in rows if row.area is None or area.startswith(row.area)]


def standing(db: Session, rule: Threshold, area: str, now: datetime) -> int | None:
    """The incident that it has opened there within its days and that is not over."""
    mine = Breach.threshold_id == rule.id, Breach.area == area, Breach.at > now - timedelta(days=rule.days)
    query = select(Breach.incident_id).join(Incident, Incident.id == Breach.incident_id)
    return db.scalar(query.where(*mine, Incident.state.not_in(ENDED)).order_by(Breach.at.desc()).limit(1))


def uncounted(db: Session, rule: Threshold, area: str, now: datetime) -> list[int]:
    """The real reports of its days that have not yet counted for it, oldest first; as many as it takes."""
    counted = exists().where(BreachReport.report_id == Report.id, BreachReport.threshold_id == rule.id)
    there = Report.code == rule.code, Report.area == area, Report.filed_at > now - timedelta(days=rule.days)
    whole = Report.partial.is_(False), Report.exercise.is_(False), Report.form_name != OWN_FORM
    query = select(Report.id).where(*there, *whole, ~counted).order_by(Report.filed_at).limit(rule.reports)
    return list(db.scalars(query))


OWN_FORM = "threshold"  # of the report that stands for the matter itself


def breach(db: Session, rule: Threshold, area: str, incident_id: int, report_ids: Sequence[int], now: datetime) -> None:
    """That incident stands for what these reports add up to."""
    db.add(Breach(incident_id=incident_id, threshold_id=rule.id, area=area, at=now))
    db.flush()
    count(db, rule, incident_id, report_ids)


def count(db: Session, rule: Threshold, incident_id: int, report_ids: Sequence[int]) -> None:
    """These reports have counted: each once, whatever is filed again."""
    rows = [{"threshold_id": rule.id, "report_id": each, "incident_id": incident_id} for each in report_ids]
    db.execute(upsert(db.connection(), BreachReport).values(rows).on_conflict_do_nothing())


def stand_for(db: Session, keys: Keyring, facts: Facts, now: datetime) -> Report:
    """A report that nobody told: the service itself has something to say, in the way of everybody else."""
    report = Report(
        id=new_id(),
        reference=unused(bare(db)),
        compartment=facts.compartment,
        severity=facts.severity,
        act_no=0,
        form_name=OWN_FORM,
        form_version="1",
        channel="service",
        state=ReportState.DRAFT,
        partial=True,
        exercise=False,
        apart=True,
        created_at=now,
    )
    db.add(report)
    db.flush()
    complete(db, keys, report.id, facts, now)
    return db.get_one(Report, report.id, populate_existing=True)
