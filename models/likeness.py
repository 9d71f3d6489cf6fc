"""A likeness: two incidents that may be one; a coordinator says whether they are."""

from datetime import datetime

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, upsert


class Likeness(Base):
    """incident_id: the later one, which would be the duplicate of the other; accepted: null until it is decided."""

    __tablename__ = "likeness"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    accepted: Mapped[bool | None]


def propose(db: Session, incident_id: int, other_id: int, now: datetime) -> None:
    """Once: what was declined is not proposed again."""
    row = {"incident_id": incident_id, "other_id": other_id, "at": now}
    db.execute(upsert(db.connection(), Likeness).values(row).on_conflict_do_nothing())


def proposed(db: Session, incident_id: int) -> int | None:
    """What that incident may be a duplicate of, as long as nobody has said."""
    mine = Likeness.incident_id == incident_id, Likeness.decided_at.is_(None)
    return db.scalar(select(Likeness.other_id).where(*mine).order_by(Likeness.at).limit(1))


def name(db: Session, incident_id: int, other_id: int, now: datetime) -> None:
    """A coordinator says which one it may be, whatever was proposed or declined before."""
    others = Likeness.incident_id == incident_id, Likeness.other_id != other_id, Likeness.decided_at.is_(None)
    db.execute(update(Likeness).where(*others).values(decided_at=now, accepted=False))
    row = {"incident_id": incident_id, "other_id": other_id, "at": now, "decided_at": None, "accepted": None}
    insert = upsert(db.connection(), Likeness).values(row)
    anew = {"decided_at": None, "accepted": None}
    db.execute(insert.on_conflict_do_update(index_elements=["incident_id", "other_id"], set_=anew))


def decide(db: Session, incident_id: int, other_id: int, accepted: bool, now: datetime) -> None:
    row = {"incident_id": incident_id, "other_id": other_id, "at": now}
    said = {"decided_at": now, "accepted": accepted}
    insert = upsert(db.connection(), Likeness).values({**row, **said})
    db.execute(insert.on_conflict_do_update(index_elements=["incident_id", "other_id"], set_=said))
