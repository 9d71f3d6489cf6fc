"""The audit: who looked at what and why, never any content; sealed by the clock, and only ever added to."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Select, String, delete, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.keys import Keyring, Purpose

SERVICE = 0  # the actor where no member acts
UNSEALED = text("seal_no IS NULL")


class Audit(Base):
    """object_id: the row that it was about; seal_no: the seal under which the entry lies, null for the newest."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_unsealed", "at", sqlite_where=UNSEALED, postgresql_where=UNSEALED),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int]
    act: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    seal_no: Mapped[int | None] = mapped_column(ForeignKey("audit_seal.no"), index=True)


class AuditSeal(Base):
    """digest: of the entries under it; mac: of the digest and of the seal before; purged_at: its entries are gone."""

    __tablename__ = "audit_seal"

    no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entries: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime]
    purged_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Check:
    """What a look at all seals found; faults: one sentence each; head: the last seal's mac as hex, "" without one."""

    seals: int
    entries: int
    unsealed: int
    head: str
    faults: tuple[str, ...]


def record(db: Session, actor_id: int, act: str, object_id: int, reason: str, now: datetime) -> None:
    """Who did what to which row, and why; never any content."""
    db.add(Audit(id=new_id(), at=now, actor_id=actor_id, act=act, object_id=object_id, reason=reason))


def seal(db: Session, keys: Keyring, now: datetime, most: int) -> int:
    """Put the oldest unsealed entries, as many at most, under a new seal; how many there were.

    Whoever comes second finds the number of the seal taken, and its transaction fails.
    """
    fresh = db.scalars(_in_order(select(Audit).where(Audit.seal_no.is_(None))).limit(most)).all()
    if not fresh:
        return 0
    last = db.scalars(select(AuditSeal).order_by(AuditSeal.no.desc()).limit(1)).first()
    no, digest = (last.no + 1 if last else 1), _digest(fresh)
    mac = _mac(keys, no, last.mac if last else b"", digest)
    db.add(AuditSeal(no=no, entries=len(fresh), digest=digest, mac=mac, at=now))
    db.flush()
    db.execute(update(Audit).where(Audit.id.in_([entry.id for entry in fresh])).values(seal_no=no))
    return len(fresh)


def verify(db: Session, keys: Keyring) -> Check:
    """Whether every entry lies as it was sealed, and no seal is missing. What is not sealed yet proves nothing."""
    faults: list[str] = []
    before, entries, expected = b"", 0, 1
    seals = db.scalars(select(AuditSeal).order_by(AuditSeal.no)).all()
    for each in seals:
        faults += _faults(db, keys, each, expected, before)
        before, expected, entries = each.mac, each.no + 1, entries + each.entries
    astray = db.scalar(select(func.count()).where(Audit.seal_no.is_not(None), Audit.seal_no >= expected)) or 0
    faults += [f"{astray} entries lie under seals that are not there"] if astray else []
    unsealed = db.scalar(select(func.count()).where(Audit.seal_no.is_(None))) or 0
    return Check(len(seals), entries, unsealed, before.hex(), tuple(faults))


def _faults(db: Session, keys: Keyring, seal: AuditSeal, expected: int, before: bytes) -> Iterator[str]:
    if seal.no != expected:
        yield f"seal {expected} is missing"
    if _mac(keys, seal.no, before, seal.digest) != seal.mac:
        yield f"seal {seal.no} is not what was written, or follows another one"
    if seal.purged_at is not None:
        return
    under = db.scalars(_in_order(select(Audit).where(Audit.seal_no == seal.no))).all()
    if len(under) != seal.entries:
        yield f"seal {seal.no}: {len(under)} entries, and there were {seal.entries}"
    elif _digest(under) != seal.digest:
        yield f"seal {seal.no}: an entry was changed"


def _in_order(query: Select[tuple[Audit]]) -> Select[tuple[Audit]]:
    return query.order_by(Audit.at, Audit.id)


def _digest(entries: Sequence[Audit]) -> bytes:
    found = hashlib.sha256()
    for entry in entries:
        told = (entry.id, entry.at.isoformat(), entry.actor_id, entry.act, entry.object_id, entry.reason)
        found.update(repr(told).encode() + b"\n")
    return found.digest()


def _mac(keys: Keyring, no: int, before: bytes, digest: bytes) -> bytes:
    return keys.mac(Purpose.AUDIT, b"%d:" % no + before + digest)


def entries(db: Session, since: datetime, most: int) -> list[Audit]:
    """The newest entries since then, newest first."""
    query = select(Audit).where(Audit.at >= since).order_by(Audit.at.desc(), Audit.id).limit(most)
    return list(db.scalars(query))


def has_head(db: Session, head: str) -> bool:
    """Whether one of the seals has this mac (hex)."""
    try:
        mac = bytes.fromhex(head)
    except ValueError:
        return False
    return db.scalar(select(AuditSeal.no).where(AuditSeal.mac == mac)) is not None


def count_sealed(db: Session, before: datetime) -> int:
    """How many entries lie under seals that were put before then."""
    old = select(AuditSeal.no).where(AuditSeal.at < before, AuditSeal.purged_at.is_(None))
    return db.scalar(select(func.count()).select_from(Audit).where(Audit.seal_no.in_(old))) or 0


def purge(db: Session, before: datetime, now: datetime) -> int:
    """Take away what lies under seals that were put before then; the seals stay, so that the rest still proves itself.

    How many entries went.
    """
    old = list(db.scalars(select(AuditSeal.no).where(AuditSeal.at < before, AuditSeal.purged_at.is_(None))))
    db.execute(update(AuditSeal).where(AuditSeal.no.in_(old)).values(purged_at=now))
    db.flush()
    gone = db.execute(delete(Audit).where(Audit.seal_no.in_(old)).returning(Audit.id))
    return len(gone.all())
