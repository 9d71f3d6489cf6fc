"""A contact is a phone, known by a keyed hash of its number; the row that every hop and SMS of it locks."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Dialect,
    ForeignKey,
    Insert,
    LargeBinary,
    Select,
    String,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import exercise as exercises
from models.base import Base, UtcDateTime, new_id, upsert, upsert_of
from models.keys import Keyring, Purpose
from models.member import Member, MemberPhone, Role
from models.prepared import Bare, Prepared, bare
from models.stamp import EDITION


class Contact(Base):
    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    pseudonym: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    number_enc: Mapped[bytes | None]
    language: Mapped[str | None] = mapped_column(String(8))
    last_place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class Suppression(Base):
    """A number that said STOP, known by its HMAC alone, so that it outlives the contact."""

    __tablename__ = "suppression"

    mac: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    since_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(16))


@dataclass(frozen=True, slots=True)
class Known:
    """A contact with the seat that its phone belongs to (member_id None = not on the roster); drills: its member takes
    part in an exercise; edition: of places and codes, which every hop must know too; new: it was not there before this
    very hop."""

    id: int
    language: str | None
    last_place_id: int | None
    member_id: int | None
    role: Role | None
    level: int
    member_language: str | None
    post_place_id: int | None
    drills: bool
    edition: int
    new: bool = field(default=False, compare=False)


def lock(db: Session, keys: Keyring, phone: str, now: datetime) -> Known:
    """The contact of that phone (E.164), made if it is new, locked until the transaction ends."""
    at, pseudonym = bare(db), keys.pseudonym(phone)
    whose = {"whose": pseudonym, "now": now}
    while True:  # twice at most, and only where another hop of the same phone has come first
        row = LOCK.first(at, whose)
        if row is not None:
            return Known(*row)
        made = _make(at, keys, pseudonym, phone, now)
        if made is not None:
            return made


def look(db: Session, keys: Keyring, phone: str, now: datetime) -> Known | None:
    """The contact of that phone, if there is one; nothing is made, and nothing locked."""
    row = LOOK.first(bare(db), {"whose": keys.pseudonym(phone), "now": now})
    return Known(*row) if row is not None else None


def known() -> Select[Any]:
    """The row of a Known, for the phone with the pseudonym `whose`; `now` tells whose seat has ended."""
    now = bindparam("now", type_=UtcDateTime)
    active = and_(MemberPhone.contact_id == Contact.id, MemberPhone.lost_at.is_(None))
    serving = and_(Member.id == MemberPhone.member_id, or_(Member.active_until.is_(None), Member.active_until > now))
    return (
        select(
            Contact.id,
            Contact.language,
            Contact.last_place_id,
            Member.id,
            Member.role,
            func.coalesce(Member.level, 0),
            Member.language,
            Member.post_place_id,
            exercises.takes_part(Member.id, now),
            EDITION.scalar_subquery(),
        )
        .outerjoin(MemberPhone, active)
        .outerjoin(Member, serving)
        .where(Contact.pseudonym == bindparam("whose"))
        .order_by(Member.id.is_(None))
        .limit(1)
    )


LOOK, LOCK = Prepared(known()), Prepared(known().with_for_update(of=Contact))


def _new(dialect: Dialect) -> Insert:
    values: dict[str, Any] = {name: bindparam(name) for name in ("id", "pseudonym", "number_enc", "created_at")}
    insert: Any = upsert_of(dialect, Contact).values(values).on_conflict_do_nothing(index_elements=["pseudonym"])
    return cast(Insert, insert.returning(EDITION.scalar_subquery()))


NEW = Prepared(_new)


def _make(at: Bare, keys: Keyring, pseudonym: bytes, phone: str, now: datetime) -> Known | None:
    """A contact that nobody else can see yet; None where another hop of the same phone has come first."""
    contact_id = new_id()
    sealed = keys.seal(Purpose.NUMBERS, phone.encode(), f"contact/{contact_id}/number")
    row = NEW.first(at, {"id": contact_id, "pseudonym": pseudonym, "number_enc": sealed, "created_at": now})
    return (
        Known(contact_id, None, None, None, None, 0, None, None, drills=False, edition=row[0], new=True)
        if row
        else None
    )


def hold(db: Session, contact_id: int) -> None:
    """Lock a contact that is there: nobody else hears this phone until the transaction ends."""
    db.execute(select(Contact.id).where(Contact.id == contact_id).with_for_update())


def number(db: Session, keys: Keyring, contact_id: int) -> str | None:
    """The phone number (E.164) of a contact; None where it has been erased."""
    sealed = db.scalar(select(Contact.number_enc).where(Contact.id == contact_id))
    return open_number(keys, contact_id, sealed) if sealed else None


def numbers(db: Session, keys: Keyring, contact_ids: Collection[int]) -> dict[int, str]:
    """As number, of many at once; who has been erased is not among them."""
    query = select(Contact.id, Contact.number_enc).where(Contact.id.in_(contact_ids), Contact.number_enc.is_not(None))
    return {row.id: open_number(keys, row.id, row.number_enc or b"") for row in db.execute(query)}


def open_number(keys: Keyring, contact_id: int, sealed: bytes) -> str:
    return keys.open(Purpose.NUMBERS, sealed, f"contact/{contact_id}/number").decode()


SPEAK = Prepared(update(Contact).where(Contact.id == bindparam("which")).values(language=bindparam("spoken")))


def speak(db: Session, contact_id: int, language: str) -> None:
    SPEAK.change(bare(db), {"which": contact_id, "spoken": language})


REMEMBER = Prepared(update(Contact).where(Contact.id == bindparam("which")).values(last_place_id=bindparam("last")))


def remember_place(db: Session, contact_id: int, place_id: int) -> None:
    REMEMBER.change(bare(db), {"which": contact_id, "last": place_id})


def stop(db: Session, keys: Keyring, phone: str, source: str, now: datetime) -> bool:
    """Nothing is sent to this number any more; False where that has been said before, which changes nothing."""
    row = {"mac": keys.suppression(phone), "since_at": now, "source": source}
    insert = upsert(db.connection(), Suppression).values(row).on_conflict_do_nothing(index_elements=["mac"])
    mark_phone(db, keys, phone, now)
    return db.execute(insert.returning(Suppression.mac)).first() is not None


def restart(db: Session, keys: Keyring, phone: str) -> None:
    db.execute(delete(Suppression).where(Suppression.mac == keys.suppression(phone)))
    mark_phone(db, keys, phone, None)


def mark_phone(db: Session, keys: Keyring, phone: str, stopped_at: datetime | None) -> None:
    """On the roster it stands by the phone too, so that duties go past whoever cannot be told of them."""
    mine = MemberPhone.contact_id.in_(select(Contact.id).where(Contact.pseudonym == keys.pseudonym(phone)))
    db.execute(update(MemberPhone).where(mine).values(stopped_at=stopped_at))


def has_stopped(db: Session, keys: Keyring, contact_id: int) -> bool:
    """Whether its holder has said STOP; an erased contact has no number left to write to."""
    phone = number(db, keys, contact_id)
    return phone is None or is_stopped(db, keys, phone)


def is_stopped(db: Session, keys: Keyring, phone: str) -> bool:
    """Whether somebody has said STOP on that number."""
    query = select(Suppression.mac).where(Suppression.mac == keys.suppression(phone))
    return db.scalar(query) is not None


def stopped(db: Session, keys: Keyring, phones: Collection[str]) -> frozenset[str]:
    """Those of these numbers on which somebody has said STOP."""
    by_mac = {keys.suppression(phone): phone for phone in phones}
    found = db.scalars(select(Suppression.mac).where(Suppression.mac.in_(by_mac)))
    return frozenset(by_mac[mac] for mac in found)


def last_place(db: Session, contact_id: int | None) -> int | None:
    return db.scalar(select(Contact.last_place_id).where(Contact.id == contact_id))


def find(db: Session, keys: Keyring, phone: str) -> int | None:
    """The id of that phone's contact; None where it has never been seen."""
    return db.scalar(select(Contact.id).where(Contact.pseudonym == keys.pseudonym(phone)))


def language(db: Session, contact_id: int) -> str | None:
    """The language that its holder has chosen."""
    return db.scalar(select(Contact.language).where(Contact.id == contact_id))


def spoken(db: Session, keys: Keyring, phone: str) -> str | None:
    """The language of that phone: the one that was chosen on it, else its member's. Locks nothing."""
    theirs = (
        select(func.coalesce(Contact.language, Member.language))
        .outerjoin(MemberPhone, MemberPhone.contact_id == Contact.id)
        .outerjoin(Member, Member.id == MemberPhone.member_id)
        .where(Contact.pseudonym == keys.pseudonym(phone))
    )
    return db.scalars(theirs.limit(1)).first()
