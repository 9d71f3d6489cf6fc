"""Members: who is on the roster, with which phones, for which areas, and on which level of the ladder."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Row, String, exists, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.keys import Keyring, Purpose


class Role(StrEnum):
    OFFICER = "officer"
    RELAY = "relay"
    COORDINATOR = "coordinator"
    PROTECTION = "protection"
    COMPLAINTS = "complaints"
    PSEA = "psea"
    PRIVACY = "privacy"
    ADMIN = "admin"


class Member(Base):
    __tablename__ = "member"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    name_enc: Mapped[bytes]
    email_enc: Mapped[bytes | None]
    role: Mapped[Role]
    level: Mapped[int]
    language: Mapped[str] = mapped_column(String(8))
    post_place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    pin_hash: Mapped[str | None]
    pin_failures: Mapped[int] = mapped_column(default=0)
    listed: Mapped[bool] = mapped_column(default=False)
    active_until: Mapped[datetime | None]


class MemberPhone(Base):
    """A phone of a member; lost_at: it is lost or seized, and acts for nobody any more; stopped_at: its holder has said
    STOP, so it acts, and nobody can tell it anything."""

    __tablename__ = "member_phone"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    lost_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]


class MemberArea(Base):
    __tablename__ = "member_area"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    pcode: Mapped[str] = mapped_column(String(16), primary_key=True)
    pcode_version: Mapped[str] = mapped_column(String(8), primary_key=True)


@dataclass(frozen=True, slots=True)
class Recipient:
    """An active member to be told something, with the contacts of the phones that are not lost and hear us."""

    member_id: int
    level: int
    language: str
    contact_ids: tuple[int, ...]


def serving(now: datetime) -> ColumnElement[bool]:
    """Whether a member is on duty at all."""
    return or_(Member.active_until.is_(None), Member.active_until > now)


def holding(db: Session, roles: Sequence[Role], areas: Sequence[str] | None, now: datetime) -> list[Recipient]:
    """Active members of these roles who hold one of these P-codes (None = wherever they are)."""
    query = select(Member.id, Member.level, Member.language).where(Member.role.in_(roles), serving(now))
    if areas is not None:
        here = select(MemberArea.member_id).where(MemberArea.pcode.in_(areas))
        query = query.where(Member.id.in_(here))
    return with_phones(db, db.execute(query.order_by(Member.id)).all())


def recipients(db: Session, member_ids: Collection[int], now: datetime) -> list[Recipient]:
    """Those of these members who are active and have a phone left."""
    query = select(Member.id, Member.level, Member.language).where(Member.id.in_(member_ids), serving(now))
    return with_phones(db, db.execute(query.order_by(Member.id)).all())


def with_phones(db: Session, rows: Sequence[Row[tuple[int, int, str]]]) -> list[Recipient]:
    """Rows of (member id, level, language) as recipients; whoever has no phone left can be told nothing."""
    query = select(MemberPhone.member_id, MemberPhone.contact_id).where(
        MemberPhone.member_id.in_([row.id for row in rows]), *reachable()
    )
    phones: dict[int, list[int]] = defaultdict(list)
    for member_id, contact_id in db.execute(query.order_by(MemberPhone.contact_id)):
        phones[member_id].append(contact_id)
    return [Recipient(row.id, row.level, row.language, tuple(phones[row.id])) for row in rows if row.id in phones]


def of_contact(db: Session, contact_id: int | None, now: datetime) -> Member | None:
    """The active member whose phone that is."""
    if contact_id is None:
        return None
    mine = select(MemberPhone.member_id).where(MemberPhone.contact_id == contact_id, MemberPhone.lost_at.is_(None))
    return db.scalars(select(Member).where(Member.id.in_(mine), serving(now)).limit(1)).first()


def name(db: Session, keys: Keyring, member_id: int) -> str:
    sealed = db.scalars(select(Member.name_enc).where(Member.id == member_id)).one()
    return _name(keys, member_id, sealed)


def names(db: Session, keys: Keyring, member_ids: Collection[int]) -> dict[int, str]:
    """Of those of them that there are."""
    query = select(Member.id, Member.name_enc).where(Member.id.in_(member_ids))
    return {member_id: _name(keys, member_id, sealed) for member_id, sealed in db.execute(query)}


def _name(keys: Keyring, member_id: int, sealed: bytes) -> str:
    return keys.open(Purpose.MEMBERS, sealed, f"member/{member_id}/name").decode()


def seats(db: Session, member_ids: Sequence[int]) -> dict[int, tuple[Role, int | None]]:
    """Member id → role and the place of the post."""
    query = select(Member.id, Member.role, Member.post_place_id).where(Member.id.in_(member_ids))
    return {member_id: (role, post_place_id) for member_id, role, post_place_id in db.execute(query)}


def areas(db: Session, member_id: int) -> frozenset[str]:
    """The P-codes that a member holds."""
    return frozenset(db.scalars(select(MemberArea.pcode).where(MemberArea.member_id == member_id)))


DIRECTORY = (Role.OFFICER, Role.COORDINATOR)


@dataclass(frozen=True, slots=True)
class Listing:
    """A member who has agreed to stand in the directory of posts."""

    member_id: int
    name: str
    post_place_id: int
    language: str


def directory(db: Session, keys: Keyring, now: datetime) -> list[Listing]:
    """Officers and coordinators of both countries who have a post and have agreed to be listed."""
    query = select(Member).where(
        Member.listed, Member.role.in_(DIRECTORY), Member.post_place_id.is_not(None), serving(now)
    )
    return [
        Listing(row.id, _name(keys, row.id, row.name_enc), row.post_place_id, row.language)
        for row in db.scalars(query.order_by(Member.id))
        if row.post_place_id is not None
    ]


def is_listed(db: Session, member_id: int) -> bool:
    return db.scalars(select(Member.listed).where(Member.id == member_id)).one()


def list_in_directory(db: Session, member_id: int, listed: bool) -> None:
    db.execute(update(Member).where(Member.id == member_id).values(listed=listed))


def phones(db: Session, member_id: int) -> list[int]:
    """The contacts of the member's phones that can be told something."""
    mine = MemberPhone.member_id == member_id, *reachable()
    return list(db.scalars(select(MemberPhone.contact_id).where(*mine).order_by(MemberPhone.contact_id)))


def reachable() -> tuple[ColumnElement[bool], ...]:
    """Which phones can be told something."""
    return MemberPhone.lost_at.is_(None), MemberPhone.stopped_at.is_(None)


def on_duty(db: Session, now: datetime) -> list[Member]:
    return list(db.scalars(select(Member).where(serving(now)).order_by(Member.role, Member.level, Member.id)))


def unreachable(db: Session, now: datetime) -> list[Member]:
    """Members on duty whom nobody can tell anything: every phone is lost, or its holder has said STOP."""
    told = exists().where(MemberPhone.member_id == Member.id, *reachable())
    return list(db.scalars(select(Member).where(serving(now), ~told).order_by(Member.role, Member.level, Member.id)))
