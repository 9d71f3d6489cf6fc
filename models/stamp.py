"""Stamps: a number that grows when places or codes change, so that processes know when to read them again."""

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, upsert


class Stamp(Base):
    __tablename__ = "stamp"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    version: Mapped[int]


STAMPS = select(Stamp.__table__.c.name, Stamp.__table__.c.version)  # every hop asks: built once


def stamps(db: Session) -> dict[str, int]:
    return {row.name: row.version for row in db.connection().execute(STAMPS)}


def bump(db: Session, name: str) -> None:
    """Tell every process that what it holds under this name is old."""
    insert = upsert(db.connection(), Stamp).values(name=name, version=1)
    db.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"version": Stamp.version + 1}))
