"""An alert is the duty of one member to look at one incident."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Select, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.incident import Incident
from models.keys import Keyring
from models.member import Member, Recipient, serving, with_phones
from models.message import Message, MessageState, open_text
from models.report import Report


class Alert(Base):
    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("incident_id", "member_id", "level"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    level: Mapped[int]
    due_at: Mapped[datetime]
    tries: Mapped[int]
    acked_at: Mapped[datetime | None]
    ended_as: Mapped[str | None] = mapped_column(String(24))


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that nobody has answered yet; area: a P-code."""

    alert_id: int
    reference: str
    severity: int
    area: str | None


def open_alert(db: Session, incident_id: int, member_id: int, level: int, due: datetime) -> int:
    """The id of this member's alert on that incident; asking twice makes one."""
    mine = select(Alert).where(Alert.incident_id == incident_id, Alert.member_id == member_id, Alert.level == level)
    alert = db.scalar(mine)
    if alert is None:
        alert = Alert(id=new_id(), incident_id=incident_id, member_id=member_id, level=level, due_at=due, tries=0)
        db.add(alert)
        db.flush()
    return alert.id


def lock(db: Session, alert_id: int) -> Alert | None:
    return db.scalar(select(Alert).where(Alert.id == alert_id).with_for_update())


def open_for(db: Session, member_id: int, most: int) -> list[OpenAlert]:
    """A member's open alerts, the gravest and oldest first."""
    waiting = _addressed(member_id).where(Alert.acked_at.is_(None), Alert.ended_as.is_(None))
    ordered = waiting.order_by(Incident.severity.desc(), Alert.due_at).limit(most)
    return [OpenAlert(*row) for row in db.execute(ordered)]


def addressed_to(db: Session, member_id: int, reference: str) -> list[OpenAlert]:
    """The member's alert on the incident that one of whose reports has that reference."""
    named = select(Report.incident_id).where(Report.reference == reference)
    query = _addressed(member_id).where(Alert.incident_id.in_(named)).limit(1)
    return [OpenAlert(*row) for row in db.execute(query)]


def _addressed(member_id: int) -> Select[tuple[int, str, int, str | None]]:
    first = (
        select(Report.reference)
        .where(Report.incident_id == Incident.id)
        .order_by(Report.filed_at)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(Alert.id, first, Incident.severity, Incident.area)
        .join(Incident, Incident.id == Alert.incident_id)
        .where(Alert.member_id == member_id)
    )


def recall(db: Session, incident_id: int) -> None:
    """End the alerts of an incident that has moved to other readers; what is not yet sent is held back."""
    open_ones = Alert.incident_id == incident_id, Alert.ended_as.is_(None)
    ids = list(db.scalars(select(Alert.id).where(*open_ones)))
    db.execute(update(Alert).where(Alert.id.in_(ids)).values(ended_as="recalled"))
    waiting = Message.alert_id.in_(ids), Message.state == MessageState.DUE
    db.execute(update(Message).where(*waiting).values(state=MessageState.HELD, reason="recalled"))


def text_of(db: Session, keys: Keyring, alert_id: int) -> str:
    """What the alert said when it was sent; "" where its message is gone."""
    query = select(Message).where(Message.alert_id == alert_id).order_by(Message.created_at).limit(1)
    message = db.scalar(query)
    return open_text(keys, message.id, message.body_enc) if message and message.body_enc else ""


def alerted(db: Session, incident_id: int, but: int, now: datetime) -> list[Recipient]:
    """The other active members who were alerted of that incident."""
    told = select(Alert.member_id).where(Alert.incident_id == incident_id, Alert.member_id != but)
    query = select(Member.id, Member.level, Member.language).where(Member.id.in_(told), serving(now))
    return with_phones(db, db.execute(query).all())
