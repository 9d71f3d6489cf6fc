"""Routes and clocks as rows: which role is told of what, and how fast somebody must answer."""

from datetime import datetime

from sqlalchemy import BigInteger, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.code import Compartment
from models.member import Role


class Route(Base):
    """Members of this role are alerted of reports in the compartment, from this severity on."""

    __tablename__ = "route"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    compartment: Mapped[Compartment]
    role: Mapped[Role]
    min_severity: Mapped[int]


class Pace(Base):
    """The clock of a severity. ack_within_seconds 0 = nobody waits for an answer; repeats: how often a level is told;
    batch_seconds 0 = at once; stale_after_seconds: what is later than that is told no more, 0 = it always is."""

    __tablename__ = "pace"

    severity: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ack_within_seconds: Mapped[int]
    repeats: Mapped[int]
    batch_seconds: Mapped[int]
    holds_in_quiet_hours: Mapped[bool]
    stale_after_seconds: Mapped[int] = mapped_column(default=0, server_default="0")


def matching(db: Session, compartment: Compartment, severity: int) -> list[Route]:
    """The routes that a report of this compartment and severity takes."""
    query = select(Route).where(Route.compartment == compartment, Route.min_severity <= severity)
    return list(db.scalars(query.order_by(Route.role)))


def is_stale(pace: Pace, due: datetime, now: datetime) -> bool:
    """Whether it is now too late for what was due then."""
    late = (now - due).total_seconds()
    return bool(pace.stale_after_seconds) and late > pace.stale_after_seconds


def pace(db: Session, severity: int) -> Pace:
    return db.get_one(Pace, severity)
