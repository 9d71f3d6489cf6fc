"""A member's way into the console: a password and a second factor, kept so that nobody can read either."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, upsert
from models.keys import Keyring, Purpose


class Account(Base):
    """totp_step: the newest half minute whose one-time code was used; none works twice."""

    __tablename__ = "account"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    totp_enc: Mapped[bytes]
    totp_step: Mapped[int]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Secrets:
    """What somebody must know and have; totp: the shared secret in base32."""

    password_hash: str = field(repr=False)
    totp: str = field(repr=False)


def _about(member_id: int) -> str:
    return f"account/{member_id}/totp"


def secrets_of(db: Session, keys: Keyring, member_id: int) -> Secrets | None:
    row = db.get(Account, member_id)
    if row is None:
        return None
    totp = keys.open(Purpose.MEMBERS, row.totp_enc, _about(member_id)).decode()
    return Secrets(row.password_hash, totp)


def write(db: Session, keys: Keyring, member_id: int, made: Secrets, now: datetime) -> None:
    """A member's account, new or anew: what was there before opens nothing any more."""
    values = {
        "password_hash": made.password_hash,
        "totp_enc": keys.seal(Purpose.MEMBERS, made.totp.encode(), _about(member_id)),
        "totp_step": 0,
        "created_at": now,
    }
    insert = upsert(db.connection(), Account).values(member_id=member_id, **values)
    db.execute(insert.on_conflict_do_update(index_elements=["member_id"], set_=values))


def use_code(db: Session, member_id: int, step: int) -> bool:
    """Whether nobody has used this code, or a newer one, before."""
    mine = Account.member_id == member_id, Account.totp_step < step
    used = db.execute(update(Account).where(*mine).values(totp_step=step).returning(Account.member_id))
    return used.first() is not None


def enrolled(db: Session) -> set[int]:
    """The members who have an account."""
    return set(db.scalars(select(Account.member_id)))
