"""Where reports of one code and area gather: the row that those who route them lock, one after the other."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, upsert

REAL = 0  # no exercise


class Gathering(Base):
    """exercise: 0 = none; incident_id: what reports of this code and area join, since the first one of it."""

    __tablename__ = "gathering"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    area: Mapped[str] = mapped_column(String(16), primary_key=True)
    exercise: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    since_at: Mapped[datetime | None]


def lock(db: Session, code: str, area: str, exercise_id: int | None) -> Gathering:
    """Made if it is new, locked until the transaction ends."""
    key = {"code": code, "area": area, "exercise": exercise_id or REAL}
    db.execute(upsert(db.connection(), Gathering).values(key).on_conflict_do_nothing())
    return db.scalars(
        select(Gathering).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    ).one()
