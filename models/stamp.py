"""Stamps: a number that grows when places or codes change, so that processes know when to read them again."""

from sqlalchemy import BigInteger, String, cast, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, upsert


class Stamp(Base):
    __tablename__ = "stamp"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    version: Mapped[int]


# Versions only grow, and so does their sum: one number tells whether anything has changed.
EDITION = select(cast(func.coalesce(func.sum(Stamp.version), 0), BigInteger))


def edition(db: Session) -> int:
    return int(db.scalars(EDITION).one())


def stamps(db: Session) -> dict[str, int]:
    return {stamp.name: stamp.version for stamp in db.scalars(select(Stamp))}


def bump(db: Session, name: str) -> None:
    """Tell every process that what it holds under this name is old."""
    insert = upsert(db.connection(), Stamp).values(name=name, version=1)
    db.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"version": Stamp.version + 1}))
