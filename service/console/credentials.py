"""Signing in: phone, password and one-time code, judged alike whether there is such an account or not."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyotp
from sqlalchemy.orm import Session

from models import account as accounts
from models import attempt as attempts
from models import audit
from models import contact as contacts
from models import member as members
from models import pin as pins
from models import sitting as sittings
from models.account import Secrets
from models.attempt import Source
from models.keys import Keyring
from models.phone import parse_phone
from service.database import transaction
from service.parts import Parts

TRIES = 5  # for one phone, and
TRIES_FROM_ONE_ADDRESS = 30  # where many may sit behind one address, within the window of attempts
STEP_SECONDS = 30
NOBODY = Secrets(pins.hash_of(secrets.token_urlsafe()), pyotp.random_base32())  # takes as long as somebody


class NotSignedIn(Exception):
    """Wrong, without a word about what; `locked`: there were too many tries."""

    def __init__(self, *, locked: bool = False) -> None:
        super().__init__("too many tries" if locked else "not signed in")
        self.locked = locked


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody typed, and from where."""

    phone: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    address: str


@dataclass(frozen=True, slots=True)
class _Claim:
    """Whom they say they are; secrets: of that member, or of nobody."""

    member_id: int | None
    secrets: Secrets


def sign_in(parts: Parts, given: Given) -> str:
    """The token of a new sitting. Raises NotSignedIn, and Busy."""
    number = parse_phone(given.phone) or given.phone
    sources = (
        attempts.source(parts.keys, "phone", number, TRIES),
        attempts.source(parts.keys, "address", given.address, TRIES_FROM_ONE_ADDRESS),
    )
    claim = _count(parts, number, sources)
    step = _step(claim.secrets, given.code, parts.now())
    knows = pins.matches(claim.secrets.password_hash, given.password)  # slow by design, so with no lock held
    return _judge(parts, claim, step if knows else None, sources)


def _count(parts: Parts, number: str, sources: tuple[Source, ...]) -> _Claim:
    """Counted before it is judged, so that many tries at once are no more than many one after the other."""
    with transaction(parts.engine) as db:
        free = [attempts.count(db, source, parts.now()) for source in sources]
        claim = _claim(db, parts.keys, number, parts.now())
    if not all(free):
        raise NotSignedIn(locked=True)
    return claim


def _claim(db: Session, keys: Keyring, number: str, now: datetime) -> _Claim:
    member = members.of_contact(db, contacts.find(db, keys, number), now)
    found = accounts.secrets_of(db, keys, member.id) if member else None
    return _Claim(member.id if member else None, found or NOBODY)


def _step(kept: Secrets, code: str, now: datetime) -> int | None:
    """The half minute that the code belongs to: this one, or the one before or after it, for clocks that differ."""
    typed = code.replace(" ", "")
    for near in (0, -1, 1):
        at = now + timedelta(seconds=near * STEP_SECONDS)
        if pyotp.TOTP(kept.totp).verify(typed, for_time=at):
            return int(at.timestamp()) // STEP_SECONDS
    return None


def _judge(parts: Parts, claim: _Claim, step: int | None, sources: tuple[Source, ...]) -> str:
    with transaction(parts.engine) as db:
        now, member_id = parts.now(), claim.member_id
        if member_id is not None and step is not None and accounts.use_code(db, member_id, step):
            by_phone, by_address = sources
            attempts.forget(db, by_phone)
            attempts.forgive(db, by_address)
            audit.record(db, member_id, "signed_in", member_id, "to the console", now)
            return sittings.begin(db, member_id, now)
        audit.record(db, audit.SERVICE, "sign_in_failed", member_id or 0, "a wrong password or code", now)
    raise NotSignedIn
