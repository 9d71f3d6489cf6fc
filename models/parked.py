"""Clocks that stand still while a hold lasts: what the service would do next by itself, kept aside with its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, delete, insert, literal, select, update
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from models.alert import Alert
from models.base import Base
from models.conversation import Conversation
from models.ladder import Ladder
from models.report import Report


class Parked(Base):
    """at: what the clock stood at; null where it was the lack of a time that asked for something."""

    __tablename__ = "parked"

    clock: Mapped[str] = mapped_column(String(16), primary_key=True)
    object_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Clock:
    """at: the column that says when; which: the rows that wait; dropped: whether what it asks for may be dropped.

    A report that nobody was ever told of is no stale alert: it is routed, whatever is decided."""

    name: str
    key: InstrumentedAttribute[int]
    at: InstrumentedAttribute[Any]
    which: tuple[ColumnElement[bool], ...]
    may_be_dropped: bool = True


CLOCKS: Sequence[Clock] = (
    Clock("ladder", Ladder.incident_id, Ladder.next_at, (Ladder.next_at.is_not(None),)),
    Clock("alert", Alert.id, Alert.tell_at, (Alert.tell_at.is_not(None),)),
    Clock(
        "report",
        Report.id,
        Report.routed_at,
        (Report.routed_at.is_(None), Report.partial.is_(False), Report.filed_at.is_not(None)),
        may_be_dropped=False,
    ),
    Clock(
        "conversation",
        Conversation.id,
        Conversation.abandoned_at,
        (Conversation.draft_id.is_not(None), Conversation.abandoned_at.is_(None)),
    ),
)


def park(db: Session, now: datetime) -> None:
    """Stop every clock."""
    for clock in CLOCKS:
        waiting = select(literal(clock.name), clock.key, clock.at).where(*clock.which)
        db.execute(insert(Parked).from_select(["clock", "object_id", "at"], waiting))
        stopped = None if clock.at in (Ladder.next_at, Alert.tell_at) else now
        db.execute(_theirs(clock).values({clock.at: stopped}).execution_options(synchronize_session=False))


def release(db: Session, *, let_go: bool) -> None:
    """Let the clocks go on from where they stood, or leave those still that may be dropped."""
    for clock in CLOCKS:
        if let_go or not clock.may_be_dropped:
            before = (
                select(Parked.at).where(Parked.clock == clock.name, Parked.object_id == clock.key).scalar_subquery()
            )
            db.execute(_theirs(clock).values({clock.at: before}).execution_options(synchronize_session=False))
    db.execute(delete(Parked))


def _theirs(clock: Clock) -> Any:
    parked = select(Parked.object_id).where(Parked.clock == clock.name)
    return update(clock.key.class_).where(clock.key.in_(parked))
