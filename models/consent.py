"""Consent: what a phone's holder said yes to, in which wording and language."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id, upsert


class Consent(Base):
    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("contact_id", "scope", "version"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    scope: Mapped[str] = mapped_column(String(16))
    version: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    said: Mapped[bool]
    at: Mapped[datetime]


def give(db: Session, contact_id: int, scope: str, version: str, language: str, now: datetime) -> None:
    """Record a yes; the same yes again changes nothing."""
    row = {
        "id": new_id(),
        "contact_id": contact_id,
        "scope": scope,
        "version": version,
        "language": language,
        "said": True,
        "at": now,
    }
    unique = ["contact_id", "scope", "version"]
    db.execute(upsert(db.connection(), Consent).values(row).on_conflict_do_nothing(index_elements=unique))


def versions(db: Session, contact_id: int, scope: str) -> set[str]:
    """The wordings that this phone knows."""
    mine = Consent.contact_id == contact_id, Consent.scope == scope
    return set(db.scalars(select(Consent.version).where(*mine)))
