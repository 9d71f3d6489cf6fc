"""A ladder: how far up an incident has been told, and when somebody else must be told next."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, exists, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.alert import Alert
from models.base import Base
from models.incident import FRESH, STANDING, History, Incident

RUNNING = text("next_at IS NOT NULL")

NOBODY_LEFT = "nobody_left"  # what the history says when the whole ladder has been told and nobody has answered
NOBODY_TO_TELL = "nobody_to_tell"  # and when there was no ladder to begin with: nobody holds the area


class Ladder(Base):
    """level: the highest that was told; rounds: how often it was; next_at: null = nobody waits for an answer;
    held_until: somebody has acknowledged it, and has until then to move it. Whoever writes here holds the incident's
    row."""

    __tablename__ = "ladder"
    __table_args__ = (Index("ix_ladder_next", "next_at", sqlite_where=RUNNING, postgresql_where=RUNNING),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True, autoincrement=False)
    level: Mapped[int]
    rounds: Mapped[int]
    next_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]


def of(db: Session, incident_id: int) -> Ladder | None:
    """As it is now that the incident is locked."""
    return db.get(Ladder, incident_id, populate_existing=True)


def stand(db: Session, incident_id: int, level: int, next_at: datetime) -> Ladder:
    """Set it up at this level, told for the first time, or move it there."""
    ladder = of(db, incident_id)
    if ladder is None:
        ladder = Ladder(incident_id=incident_id)
        db.add(ladder)
    ladder.level, ladder.rounds, ladder.next_at = level, 1, next_at
    db.flush()
    return ladder


def hold(db: Session, incident_id: int, until: datetime) -> None:
    """Somebody has it: the ladder waits that long."""
    mine = Ladder.incident_id == incident_id
    db.execute(update(Ladder).where(mine).values(next_at=until, held_until=until))


def is_held(db: Session, incident_id: int, now: datetime) -> bool:
    """Whether somebody has it, and still has time to move it."""
    mine = Ladder.incident_id == incident_id, Ladder.held_until > now, Ladder.next_at.is_not(None)
    return db.scalar(select(Ladder.incident_id).where(*mine)) is not None


def is_waited_for(db: Session, incident_id: int, now: datetime) -> bool:
    """Whether somebody has been told, and still has time to answer."""
    mine = Ladder.incident_id == incident_id, Ladder.next_at > now
    return db.scalar(select(Ladder.incident_id).where(*mine)) is not None


def has_lapsed(db: Session, incident_id: int, now: datetime) -> bool:
    """Whether somebody had it, and has let the time pass in which it should have moved."""
    mine = Ladder.incident_id == incident_id, Ladder.held_until <= now
    return db.scalar(select(Ladder.incident_id).where(*mine)) is not None


def stop(db: Session, incident_id: int) -> None:
    """It has moved, or is over: nobody is chased any more."""
    db.execute(update(Ladder).where(Ladder.incident_id == incident_id).values(next_at=None))


def restart(db: Session, incident_ids: Collection[int], now: datetime, next_at: datetime) -> None:
    """One clock for what one text told of: those that run and that nobody holds."""
    free = (Ladder.held_until.is_(None)) | (Ladder.held_until <= now)
    theirs = Ladder.incident_id.in_(incident_ids), Ladder.next_at.is_not(None), free
    db.execute(update(Ladder).where(*theirs).values(next_at=next_at))


def due(db: Session, now: datetime, most: int) -> list[int]:
    """The incidents whose time has come, the longest overdue first."""
    query = select(Ladder.incident_id).where(Ladder.next_at.is_not(None), Ladder.next_at <= now)
    return list(db.scalars(query.order_by(Ladder.next_at).limit(most)))


def nobody_left() -> ColumnElement[bool]:
    """Whether the whole ladder of an incident has been told, and nobody has moved it. An exercise worries nobody."""
    told = exists().where(History.incident_id == Incident.id, History.via == NOBODY_LEFT)
    return and_(told, Incident.state.in_(FRESH), Incident.exercise_id.is_(None))


def count_nobody_left(db: Session) -> int:
    return db.scalar(select(func.count(Incident.id)).where(nobody_left())) or 0


def untold() -> ColumnElement[bool]:
    """Whether there was nobody to tell of an incident, and nobody has moved it. An exercise worries nobody."""
    noted = exists().where(History.incident_id == Incident.id, History.via == NOBODY_TO_TELL)
    told = exists().where(Alert.incident_id == Incident.id)
    return and_(noted, ~told, STANDING, Incident.exercise_id.is_(None))


def count_untold(db: Session) -> int:
    return db.scalar(select(func.count(Incident.id)).where(untold())) or 0
