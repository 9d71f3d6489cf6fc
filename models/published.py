"""Forms that were uploaded: every version as it was sent, when it was published, and when it was taken back."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, Select, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.stamp import bump

FORMS = "forms"  # the stamp


class Version(ValueError):
    """A form of that name and version is there already, and says something else."""


class PublishedForm(Base):
    """source: the file's bytes, of the kind that suffix tells; published_at: null = looked at and not published."""

    __tablename__ = "form"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(32))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    suffix: Mapped[str] = mapped_column(String(8))
    source: Mapped[bytes]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Source:
    """A form's file, by the name and version that it says itself."""

    name: str
    version: str
    suffix: str
    content: bytes


def keep(db: Session, source: Source, member_id: int, now: datetime) -> int:
    """The id of that form, kept and not published yet. Raises Version; the very same file twice is one."""
    digest = hashlib.sha256(source.content).digest()
    mine = PublishedForm.name == source.name, PublishedForm.version == source.version
    found = db.scalar(select(PublishedForm).where(*mine))
    if found is not None and found.digest != digest and found.published_at is not None:
        raise Version(source.version)
    form = found or PublishedForm(id=new_id(), name=source.name, version=source.version)
    form.digest, form.suffix, form.source = digest, source.suffix, source.content
    if found is None:
        form.member_id, form.created_at = member_id, now
        db.add(form)
    db.flush()
    return form.id


def waiting(db: Session, form_id: int) -> PublishedForm | None:
    """That upload, if it is not published, or was taken back."""
    not_there = PublishedForm.published_at.is_(None) | PublishedForm.withdrawn_at.is_not(None)
    return db.scalar(select(PublishedForm).where(PublishedForm.id == form_id, not_there))


def discard(db: Session, form_id: int) -> str | None:
    """The name of the upload that is no more; None where there is none that was never published."""
    never = PublishedForm.id == form_id, PublishedForm.published_at.is_(None)
    return db.scalar(delete(PublishedForm).where(*never).returning(PublishedForm.name))


def publish(db: Session, form_id: int, now: datetime) -> bool:
    """From now on it is this one; whether there is such a form."""
    form = db.get(PublishedForm, form_id)
    if form is None:
        return False
    form.published_at, form.withdrawn_at = now, None
    bump(db, FORMS)
    return True


def go_back(db: Session, name: str, now: datetime) -> bool:
    """Take back the newest version: the one before it is in use again, or the one that is shipped."""
    newest = db.scalars(_in_use().where(PublishedForm.name == name)).first()
    if newest is None:
        return False
    newest.withdrawn_at = now
    bump(db, FORMS)
    return True


def in_use(db: Session) -> list[PublishedForm]:
    """The newest published version of each name."""
    newest: dict[str, PublishedForm] = {}
    for form in db.scalars(_in_use()):
        newest.setdefault(form.name, form)
    return list(newest.values())


def _in_use() -> Select[tuple[PublishedForm]]:
    there = PublishedForm.published_at.is_not(None), PublishedForm.withdrawn_at.is_(None)
    return select(PublishedForm).where(*there).order_by(PublishedForm.published_at.desc(), PublishedForm.id)


def every(db: Session) -> list[PublishedForm]:
    return list(db.scalars(select(PublishedForm).order_by(PublishedForm.name, PublishedForm.created_at.desc())))
