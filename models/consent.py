"""Consent: what a phone's holder said yes to, in which wording and language."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import BigInteger, Dialect, ForeignKey, Insert, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id, upsert_of
from models.prepared import Prepared, bare


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


def _give(dialect: Dialect) -> Insert:
    names = ("id", "contact_id", "scope", "version", "language", "said", "at")
    new: Any = upsert_of(dialect, Consent).values({name: bindparam(name) for name in names})
    return cast(Insert, new.on_conflict_do_nothing(index_elements=["contact_id", "scope", "version"]))


GIVE = Prepared(_give)
KNOWN = Prepared(
    select(Consent.version).where(Consent.contact_id == bindparam("whose"), Consent.scope == bindparam("of"))
)


def give(db: Session, contact_id: int, scope: str, version: str, language: str, now: datetime) -> None:
    """Record a yes; the same yes again changes nothing."""
    row: dict[str, Any] = {
        "id": new_id(),
        "contact_id": contact_id,
        "scope": scope,
        "version": version,
        "language": language,
        "said": True,
        "at": now,
    }
    GIVE.change(bare(db), row)


def versions(db: Session, contact_id: int, scope: str) -> set[str]:
    """The wordings that this phone knows."""
    return {version for (version,) in KNOWN.all(bare(db), {"whose": contact_id, "of": scope})}
