"""An invitation to the console: an address that works once, for one member, for a day."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.keys import Keyring, Purpose

VALID = timedelta(days=1)


class Invitation(Base):
    """mac: of the token in the address; totp_enc: the second factor that is shown to whoever opens it."""

    __tablename__ = "invitation"

    mac: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    totp_enc: Mapped[bytes]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Invited:
    member_id: int
    totp: str = field(repr=False)


def _mac(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _about(mac: bytes) -> str:
    return f"invitation/{mac.hex()}/totp"


def invite(db: Session, keys: Keyring, member_id: int, totp: str, now: datetime) -> str:
    """The token of a new invitation; the member's older ones end. totp: a fresh secret in base32."""
    withdraw(db, member_id, now)
    token = secrets.token_urlsafe(24)
    mac = _mac(token)
    sealed = keys.seal(Purpose.MEMBERS, totp.encode(), _about(mac))
    db.add(Invitation(mac=mac, member_id=member_id, totp_enc=sealed, expires_at=now + VALID))
    db.flush()
    return token


def withdraw(db: Session, member_id: int, now: datetime) -> None:
    """The member's invitations end."""
    open_ones = Invitation.member_id == member_id, Invitation.used_at.is_(None)
    db.execute(update(Invitation).where(*open_ones).values(used_at=now))


def find(db: Session, keys: Keyring, token: str, now: datetime) -> Invited | None:
    """Whom that token invites; None where it has been used, has ended or never was."""
    mac = _mac(token)
    valid = Invitation.mac == mac, Invitation.used_at.is_(None), Invitation.expires_at > now
    row = db.scalars(select(Invitation).where(*valid)).first()
    if row is None:
        return None
    return Invited(row.member_id, keys.open(Purpose.MEMBERS, row.totp_enc, _about(mac)).decode())


def use(db: Session, token: str, now: datetime) -> bool:
    """Whether nobody has used it before."""
    mine = Invitation.mac == _mac(token), Invitation.used_at.is_(None), Invitation.expires_at > now
    return db.execute(update(Invitation).where(*mine).values(used_at=now).returning(Invitation.mac)).first() is not None
