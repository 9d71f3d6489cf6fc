"""Which digest each member has had, so that nobody gets one twice, whoever asks for it and however often."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, upsert
from models.member import Member, MemberArea, Role, serving, with_phones


class DigestRun(Base):
    """A member's digest of one period: it has been written, or there was nothing to tell."""

    __tablename__ = "digest_run"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    period: Mapped[date] = mapped_column(primary_key=True)
    late: Mapped[bool]
    at: Mapped[datetime]


class DigestPeriod(Base):
    """A period of which everybody has been told who was there: whoever comes later waits for the next one."""

    __tablename__ = "digest_period"

    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    period: Mapped[date] = mapped_column(primary_key=True)
    done_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An active member who gets digests; areas: the P-codes that the member holds."""

    member_id: int
    role: Role
    language: str
    post_place_id: int | None
    areas: frozenset[str]
    contact_ids: tuple[int, ...]
    has_email: bool


def is_wanted(db: Session, kind: str, period: date, now: datetime) -> bool:
    """Whether that period is still to be told of. The first one that a service ever sees is not: it was not there."""
    query = select(DigestPeriod.period).where(DigestPeriod.kind == kind)
    last = db.scalar(query.order_by(DigestPeriod.period.desc()).limit(1))
    if last is None:
        finish(db, kind, period, now)
    return last is not None and last < period


def finish(db: Session, kind: str, period: date, now: datetime) -> None:
    row = {"kind": kind, "period": period, "done_at": now}
    db.execute(upsert(db.connection(), DigestPeriod).values(row).on_conflict_do_nothing())


def waiting(db: Session, roles: Collection[Role], kind: str, period: date, now: datetime) -> list[Subscriber]:
    """Whoever has one of these roles and a phone, and has not had that digest yet."""
    had = exists().where(DigestRun.member_id == Member.id, DigestRun.kind == kind, DigestRun.period == period)
    return _subscribers(db, select(Member.id).where(Member.role.in_(roles), serving(now), ~had))


def subscriber(db: Session, member_id: int, now: datetime) -> Subscriber | None:
    """That member, if there is a phone left to tell it."""
    return next(iter(_subscribers(db, select(Member.id).where(Member.id == member_id, serving(now)))), None)


def _subscribers(db: Session, chosen: object) -> list[Subscriber]:
    """Whoever has no phone left was cut off from the service, and gets no e-mail either."""
    members = {row.id: row for row in db.scalars(select(Member).where(Member.id.in_(chosen)))}  # type: ignore[arg-type]
    rows = db.execute(
        select(Member.id, Member.level, Member.language).where(Member.id.in_(members)).order_by(Member.id)
    )
    areas = _areas(db, list(members))
    return [
        Subscriber(
            member_id=each.member_id,
            role=(member := members[each.member_id]).role,
            language=member.language,
            post_place_id=member.post_place_id,
            areas=areas[each.member_id],
            contact_ids=each.contact_ids,
            has_email=member.email_enc is not None,
        )
        for each in with_phones(db, rows.all())
    ]


def _areas(db: Session, member_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    held: dict[int, set[str]] = defaultdict(set)
    for row in db.execute(select(MemberArea.member_id, MemberArea.pcode).where(MemberArea.member_id.in_(member_ids))):
        held[row.member_id].add(row.pcode)
    return defaultdict(frozenset, {member_id: frozenset(pcodes) for member_id, pcodes in held.items()})


def begin(
    db: Session, member_ids: Collection[int], kind: str, period: date, *, late: bool, now: datetime
) -> frozenset[int]:
    """Of these, the members whose digest is ours to write: nobody else has, or is about to."""
    rows = [
        {"member_id": member_id, "kind": kind, "period": period, "late": late, "at": now}
        for member_id in sorted(member_ids)  # two workers lock in the same order
    ]
    insert = upsert(db.connection(), DigestRun).values(rows).on_conflict_do_nothing()
    return frozenset(db.scalars(insert.returning(DigestRun.member_id)))
