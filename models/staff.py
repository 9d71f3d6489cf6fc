"""Everybody on the roster, for whoever keeps it: names opened, numbers only by their ends."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.contact import Contact, open_number
from models.keys import Keyring, Purpose
from models.member import Member, MemberArea, MemberPhone, Role
from models.phone import mask


@dataclass(frozen=True, slots=True)
class Line:
    """A phone of a member; masked: the country and the last two digits, "" where the number was erased."""

    contact_id: int
    masked: str
    lost: bool


@dataclass(frozen=True, slots=True)
class Staff:
    member_id: int
    name: str
    role: Role
    level: int
    language: str
    post_place_id: int | None
    active: bool
    has_email: bool
    areas: Sequence[str]
    phones: Sequence[Line]


def everybody(db: Session, keys: Keyring, now: datetime) -> list[Staff]:
    """Those on duty first, then by role, level and name."""
    areas, phones = _areas(db), _phones(db, keys)
    found = [
        Staff(
            member_id=each.id,
            name=keys.open(Purpose.MEMBERS, each.name_enc, f"member/{each.id}/name").decode(),
            role=each.role,
            level=each.level,
            language=each.language,
            post_place_id=each.post_place_id,
            active=each.active_until is None or each.active_until > now,
            has_email=each.email_enc is not None,
            areas=areas[each.id],
            phones=phones[each.id],
        )
        for each in db.scalars(select(Member))
    ]
    roles = list(Role)
    return sorted(found, key=lambda each: (not each.active, roles.index(each.role), each.level, each.name))


def _areas(db: Session) -> dict[int, list[str]]:
    areas: dict[int, list[str]] = defaultdict(list)
    for member_id, pcode in db.execute(select(MemberArea.member_id, MemberArea.pcode).order_by(MemberArea.pcode)):
        areas[member_id].append(pcode)
    return areas


def _phones(db: Session, keys: Keyring) -> dict[int, list[Line]]:
    phones: dict[int, list[Line]] = defaultdict(list)
    query = select(MemberPhone.member_id, MemberPhone.lost_at, Contact.id, Contact.number_enc)
    joined = query.join(Contact, Contact.id == MemberPhone.contact_id).order_by(Contact.id)
    for member_id, lost_at, contact_id, sealed in db.execute(joined):
        masked = mask(open_number(keys, contact_id, sealed)) if sealed else ""
        phones[member_id].append(Line(contact_id, masked, lost_at is not None))
    return phones
