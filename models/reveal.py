"""A reveal: a member was shown the number behind a report, for a while; only that it happened is kept."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id


class Reveal(Base):
    __tablename__ = "reveal"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    at: Mapped[datetime]
    ends_at: Mapped[datetime]


def open_reveal(db: Session, member_id: int, report_id: int, now: datetime, ends: datetime) -> int:
    reveal = Reveal(id=new_id(), member_id=member_id, report_id=report_id, at=now, ends_at=ends)
    db.add(reveal)
    db.flush()
    return reveal.id


def is_open(db: Session, member_id: int, report_id: int, now: datetime) -> bool:
    """Whether this member may still see it without asking anew."""
    mine = Reveal.member_id == member_id, Reveal.report_id == report_id, Reveal.ends_at > now
    return db.scalars(select(Reveal.id).where(*mine).limit(1)).first() is not None
