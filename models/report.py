"""A report: what somebody filed, in columns that harm nobody; its answers lie sealed in a table of their own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    false,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.util import identity_key

from models.base import Base, new_id
from models.code import GUARDED, Compartment
from models.keys import Keyring, Purpose
from models.prepared import Prepared, bare
from models.report_body import ReportBody, put

UNROUTED = text("routed_at IS NULL")


class ReportState(StrEnum):
    DRAFT = "draft"
    FILED = "filed"
    WITHDRAWN = "withdrawn"


class Report(Base):
    """code, place_id and happened_on are null outside operations; contact_id is null where no link is kept; apart: a
    coordinator has said that it is a case of its own."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("conversation_id", "act_no"),
        Index(
            "ix_report_unrouted",
            "filed_at",
            sqlite_where=UNROUTED,
            postgresql_where=UNROUTED,
        ),
        Index("ix_report_code_area", "code", "area", "filed_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(8), unique=True)
    compartment: Mapped[Compartment]
    severity: Mapped[int]
    code: Mapped[str | None] = mapped_column(String(8))
    area: Mapped[str | None] = mapped_column(String(16))
    area_version: Mapped[str | None] = mapped_column(String(8))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    act_no: Mapped[int]
    form_name: Mapped[str] = mapped_column(String(64))
    form_version: Mapped[str] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(8))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    state: Mapped[ReportState]
    partial: Mapped[bool]
    exercise: Mapped[bool]
    exercise_id: Mapped[int | None] = mapped_column(ForeignKey("exercise.id"))
    apart: Mapped[bool] = mapped_column(default=False, server_default=false())
    happened_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    filed_at: Mapped[datetime | None]
    routed_at: Mapped[datetime | None]
    abandoned_at: Mapped[datetime | None]


TABLE = cast(Table, Report.__table__)


