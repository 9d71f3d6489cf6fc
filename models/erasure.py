"""An erasure: a phone that asked to be forgotten. What it told loses its link at once, everything else ten minutes
later, when a repeated request and the answer to it have had their time."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, upsert
from models.report import Report
from models.ticket import PAUSE, Ticket

AT_LAST = timedelta(days=1)  # then, even if the answer could not be sent


class Erasure(Base):
    """There as long as it is not done; nothing tells afterwards who has asked."""

    __tablename__ = "erasure"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    asked_at: Mapped[datetime]
    via: Mapped[str] = mapped_column(String(24))


def ask(db: Session, contact_id: int, via: str, now: datetime) -> None:
    """Asking twice changes nothing. What this phone has told is nobody's from now on."""
    row = {"contact_id": contact_id, "asked_at": now, "via": via}
    db.execute(upsert(db.connection(), Erasure).values(row).on_conflict_do_nothing(index_elements=["contact_id"]))
    unlink(db, contact_id)


def unlink(db: Session, contact_id: int) -> None:
    """Its reports stay, and lead to nobody; those that it told without its number, too."""
    db.execute(update(Report).where(Report.contact_id == contact_id).values(contact_id=None))
    db.execute(
        update(Ticket)
        .where(Ticket.contact_id == contact_id)
        .values(contact_id=None, conversation_id=None, vault_enc=None, vault_until=None)
    )


def asked_at(db: Session, contact_id: int) -> datetime | None:
    return db.scalar(select(Erasure.asked_at).where(Erasure.contact_id == contact_id))


def done(db: Session, contact_id: int) -> None:
    db.execute(delete(Erasure).where(Erasure.contact_id == contact_id))


def due(db: Session, now: datetime, most: int) -> list[int]:
    query = select(Erasure.contact_id).where(Erasure.asked_at <= now - PAUSE)
    return list(db.scalars(query.order_by(Erasure.asked_at).limit(most)))
