"""Duties: the hours in which a member is on call; whoever has none written down always is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

DAY = 24 * 60


class Duty(Base):
    """days: of the week, 1 = Monday, as "12345"; minutes after midnight, from one that is not before the other to
    the next day's."""

    __tablename__ = "duty"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    days: Mapped[str] = mapped_column(String(7), primary_key=True)
    from_minute: Mapped[int] = mapped_column(primary_key=True)
    to_minute: Mapped[int]


@dataclass(frozen=True, slots=True)
class Hours:
    """As a duty, of nobody in particular."""

    days: str
    from_minute: int
    to_minute: int

    def cover(self, local: datetime) -> bool:
        """Whether that moment, told in the service's time zone, lies in them."""
        minute, today = local.hour * 60 + local.minute, str(local.isoweekday())
        if self.from_minute < self.to_minute:
            return today in self.days and self.from_minute <= minute < self.to_minute
        yesterday = str((local.isoweekday() - 2) % 7 + 1)
        return (today in self.days and minute >= self.from_minute) or (
            yesterday in self.days and minute < self.to_minute
        )


def on_call(db: Session, member_ids: Collection[int], local: datetime) -> set[int]:
    """Of these members, those who are on call at that moment of the service's time zone."""
    kept: dict[int, list[Hours]] = {}
    for row in db.scalars(select(Duty).where(Duty.member_id.in_(member_ids))):
        kept.setdefault(row.member_id, []).append(Hours(row.days, row.from_minute, row.to_minute))
    return {each for each in member_ids if each not in kept or any(hours.cover(local) for hours in kept[each])}


def of(db: Session, member_id: int) -> list[Hours]:
    mine = select(Duty).where(Duty.member_id == member_id).order_by(Duty.days, Duty.from_minute)
    return [Hours(row.days, row.from_minute, row.to_minute) for row in db.scalars(mine)]


def put(db: Session, member_id: int, hours: Collection[Hours]) -> None:
    """These and no others; none = always on call."""
    db.execute(delete(Duty).where(Duty.member_id == member_id))
    db.add_all(
        [
            Duty(member_id=member_id, days=each.days, from_minute=each.from_minute, to_minute=each.to_minute)
            for each in hours
        ]
    )
    db.flush()
