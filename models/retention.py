"""How long things are kept, as rows, and a log of what went: counts, never any content."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.code import GUARDED, Compartment


class Kept(StrEnum):
    """What is kept, and since when its days count."""

    BODY = "body"  # what a report says: since its case was closed; in a guarded compartment, since it was handed over
    LINK = "link"  # whose report it is: the same
    OPEN_BODY = "open_body"  # what a report says whose case nobody closes: since it was filed
    DRAFT = "draft"  # what a report says that nobody finished: since it was begun
    MESSAGE = "message"  # the text of an SMS and whose it is: since it was written
    MAIL = "mail"  # the text of an e-mail: since it was written
    RECEIPT = "receipt"  # what a gateway said of an SMS: since it said so
    SESSION = "session"  # where a conversation stood: since it was last gone on with
    CONTACT = "contact"  # number and pseudonym of a phone to which nothing leads any more: since it first came
    AUDIT = "audit"  # who looked at what: since it was sealed


EVERYWHERE = ""
PER_COMPARTMENT = (Kept.BODY, Kept.LINK)
DAYS = {
    Kept.OPEN_BODY: 365,
    Kept.DRAFT: 30,
    Kept.MESSAGE: 30,
    Kept.MAIL: 30,
    Kept.RECEIPT: 30,
    Kept.SESSION: 7,
    Kept.CONTACT: 90,
    Kept.AUDIT: 730,
}
AFTER_THE_END, HANDED_OVER = 90, 30


class Retention(Base):
    """compartment: "" where the days are the same for all."""

    __tablename__ = "retention"

    kept: Mapped[Kept] = mapped_column(primary_key=True)
    compartment: Mapped[str] = mapped_column(String(16), primary_key=True)
    days: Mapped[int]


class Purged(Base):
    """One line of the log: so many rows of a kind went at once."""

    __tablename__ = "purged"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    kept: Mapped[Kept]
    compartment: Mapped[str] = mapped_column(String(16))
    gone: Mapped[int]


def shipped() -> list[tuple[Kept, str, int]]:
    """The rows that every installation starts with."""
    by_compartment = [
        (kept, compartment.value, HANDED_OVER if compartment in GUARDED else AFTER_THE_END)
        for kept in PER_COMPARTMENT
        for compartment in Compartment
    ]
    return [*by_compartment, *((kept, EVERYWHERE, days) for kept, days in DAYS.items())]


def fill_up(db: Session) -> None:
    """Add what is missing; what an administrator has changed stays as it is."""
    known = {(row.kept, row.compartment) for row in db.scalars(select(Retention))}
    wanted = [row for row in shipped() if (row[0], row[1]) not in known]
    db.add_all([Retention(kept=kept, compartment=where, days=days) for kept, where, days in wanted])


def rules(db: Session) -> list[Retention]:
    return list(db.scalars(select(Retention).order_by(Retention.kept, Retention.compartment)))


def before(rule: Retention, now: datetime) -> datetime:
    """What is older than this goes."""
    return now - timedelta(days=rule.days)


def note(db: Session, rule: Retention, gone: int, now: datetime) -> None:
    db.add(Purged(id=new_id(), at=now, kept=rule.kept, compartment=rule.compartment, gone=gone))


def log(db: Session, since: datetime) -> list[Purged]:
    return list(db.scalars(select(Purged).where(Purged.at >= since).order_by(Purged.at, Purged.kept)))