@dataclass(frozen=True, slots=True)
class Facts:
    """A report as it is filed; area: a P-code with its version; answers go sealed into the body."""

    compartment: Compartment
    severity: int
    answers: Mapping[str, str]
    code: str | None = None
    area: str | None = None
    area_version: str | None = None
    place_id: int | None = None
    happened_on: date | None = None
    contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a report comes from; UNIQUE(conversation_id, act_no) makes filing it twice impossible."""

    conversation_id: int
    act_no: int
    channel: str
    form_name: str
    form_version: str
    contact_id: int | None


TOLD = ("compartment", "severity", "code", "area", "area_version", "place_id", "happened_on", "contact_id")
FILE = Prepared(
    update(TABLE)
    .where(TABLE.c.id == bindparam("which"), TABLE.c.filed_at.is_(None))
    .values({name: bindparam(name) for name in TOLD})
    .values(partial=False, state=ReportState.FILED, filed_at=bindparam("now"), routed_at=None, abandoned_at=None)
)


def complete(db: Session, keys: Keyring, report_id: int, facts: Facts, now: datetime) -> None:
    """File a draft, or file again what has meanwhile been classified: it is then routed once more.

    What was filed before stays in the body unless it is told anew; the body is sealed for its compartment.
    """
    at = bare(db)
    if FILE.change(at, {"which": report_id, "now": now, **_columns(facts)}) == 1:
        put(at, keys, report_id, facts.compartment, facts.answers)
        _read_anew(db, report_id)
        return
    report = db.get_one(Report, report_id)
    told = {**answers(db, keys, report), **facts.answers}
    _describe(report, facts)
    report.partial, report.state = False, ReportState.FILED
    report.filed_at, report.routed_at, report.abandoned_at = now, None, None
    _seal(db, keys, report, told)
    db.flush()


def _read_anew(db: Session, report_id: int) -> None:
    """What the session still holds of it is old."""
    held = db.identity_map.get(identity_key(Report, report_id))
    if held is not None:
        db.expire(held)


def abandon(db: Session, keys: Keyring, report_id: int, facts: Facts, now: datetime) -> None:
    """Keep what a draft says so far; it stays partial, and may yet be finished."""
    report = db.get_one(Report, report_id)
    _describe(report, facts)
    report.abandoned_at = now
    _seal(db, keys, report, facts.answers)
    db.flush()


def _describe(report: Report, facts: Facts) -> None:
    for name, value in _columns(facts).items():
        setattr(report, name, value)


def _columns(facts: Facts) -> dict[str, Any]:
    """What of them may lie in clear."""
    in_operations = facts.compartment is Compartment.OPERATIONS
    return {
        "compartment": facts.compartment,
        "severity": facts.severity,
        "code": facts.code if in_operations else None,
        "area": facts.area,
        "area_version": facts.area_version,
        "place_id": facts.place_id if in_operations else None,
        "happened_on": facts.happened_on if in_operations else None,
        "contact_id": facts.contact_id,
    }


def move_draft(db: Session, report_id: int, compartment: Compartment, contact_id: int | None) -> Report:
    """A draft turns out to be about something else: what was kept for its old readers goes."""
    report = db.get_one(Report, report_id)
    _describe(report, Facts(compartment=compartment, severity=0, answers={}, contact_id=contact_id))
    _forget_answers(db, report_id)
    return report


def _seal(db: Session, keys: Keyring, report: Report, told: Mapping[str, str]) -> None:
    put(bare(db), keys, report.id, report.compartment, told)


def answers(db: Session, keys: Keyring, report: Report) -> dict[str, str]:
    """The sealed answers; empty where they have been purged."""
    body = db.get(ReportBody, report.id, populate_existing=True)
    if body is None:
        return {}
    purpose = Purpose(report.compartment.value)
    opened: dict[str, str] = keys.open_json(purpose, body.answers_enc, f"report_body/{report.id}/answers")
    return opened


def withdraw(db: Session, report_id: int, now: datetime) -> Report:
    """The teller took it back before sending it, or before anybody knew what it was: what was told goes, and the
    reference is used up."""
    report = db.get_one(Report, report_id)
    if report.partial or report.compartment is Compartment.INTAKE:
        report.state, report.abandoned_at = ReportState.WITHDRAWN, now
        report.contact_id = None
        _forget_answers(db, report_id)
    return report


def _forget_answers(db: Session, report_id: int) -> None:
    db.execute(delete(ReportBody).where(ReportBody.report_id == report_id))
    db.flush()


def lock(db: Session, report_id: int) -> Report | None:
    return db.scalar(select(Report).where(Report.id == report_id).with_for_update())


def by_reference(db: Session, reference: str) -> Report | None:
    return db.scalar(select(Report).where(Report.reference == reference))


def reference(db: Session, report_id: int) -> str | None:
    return db.scalar(select(Report.reference).where(Report.id == report_id))


def latest_of(db: Session, contact_id: int, since: datetime) -> Report | None:
    """The newest report of a phone that was opened since then and not taken back."""
    mine = Report.contact_id == contact_id, Report.created_at >= since, Report.state != ReportState.WITHDRAWN
    return db.scalars(select(Report).where(*mine).order_by(Report.created_at.desc()).limit(1)).first()


def first_of(db: Session, incident_id: int) -> Report:
    """The report that an incident began with."""
    mine = select(Report).where(Report.incident_id == incident_id)
    return db.scalars(mine.order_by(Report.filed_at).limit(1)).one()


def gravest_of(db: Session, incident_id: int) -> Report:
    """The gravest of an incident's reports, of equally grave ones the first."""
    mine = select(Report).where(Report.incident_id == incident_id)
    return db.scalars(mine.order_by(Report.severity.desc(), Report.created_at, Report.id).limit(1)).one()


def unrouted(db: Session, filed_before: datetime, most: int) -> list[int]:
    """Filed reports that nobody has routed yet, oldest first."""
    query = (
        select(Report.id)
        .where(Report.routed_at.is_(None), Report.partial.is_(False), Report.filed_at <= filed_before)
        .order_by(Report.filed_at)
        .limit(most)
    )
    return list(db.scalars(query))


def all_filed(db: Session) -> Iterator[Report]:
    """Every report that was not withdrawn, oldest first, in small portions."""
    query = select(Report).where(Report.state != ReportState.WITHDRAWN).order_by(Report.created_at)
    return iter(db.scalars(query.execution_options(yield_per=500)))


def of_contact(db: Session, contact_id: int, most: int) -> list[Report]:
    """What this phone has reported, newest first; never what lies in a guarded compartment."""
    mine = Report.contact_id == contact_id, Report.compartment.not_in(GUARDED), Report.state != ReportState.WITHDRAWN
    return list(db.scalars(select(Report).where(*mine).order_by(Report.created_at.desc()).limit(most)))


def of_incident(db: Session, incident_id: int) -> list[Report]:
    """The reports that it has gathered, oldest first."""
    return list(db.scalars(select(Report).where(Report.incident_id == incident_id).order_by(Report.filed_at)))
