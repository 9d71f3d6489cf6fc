"""An alert is the duty of one member to look at one incident."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    ScalarSelect,
    Select,
    String,
    UniqueConstraint,
    false,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models import telling as tellings
from models.base import Base, new_id
from models.code import Compartment
from models.incident import ENDED, Incident, IncidentState
from models.keys import Keyring
from models.likeness import Likeness
from models.member import Member, Recipient, serving, with_phones
from models.message import Message, MessageState, open_text
from models.report import Report

RECALLED, REROUTED = "recalled", "rerouted"  # its readers are others now; its member is no more who must look at it
UNTOLD = text("tell_at IS NOT NULL")
OPEN = text("acked_at IS NULL AND ended_as IS NULL")


class Alert(Base):
    """incomplete: of a report that is not finished; nobody is chased for an answer to it. tries: how often its member
    was told; tell_at: when that is next to be done; gathers: together with others, in one text."""

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("incident_id", "member_id", "level"),
        Index("ix_alert_tell", "tell_at", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
        Index("ix_alert_open", "member_id", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    level: Mapped[int]
    due_at: Mapped[datetime]
    tries: Mapped[int]
    acked_at: Mapped[datetime | None]
    ended_as: Mapped[str | None] = mapped_column(String(24))
    incomplete: Mapped[bool] = mapped_column(default=False)
    tell_at: Mapped[datetime | None]
    gathers: Mapped[bool] = mapped_column(default=False, server_default=false())


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that nobody has answered yet; area: a P-code."""

    alert_id: int
    reference: str
    severity: int
    area: str | None
    compartment: Compartment
    exercise: bool


def open_alerts(
    db: Session,
    incident_id: int,
    members: Sequence[Recipient],
    due: datetime,
    *,
    incomplete: bool,
    gathers: bool,
    again: bool = False,
) -> list[Alert]:
    """These members' alerts on that incident, in their order, to be told when it is due; asking twice makes one of
    each, and tells it once, unless it is to be told again."""
    here = db.scalars(select(Alert).where(Alert.incident_id == incident_id))
    known = {(alert.member_id, alert.level): alert for alert in here}
    opened = []
    for each in members:
        alert = known.get((each.member_id, each.level))
        if alert is None:
            alert = Alert(id=new_id(), incident_id=incident_id, member_id=each.member_id, level=each.level, tries=0)
            alert.due_at = alert.tell_at = due
            db.add(alert)
        elif alert.ended_as == REROUTED:
            alert.ended_as, alert.due_at, alert.tell_at = None, due, due  # it is this member's again
        elif again:
            alert.tell_at = due
        elif alert.incomplete and not incomplete:
            alert.due_at = alert.tell_at = due  # the whole report has come: its clock begins now
        alert.incomplete, alert.gathers = incomplete, gathers
        opened.append(alert)
    db.flush()
    return opened


def lock_all(db: Session, alert_ids: Collection[int]) -> list[Alert]:
    query = select(Alert).where(Alert.id.in_(alert_ids)).order_by(Alert.id).with_for_update()
    return list(db.scalars(query.execution_options(populate_existing=True)))


def open_for(db: Session, member_id: int, most: int) -> list[OpenAlert]:
    """A member's open alerts, the gravest and oldest first."""
    waiting = _addressed(member_id).where(Alert.acked_at.is_(None), Alert.ended_as.is_(None))
    ordered = waiting.order_by(Incident.severity.desc(), Alert.due_at).limit(most)
    return [OpenAlert(*row) for row in db.execute(ordered)]


def addressed_to(db: Session, member_id: int, reference: str) -> list[OpenAlert]:
    """The member's alert on the incident that one of whose reports has that reference."""
    query = _addressed(member_id).where(Alert.incident_id.in_(_named(reference))).limit(1)
    return [OpenAlert(*row) for row in db.execute(query)]


def _named(reference: str) -> Select[tuple[int]]:
    """The incident of that report, or the one that it is a duplicate of."""
    told = select(func.coalesce(Incident.into_id, Incident.id)).join(Report, Report.incident_id == Incident.id)
    return told.where(Report.reference == reference)


