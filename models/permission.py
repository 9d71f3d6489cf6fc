"""Permissions that no role carries by itself: given to a member by name, and taken away again."""

from enum import StrEnum

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, upsert


class May(StrEnum):
    REVEAL = "reveal"  # see the number of whoever filed a report


class Permission(Base):
    __tablename__ = "permission"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    may: Mapped[May] = mapped_column(primary_key=True)


def give(db: Session, member_id: int, may: May) -> None:
    row = {"member_id": member_id, "may": may}
    insert = upsert(db.connection(), Permission).values(row)
    db.execute(insert.on_conflict_do_nothing(index_elements=["member_id", "may"]))


def take(db: Session, member_id: int, may: May) -> None:
    db.execute(delete(Permission).where(Permission.member_id == member_id, Permission.may == may))


def has(db: Session, member_id: int, may: May) -> bool:
    mine = select(Permission.member_id).where(Permission.member_id == member_id, Permission.may == may)
    return db.scalar(mine) is not None
