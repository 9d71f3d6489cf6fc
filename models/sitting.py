"""A sitting: somebody has signed in to the console, until they leave, fall silent, or the day is over."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, exists, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.member import Member, MemberPhone, Role, serving

SEEN_EVERY = timedelta(minutes=1)  # written down no oftener


class Sitting(Base):
    """mac: of the token in the cookie, which is kept nowhere."""

    __tablename__ = "sitting"

    mac: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Limits:
    """idle: without a request; whole: in any case."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class Seated:
    """The member who sits there; seen_at: the last time that was written down."""

    member_id: int
    role: Role
    language: str
    post_place_id: int | None
    seen_at: datetime


def mac(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def begin(db: Session, member_id: int, now: datetime) -> str:
    """The token of a new sitting."""
    token = secrets.token_urlsafe(32)
    db.add(Sitting(mac=mac(token), member_id=member_id, began_at=now, seen_at=now))
    db.flush()
    return token


def find(db: Session, token: str, limits: Limits, now: datetime) -> Seated | None:
    """Who sits there; None where the sitting is over, or its member is off the roster or has no phone left."""
    armed = exists().where(MemberPhone.member_id == Member.id, MemberPhone.lost_at.is_(None))
    query = (
        select(Member.id, Member.role, Member.language, Member.post_place_id, Sitting.seen_at)
        .join(Sitting, Sitting.member_id == Member.id)
        .where(
            Sitting.mac == mac(token),
            Sitting.ended_at.is_(None),
            Sitting.began_at > now - limits.whole,
            Sitting.seen_at > now - limits.idle,
            serving(now),
            armed,
        )
    )
    row = db.execute(query).first()
    return Seated(*row) if row else None


def see(db: Session, token: str, now: datetime) -> None:
    """The sitting was used just now."""
    db.execute(update(Sitting).where(Sitting.mac == mac(token), Sitting.ended_at.is_(None)).values(seen_at=now))


def end(db: Session, token: str, now: datetime) -> None:
    db.execute(update(Sitting).where(Sitting.mac == mac(token), Sitting.ended_at.is_(None)).values(ended_at=now))


def open_ones(db: Session, member_id: int, limits: Limits, now: datetime) -> list[Sitting]:
    """A member's sittings that are not over, the newest first."""
    mine = Sitting.member_id == member_id, Sitting.ended_at.is_(None)
    lasting = Sitting.began_at > now - limits.whole, Sitting.seen_at > now - limits.idle
    return list(db.scalars(select(Sitting).where(*mine, *lasting).order_by(Sitting.began_at.desc())))


def end_all(db: Session, member_id: int, now: datetime, *, but: str = "") -> int:
    """End all of a member's sittings, wherever they are, but for that token's; how many there were."""
    mine = Sitting.member_id == member_id, Sitting.ended_at.is_(None), Sitting.mac != mac(but)
    return len(db.execute(update(Sitting).where(*mine).values(ended_at=now).returning(Sitting.mac)).all())
