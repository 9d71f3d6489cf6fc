"""Routes and clocks as rows: which role is told of what, and how fast somebody must answer."""

from collections.abc import Mapping
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


# Whom a compartment may be told to at all: what is confided to a desk reaches no other.
MAY_BE_TOLD: Mapping[Compartment, frozenset[Role]] = {
    Compartment.OPERATIONS: frozenset({Role.OFFICER, Role.COORDINATOR, Role.ADMIN}),
    Compartment.PROTECTION: frozenset({Role.PROTECTION}),
    Compartment.FEEDBACK: frozenset({Role.COORDINATOR, Role.ADMIN}),
    Compartment.COMPLAINTS: frozenset({Role.COMPLAINTS}),
    Compartment.PSEA: frozenset({Role.PSEA}),
    Compartment.PRIVACY: frozenset({Role.PRIVACY}),
    Compartment.INTAKE: frozenset({Role.ADMIN}),
}


def every(db: Session) -> list[Route]:
    return sorted(db.scalars(select(Route)), key=lambda rule: (list(Compartment).index(rule.compartment), rule.role))


def put(db: Session, compartment: Compartment, role: Role, severity: int) -> int:
    """The id of that route. Raises ValueError for a role that may not hear of that compartment."""
    allowed = MAY_BE_TOLD[compartment]
    if role not in allowed:
        raise ValueError(f"{compartment} is told to {', '.join(sorted(allowed))} and to nobody else")
    mine = select(Route).where(Route.compartment == compartment, Route.role == role)
    rule = db.scalars(mine).first() or Route(id=new_id(), compartment=compartment, role=role)
    rule.min_severity = severity
    db.add(rule)
    db.flush()
    return rule.id


def remove(db: Session, compartment: Compartment, role: Role) -> int:
    """The id that it had. Raises ValueError where there is none, or no other would be left."""
    theirs = db.scalars(select(Route).where(Route.compartment == compartment)).all()
    mine = [rule for rule in theirs if rule.role is role]
    if not mine:
        raise ValueError(f"there is no route from {compartment} to {role}")
    if len(mine) == len(theirs):
        raise ValueError(f"nobody would be told of {compartment} any more: set another route first")
    for rule in mine:
        db.delete(rule)
    db.flush()
    return mine[0].id


def paces(db: Session) -> list[Pace]:
    return list(db.scalars(select(Pace).order_by(Pace.severity.desc())))


GRAVEST = 4


def change(db: Session, severity: int, values: Mapping[str, int | bool]) -> None:
    """Raises ValueError for what would let somebody wait for nothing, or the gravest wait at all."""
    row = pace(db, severity)
    for name, value in values.items():
        setattr(row, name, value)
    if row.ack_within_seconds and (row.ack_within_seconds < 60 or not row.repeats):
        raise ValueError("whoever must answer has a minute at least, and is told once at least")
    if severity == GRAVEST and (row.holds_in_quiet_hours or row.batch_seconds or not row.ack_within_seconds):
        raise ValueError(f"severity {GRAVEST} is told at once, day and night, and somebody must answer")
    db.flush()


def is_stale(pace: Pace, due: datetime, now: datetime) -> bool:
    """Whether it is now too late for what was due then."""
    late = (now - due).total_seconds()
    return bool(pace.stale_after_seconds) and late > pace.stale_after_seconds


def pace(db: Session, severity: int) -> Pace:
    return db.get_one(Pace, severity)