def _addressed(member_id: int) -> Select[Any]:
    return (
        select(Alert.id, _first_reference(), Incident.severity, Incident.area, Incident.compartment, _exercise())
        .join(Incident, Incident.id == Alert.incident_id)
        .where(Alert.member_id == member_id)
    )


def _first_reference() -> ScalarSelect[str]:
    mine = select(Report.reference).where(Report.incident_id == Incident.id)
    return mine.order_by(Report.filed_at).limit(1).scalar_subquery()


def _exercise() -> ColumnElement[bool]:
    return Incident.exercise_id.is_not(None)


def recall(db: Session, incident_id: int, reason: str = RECALLED) -> None:
    """End the alerts of an incident that has moved to other readers, or is over; what is not yet sent is held."""
    open_ones = Alert.incident_id == incident_id, Alert.ended_as.is_(None)
    _end(db, list(db.scalars(select(Alert.id).where(*open_ones))), reason)


def _end(db: Session, alert_ids: Collection[int], reason: str) -> None:
    db.execute(update(Alert).where(Alert.id.in_(alert_ids)).values(ended_as=reason, tell_at=None))
    waiting = Message.alert_id.in_(alert_ids), Message.state == MessageState.DUE
    db.execute(update(Message).where(*waiting).values(state=MessageState.HELD, reason=reason))


def incidents_waiting_for(db: Session, member_ids: Collection[int]) -> list[int]:
    """The incidents on which one of these members has an open alert."""
    open_ones = Alert.member_id.in_(member_ids), Alert.acked_at.is_(None), Alert.ended_as.is_(None)
    return list(db.scalars(select(Alert.incident_id).where(*open_ones).distinct().order_by(Alert.incident_id)))


def withdraw(db: Session, incident_id: int, member_ids: Collection[int]) -> None:
    """End these members' open alerts on an incident; what is not yet sent is held."""
    theirs = Alert.incident_id == incident_id, Alert.member_id.in_(member_ids), Alert.acked_at.is_(None)
    _end(db, list(db.scalars(select(Alert.id).where(*theirs, Alert.ended_as.is_(None)))), REROUTED)


def text_of(db: Session, keys: Keyring, alert_id: int, member_id: int) -> str:
    """What this member's alert said when it was last sent; "" where its message is gone, or it is this member's no
    more."""
    mine = select(Alert.id).where(Alert.id == alert_id, Alert.member_id == member_id, Alert.ended_as.is_(None))
    query = select(Message).where(Message.alert_id.in_(mine)).order_by(Message.created_at.desc()).limit(1)
    message = db.scalar(query)
    return open_text(keys, message.id, message.body_enc) if message and message.body_enc else ""


def alerted(db: Session, incident_id: int, but: int, now: datetime) -> list[Recipient]:
    """The other active members who have been told of that incident."""
    heard = or_(Alert.tries > 0, Alert.incomplete)
    told = select(Alert.member_id).where(Alert.incident_id == incident_id, Alert.member_id != but, heard)
    query = select(Member.id, Member.level, Member.language).where(Member.id.in_(told), serving(now))
    return with_phones(db, db.execute(query).all())


def forewarned(db: Session, incident_id: int, now: datetime) -> list[Recipient]:
    """The active members who were told of it when it was not finished."""
    mine = Alert.incident_id == incident_id, Alert.incomplete, Alert.ended_as.is_(None)
    query = select(Member.id, Alert.level, Member.language).join(Alert, Alert.member_id == Member.id)
    return with_phones(db, db.execute(query.where(*mine, serving(now))).all())


@dataclass(frozen=True, slots=True)
class Case:
    """An incident that a member has in hand. like: the reference of one that it may be a duplicate of, as long as
    nobody has said; parts: how many reports and duplicates it has gathered; outcome: as the incident's."""

    incident_id: int
    reference: str
    severity: int
    code: str | None
    area: str | None
    state: IncidentState
    compartment: Compartment
    exercise: bool
    like: str | None
    parts: int
    outcome: str | None


def in_hand(db: Session, member_id: int, most: int) -> list[Case]:
    """What this member has taken or answered for and is not closed, the gravest and oldest first."""
    query = _cases(member_id, Alert.acked_at.is_not(None)).where(Incident.state != IncidentState.CLOSED)
    ordered = query.order_by(Incident.severity.desc(), Incident.created_at, Incident.id).limit(most)
    return [Case(*row) for row in db.execute(ordered)]


