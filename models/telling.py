"""A telling: one SMS to a member about one alert, or about several at once; only ever added to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class Telling(Base):
    """n: the how manieth of the alert, 0 = of an incomplete report; rollup_id: the same for all alerts that one SMS
    told of, null where it told of this one alone."""

    __tablename__ = "telling"
    __table_args__ = (Index("ix_telling_member_at", "member_id", "at"),)

    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    rollup_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime]


def note(db: Session, alert_id: int, n: int, member_id: int, rollup_id: int | None, now: datetime) -> None:
    db.add(Telling(alert_id=alert_id, n=n, member_id=member_id, rollup_id=rollup_id, at=now))
    db.flush()


def note_all(db: Session, alerts: Sequence[tuple[int, int, int]], now: datetime) -> None:
    """As note, of (alert, n, member) each told of alone."""
    db.add_all([Telling(alert_id=alert_id, n=n, member_id=member_id, at=now) for alert_id, n, member_id in alerts])
    db.flush()


def lately(db: Session, member_id: int, since: datetime) -> int:
    """How many alerts this member was told of one by one since then."""
    mine = Telling.member_id == member_id, Telling.at > since, Telling.rollup_id.is_(None)
    return db.scalar(select(func.count()).where(*mine)) or 0


def last_rollup(db: Session, member_id: int) -> list[int]:
    """The alerts of this member's last text, if it told of several at once."""
    mine = select(Telling.rollup_id).where(Telling.member_id == member_id)
    rollup_id = db.scalars(mine.order_by(Telling.at.desc(), Telling.rollup_id.is_(None)).limit(1)).first()
    if rollup_id is None:
        return []
    return of_rollup(db, rollup_id)


def of_rollup(db: Session, rollup_id: int) -> list[int]:
    """The alerts that this text told of."""
    return list(db.scalars(select(Telling.alert_id).where(Telling.rollup_id == rollup_id)))


def was_rolled_up(db: Session, alert_id: int) -> bool:
    """Whether this alert's last telling was one of several at once."""
    mine = select(Telling.rollup_id).where(Telling.alert_id == alert_id).order_by(Telling.n.desc()).limit(1)
    return db.scalars(mine).first() is not None
