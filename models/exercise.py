"""An exercise: what its members report while it runs is none of the real world's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, BindParameter, ColumnElement, ForeignKey, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from models.base import Base, new_id
from models.conversation import Conversation
from models.member import MemberPhone
from models.report import Report


class Exercise(Base):
    __tablename__ = "exercise"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class ExerciseMember(Base):
    """left_at: this member has gone back to real reports before its end."""

    __tablename__ = "exercise_member"

    exercise_id: Mapped[int] = mapped_column(ForeignKey("exercise.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True, index=True)
    left_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Running:
    exercise_id: int
    begins_at: datetime
    ends_at: datetime
    members: frozenset[int]


def takes_part(member_id: InstrumentedAttribute[int], at: BindParameter[datetime]) -> ColumnElement[bool]:
    """The same as a column, for a member of the statement around it."""
    stayed = or_(ExerciseMember.left_at.is_(None), ExerciseMember.left_at > at)
    running = Exercise.id == ExerciseMember.exercise_id, Exercise.begins_at <= at, Exercise.ends_at > at
    return (
        exists()
        .where(ExerciseMember.member_id == member_id, stayed, *running)
        .correlate_except(Exercise, ExerciseMember)
    )


def of_member(db: Session, member_id: int, at: datetime) -> int | None:
    """The exercise that this member took part in at that moment."""
    stayed = or_(ExerciseMember.left_at.is_(None), ExerciseMember.left_at > at)
    query = select(ExerciseMember.exercise_id).join(Exercise, Exercise.id == ExerciseMember.exercise_id)
    running_then = Exercise.begins_at <= at, Exercise.ends_at > at
    return db.scalar(query.where(ExerciseMember.member_id == member_id, stayed, *running_then).limit(1))


def of_report(db: Session, report: Report) -> int | None:
    """The one that whoever told it took part in; also where the report itself keeps no link to the phone."""
    dialled = select(Conversation.contact_id).where(Conversation.id == report.conversation_id).scalar_subquery()
    phone = func.coalesce(report.contact_id, dialled)
    member_id = db.scalar(select(MemberPhone.member_id).where(MemberPhone.contact_id == phone))
    return of_member(db, member_id, report.filed_at or report.created_at) if member_id is not None else None


def begin(db: Session, member_ids: Collection[int], now: datetime, ends_at: datetime) -> int:
    exercise = Exercise(id=new_id(), begins_at=now, ends_at=ends_at)
    db.add(exercise)
    db.flush()
    db.add_all([ExerciseMember(exercise_id=exercise.id, member_id=each) for each in sorted(member_ids)])
    db.flush()
    return exercise.id


def end(db: Session, exercise_id: int, now: datetime) -> bool:
    """Whether it was running."""
    mine = Exercise.id == exercise_id, Exercise.ends_at > now
    return bool(db.execute(update(Exercise).where(*mine).values(ends_at=now).returning(Exercise.id)).first())


def leave(db: Session, exercise_id: int, member_id: int, now: datetime) -> None:
    mine = ExerciseMember.exercise_id == exercise_id, ExerciseMember.member_id == member_id
    db.execute(update(ExerciseMember).where(*mine).values(left_at=now))


def members_of(db: Session, exercise_id: int) -> frozenset[int]:
    """Everybody who takes part, also those who have gone back to real reports."""
    return frozenset(db.scalars(select(ExerciseMember.member_id).where(ExerciseMember.exercise_id == exercise_id)))


def taking_part(db: Session, member_ids: Collection[int], now: datetime) -> set[int]:
    """Of these members, those who are in an exercise that runs."""
    part = ExerciseMember.member_id.in_(member_ids), ExerciseMember.left_at.is_(None)
    query = select(ExerciseMember.member_id).join(Exercise, Exercise.id == ExerciseMember.exercise_id)
    return set(db.scalars(query.where(*part, Exercise.ends_at > now)))


def is_over(db: Session, exercise_id: int, now: datetime) -> bool:
    return db.scalar(select(Exercise.id).where(Exercise.id == exercise_id, Exercise.ends_at > now)) is None


def running(db: Session, now: datetime) -> Sequence[Running]:
    rows = db.scalars(select(Exercise).where(Exercise.ends_at > now).order_by(Exercise.begins_at)).all()
    return [Running(row.id, row.begins_at, row.ends_at, members_of(db, row.id)) for row in rows]
