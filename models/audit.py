"""The audit: who looked at what and why, never any content; sealed by the clock."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id


class Audit(Base):
    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int]
    act: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))


def record(db: Session, actor_id: int, act: str, object_id: int, reason: str, now: datetime) -> None:
    """Who did what to which row, and why; never any content."""
    db.add(Audit(id=new_id(), at=now, actor_id=actor_id, act=act, object_id=object_id, reason=reason))
