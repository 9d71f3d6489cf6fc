"""Bounds: numbers that an administrator may set; a row is there only for what is not as it is shipped."""

from dataclasses import dataclass, fields

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, upsert

MINUTE, HOUR = 60, 3600


class Bound(Base):
    __tablename__ = "bound"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int]


@dataclass(frozen=True, slots=True)
class Bounds:
    """quiet_from, quiet_to: minutes after midnight, both the same = never; sms_per_hour: single alerts to one member;
    together_seconds: how long what is over that waits for one text about all of it; ack_pause_seconds: how long an
    ACK keeps the next level out of it; merge_seconds: how far apart reports of one incident may lie; idle_days:
    after how many without any action a reporter hears so."""

    quiet_from: int = 21 * 60
    quiet_to: int = 6 * 60
    sms_per_hour: int = 6
    together_seconds: int = 15 * MINUTE
    ack_pause_seconds: int = 30 * MINUTE
    merge_seconds: int = 2 * HOUR
    idle_days: int = 7


LIMITS = {
    "quiet_from": range(24 * 60),
    "quiet_to": range(24 * 60),
    "sms_per_hour": range(1, 61),
    "together_seconds": range(MINUTE, HOUR + 1),
    "ack_pause_seconds": range(5 * MINUTE, 4 * HOUR + 1),
    "merge_seconds": range(24 * HOUR + 1),
    "idle_days": range(1, 91),
}


def read(db: Session) -> Bounds:
    """All of them, in one query."""
    known = {field.name for field in fields(Bounds)}
    return Bounds(**{name: value for name, value in db.execute(select(Bound.name, Bound.value)) if name in known})


def put(db: Session, name: str, value: int) -> None:
    """Raises ValueError (saying what is expected) for what cannot be."""
    if name not in LIMITS:
        raise ValueError(f"there is no bound {name}; there are {', '.join(LIMITS)}")
    if value not in LIMITS[name]:
        raise ValueError(f"{name}: expected {LIMITS[name].start} to {LIMITS[name].stop - 1}, not {value}")
    insert = upsert(db.connection(), Bound).values(name=name, value=value)
    db.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def reset(db: Session, name: str) -> None:
    """As it is shipped."""
    db.execute(delete(Bound).where(Bound.name == name))
