"""The PIN of a member: kept as an Argon2 hash, counted when it is wrong, locked after five."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import audit
from models.member import Member

TRIES = 5
WIDTH = 6
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True)
class Pin:
    """hashed: "" where the member has none; failures: wrong ones since the last right one."""

    hashed: str = field(repr=False)
    failures: int

    @property
    def locked(self) -> bool:
        return self.failures >= TRIES

    @property
    def left(self) -> int:
        return TRIES - self.failures


def of(db: Session, member_id: int) -> Pin:
    row = db.execute(select(Member.pin_hash, Member.pin_failures).where(Member.id == member_id)).one()
    return Pin(row.pin_hash or "", row.pin_failures)


def lock(db: Session, member_id: int) -> Pin:
    """As `of`, and whoever tries at the same time on another phone waits for this try to be counted."""
    mine = select(Member.pin_hash, Member.pin_failures).where(Member.id == member_id)
    row = db.execute(mine.with_for_update(key_share=True)).one()
    return Pin(row.pin_hash or "", row.pin_failures)


def matches(hashed: str, digits: str) -> bool:
    """Takes some 20 ms and 19 MiB by design: never with a lock held."""
    try:
        return HASHER.verify(hashed, digits)
    except (VerificationError, InvalidHashError):
        return False


def count_wrong(db: Session, member_id: int, before: Pin, now: datetime) -> Pin:
    """The locked PIN with one wrong try more, which goes into the audit."""
    after = Pin(before.hashed, before.failures + 1)
    _keep(db, member_id, after)
    act, why = ("pin_locked", f"{TRIES} wrong PINs") if after.locked else ("pin_wrong", "a wrong PIN")
    audit.record(db, member_id, act, member_id, why, now)
    return after


def count_right(db: Session, member_id: int, before: Pin) -> None:
    if before.failures:
        _keep(db, member_id, Pin(before.hashed, 0))


def draw() -> str:
    return "".join(secrets.choice("0123456789") for _ in range(WIDTH))


def hash_of(digits: str) -> str:
    return HASHER.hash(digits)


def give(db: Session, member_id: int, hashed: str, now: datetime) -> None:
    """A new PIN, which also unlocks."""
    _keep(db, member_id, Pin(hashed, 0))
    audit.record(db, audit.SERVICE, "pin_made", member_id, "a new PIN", now)


def _keep(db: Session, member_id: int, pin: Pin) -> None:
    mine = update(Member).where(Member.id == member_id)
    db.execute(mine.values(pin_hash=pin.hashed, pin_failures=pin.failures))
