"""Accounts that everybody may use, in the demo and nowhere else: shown where one signs in."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyotp
from sqlalchemy import select

from models import account as accounts
from models import pin as pins
from models.account import Secrets
from models.member import Member
from service.console.page import READERS
from service.database import transaction
from service.parts import Parts

PASSWORD = "gue-du-karakoro"
TOTP = "KARAKORODEMOKARAKORODEMOKARAKORO"


@dataclass(frozen=True, slots=True)
class Offered:
    """code: the one-time code of this half minute."""

    password: str
    code: str


def give(parts: Parts) -> None:
    """Everybody who may have an account gets the demo's; whoever has one keeps it."""
    if not parts.settings.demo:
        return
    made = Secrets(pins.hash_of(PASSWORD), TOTP)
    with transaction(parts.engine) as db:
        known = accounts.enrolled(db)
        for member_id in db.scalars(select(Member.id).where(Member.role.in_(_roles()))).all():
            if member_id not in known:
                accounts.write(db, parts.keys, member_id, made, parts.now())


def offered(parts: Parts) -> Offered | None:
    return Offered(PASSWORD, pyotp.TOTP(TOTP).at(parts.now())) if parts.settings.demo else None


def _roles() -> Sequence[str]:
    return sorted(READERS)
