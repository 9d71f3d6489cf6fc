"""Attempts to sign in: counted before they are judged, alike for accounts that exist and for those that do not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, case, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, upsert
from models.keys import Keyring, Purpose

WINDOW = timedelta(minutes=15)


class Attempt(Base):
    """mac: of whom or from where; failures: those since `since_at`, with the ones that are being judged."""

    __tablename__ = "attempt"

    mac: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    since_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Source:
    """What attempts are counted by, and how many there may be within the window."""

    mac: bytes
    most: int


def source(keys: Keyring, kind: str, name: str, most: int) -> Source:
    """kind: "phone" or "address"; the name itself is not kept."""
    return Source(keys.mac(Purpose.SESSIONS, f"console/attempt/{kind}/{name}".encode()), most)


def count(db: Session, source: Source, now: datetime) -> bool:
    """Count one attempt; False where there have been too many, which the end of the window forgives."""
    fresh = Attempt.since_at <= now - WINDOW
    again = {
        "failures": case((fresh, 1), else_=Attempt.failures + 1),
        "since_at": case((fresh, now), else_=Attempt.since_at),
    }
    insert = upsert(db.connection(), Attempt).values(mac=source.mac, failures=1, since_at=now)
    made = insert.on_conflict_do_update(index_elements=["mac"], set_=again).returning(Attempt.failures)
    return bool(db.execute(made).scalar_one() <= source.most)


def forgive(db: Session, source: Source) -> None:
    """That attempt was none: take it back."""
    mine = Attempt.mac == source.mac, Attempt.failures > 0
    db.execute(update(Attempt).where(*mine).values(failures=Attempt.failures - 1))


def forget(db: Session, source: Source) -> None:
    db.execute(delete(Attempt).where(Attempt.mac == source.mac))


def purge(db: Session, now: datetime) -> None:
    """Whoever has long stopped trying is nobody's business."""
    db.execute(delete(Attempt).where(Attempt.since_at <= now - WINDOW))