def case(db: Session, member_id: int, incident_id: int) -> Case | None:
    """That incident, where this member was alerted of it and the alert is still this member's."""
    row = db.execute(_cases(member_id).where(Incident.id == incident_id)).first()
    return Case(*row) if row else None


def named_case(db: Session, member_id: int, reference: str) -> Case | None:
    """As `case`, by the reference of any of its reports."""
    row = db.execute(_cases(member_id).where(Incident.id.in_(_named(reference)))).first()
    return Case(*row) if row else None


def _cases(member_id: int, *which: ColumnElement[bool]) -> Select[Any]:
    standing = or_(Alert.ended_as.is_(None), Alert.ended_as.in_([state.value for state in ENDED]))
    mine = select(Alert.incident_id).where(Alert.member_id == member_id, standing, *which)
    clear = Incident.id, _first_reference(), Incident.severity, Incident.code, Incident.area, Incident.state
    about = Incident.compartment, _exercise(), _like(), _parts(), Incident.outcome
    return select(*clear, *about).where(Incident.id.in_(mine))


def _like() -> ScalarSelect[str]:
    asked = Likeness.incident_id == Incident.id, Likeness.decided_at.is_(None)
    other = select(Likeness.other_id).where(*asked).order_by(Likeness.at).limit(1).scalar_subquery()
    named = select(Report.reference).where(Report.incident_id == other).order_by(Report.filed_at)
    return named.limit(1).correlate(Incident).scalar_subquery()


def _parts() -> ColumnElement[int]:
    told = select(func.count(Report.id)).where(Report.incident_id == Incident.id).scalar_subquery()
    joined = aliased(Incident)
    return told + select(func.count(joined.id)).where(joined.into_id == Incident.id).scalar_subquery()


def answered(db: Session, incident_id: int, member_id: int, now: datetime) -> None:
    """This member's alerts on that incident wait for no acknowledgement any more."""
    mine = Alert.incident_id == incident_id, Alert.member_id == member_id, Alert.acked_at.is_(None)
    db.execute(update(Alert).where(*mine, Alert.ended_as.is_(None)).values(acked_at=now, tell_at=None))


def waiting(db: Session, member_id: int, incident_id: int) -> int | None:
    """This member's open alert on that incident."""
    mine = Alert.incident_id == incident_id, Alert.member_id == member_id
    return db.scalar(select(Alert.id).where(*mine, Alert.acked_at.is_(None), Alert.ended_as.is_(None)).limit(1))


def chased_in(db: Session, alert_ids: Collection[int], severity: int) -> str | None:
    """The language of the member who is chased for an answer to one of them; None where nobody is, or all are less
    grave."""
    mine = Alert.id.in_(alert_ids), Alert.acked_at.is_(None), Alert.ended_as.is_(None), Alert.incomplete.is_(False)
    query = select(Member.language).join(Alert, Alert.member_id == Member.id)
    return db.scalar(query.join(Incident, Incident.id == Alert.incident_id).where(*mine, Incident.severity >= severity))


def open_of_last_text(db: Session, member_id: int) -> list[int]:
    """Of the alerts that the member's last text told of at once, those that nobody has answered."""
    told = Alert.id.in_(tellings.last_rollup(db, member_id)), Alert.acked_at.is_(None), Alert.ended_as.is_(None)
    return list(db.scalars(select(Alert.id).where(*told).order_by(Alert.id)))


def mine(db: Session, alert_id: int, member_id: int) -> int | None:
    """The incident of that alert, as long as it is this member's."""
    query = select(Alert.incident_id).where(Alert.id == alert_id, Alert.member_id == member_id)
    return db.scalar(query.where(Alert.ended_as.is_(None)))


def incidents_of(db: Session, alert_ids: Collection[int]) -> list[int]:
    return list(db.scalars(select(Alert.incident_id).where(Alert.id.in_(alert_ids)).distinct()))


def incident_of(db: Session, alert_id: int) -> int | None:
    return db.scalar(select(Alert.incident_id).where(Alert.id == alert_id))
