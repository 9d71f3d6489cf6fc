"""The roster from a CSV: members are known by their phones; wrong rows are named and the others are taken."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.base import new_id
from models.contact import lock
from models.gazetteer import Gazetteer
from models.keys import Keyring, Purpose
from models.member import Member, MemberArea, MemberPhone, Role
from models.phone import is_valid, mask, parse_phone
from models.place_import import FIRST_ROW, Problem

COLUMNS = ("name", "phone", "role", "language", "area", "level", "post", "email")
LEVELS = range(1, 10)


@dataclass(slots=True)
class RosterAccount:
    """changes: a line for each member who is new or different, without whole numbers; problems: rows not taken."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deactivated: int = 0
    changes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def sums(self) -> str:
        return (
            f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged, {self.deactivated} deactivated, "
            f"{len(self.problems)} not taken"
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the roster, understood."""

    name: str
    phones: tuple[str, ...]
    role: Role
    language: str
    areas: frozenset[tuple[str, str]]
    level: int
    post_place_id: int | None
    email: str


@dataclass(frozen=True, slots=True)
class Rolls:
    """What a row is checked against; languages: the tags that may be spoken."""

    keys: Keyring
    places: Gazetteer
    languages: Sequence[str]
    fold: Callable[[str], str]
    now: datetime


class _Wrong(ValueError):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def import_roster(
    db: Session, rolls: Rolls, rows: Iterable[Mapping[str, str | None]], *, replace: bool = False
) -> RosterAccount:
    """Add and change members by phone; with `replace`, whoever is not in the file is deactivated."""
    account = RosterAccount()
    seen: set[int] = set()
    for number, raw in enumerate(rows, start=FIRST_ROW):
        row = {column: (raw.get(column) or "").strip() for column in COLUMNS}
        try:
            entry = read_entry(rolls, row)
        except _Wrong as wrong:
            account.problems.append(Problem(number, wrong.column, str(wrong)))
            continue
        if not all(is_valid(phone) for phone in entry.phones):
            account.changes.append(f"row {number}: the numbering plan does not know this phone; taken all the same")
        seen.add(_take(db, rolls, entry, number, account))
    if replace and not account.problems:
        _deactivate_others(db, seen, rolls.now, account)
    return account


def read_entry(rolls: Rolls, row: Mapping[str, str]) -> Entry:
    """Raises an error that names the column for the first thing that cannot be understood."""
    if not row["name"]:
        raise _Wrong("name", "there is no name")
    return Entry(
        name=row["name"],
        phones=_phones(row["phone"]),
        role=_role(row["role"]),
        language=_language(rolls, row["language"]),
        areas=_areas(rolls.places, row["area"]),
        level=_level(row["level"]),
        post_place_id=_post(rolls, row["post"]),
        email=_email(row["email"]),
    )


def _phones(text: str) -> tuple[str, ...]:
    """Several phones are separated by spaces, but a number may have spaces too: read it whole first."""
    whole = parse_phone(text)
    if whole is not None:
        return (whole,)
    phones = [parse_phone(part) for part in text.split()]
    if not phones or None in phones:
        raise _Wrong("phone", "not a phone number" if text else "there is no phone")
    return tuple(dict.fromkeys(phone for phone in phones if phone))


def _role(text: str) -> Role:
    try:
        return Role(text.lower())
    except ValueError:
        raise _Wrong("role", f"unknown role {text or '(empty)'}; there are {', '.join(Role)}") from None


def _language(rolls: Rolls, text: str) -> str:
    tag = text.lower() or rolls.languages[0]
    if tag not in rolls.languages:
        raise _Wrong("language", f"unknown language {text}; there are {', '.join(rolls.languages)}")
    return tag


def _areas(places: Gazetteer, text: str) -> frozenset[tuple[str, str]]:
    found = set()
    for pcode in text.split():
        row = places.resolve(pcode)
        if row is None:
            raise _Wrong("area", f"unknown P-code {pcode}")
        found.add((row.pcode, row.pcode_version))
    return frozenset(found)


def _level(text: str) -> int:
    if not (text or "1").isdigit() or int(text or "1") not in LEVELS:
        raise _Wrong("level", f"expected a number from 1 to 9, not {text}")
    return int(text or "1")


def _post(rolls: Rolls, text: str) -> int | None:
    """A place by name or by key; a name that stands for several must be given as its key."""
    if not text:
        return None
    row = rolls.places.resolve(text)
    found = [row] if row else [each for each in rolls.places.named(rolls.fold(text)) if each.level == PLACE]
    if not found:
        raise _Wrong("post", f"unknown place {text}")
    if len(found) > 1:
        raise _Wrong("post", f"several places are called {text}: write {' or '.join(each.key for each in found)}")
    return found[0].place_id


PLACE = 3


def _email(text: str) -> str:
    if text and ("@" not in text or " " in text):
        raise _Wrong("email", "not an e-mail address")
    return text


def _take(db: Session, rolls: Rolls, entry: Entry, number: int, account: RosterAccount) -> int:
    contacts = [lock(db, rolls.keys, phone, rolls.now).id for phone in entry.phones]
    holders = db.scalars(select(MemberPhone).where(MemberPhone.contact_id.in_(contacts))).all()
    member = db.get(Member, holders[0].member_id) if holders else None
    before = _snapshot(db, rolls, member) if member else None
    member = member or Member(id=new_id(), pin_failures=0, listed=False)
    _write(db, rolls, member, entry, contacts)
    after = _snapshot(db, rolls, member)
    outcome = "added" if before is None else "unchanged" if before == after else "changed"
    setattr(account, outcome, getattr(account, outcome) + 1)
    if outcome != "unchanged":
        account.changes.append(f"row {number}: {outcome} {entry.role} {mask(entry.phones[0])}{_what(before, after)}")
    return member.id


def _write(db: Session, rolls: Rolls, member: Member, entry: Entry, contacts: Sequence[int]) -> None:
    seal, about = rolls.keys.seal, f"member/{member.id}"
    member.name_enc = seal(Purpose.MEMBERS, entry.name.encode(), f"{about}/name")
    member.email_enc = seal(Purpose.MEMBERS, entry.email.encode(), f"{about}/email") if entry.email else None
    member.role, member.level, member.language = entry.role, entry.level, entry.language
    member.post_place_id, member.active_until = entry.post_place_id, None
    db.add(member)
    db.flush()
    db.execute(delete(MemberArea).where(MemberArea.member_id == member.id))
    db.add_all([MemberArea(member_id=member.id, pcode=p, pcode_version=v) for p, v in sorted(entry.areas)])
    stale = MemberPhone.contact_id.in_(contacts) | (MemberPhone.member_id == member.id)
    db.execute(delete(MemberPhone).where(stale))
    db.add_all([MemberPhone(contact_id=contact, member_id=member.id) for contact in contacts])
    db.flush()


def _snapshot(db: Session, rolls: Rolls, member: Member) -> dict[str, object]:
    name = rolls.keys.open(Purpose.MEMBERS, member.name_enc, f"member/{member.id}/name")
    email = member.email_enc and rolls.keys.open(Purpose.MEMBERS, member.email_enc, f"member/{member.id}/email")
    phones = db.scalars(
        select(MemberPhone.contact_id).where(MemberPhone.member_id == member.id, MemberPhone.lost_at.is_(None))
    )
    areas = db.scalars(select(MemberArea.pcode).where(MemberArea.member_id == member.id))
    return {
        "name": name,
        "email": email,
        "role": member.role,
        "level": member.level,
        "language": member.language,
        "post": member.post_place_id,
        "phone": frozenset(phones),
        "area": frozenset(areas),
        "active": member.active_until is None,
    }


def _what(before: Mapping[str, object] | None, after: Mapping[str, object]) -> str:
    if before is None:
        return ""
    return ": " + ", ".join(name for name, value in after.items() if before[name] != value)


def _deactivate_others(db: Session, seen: set[int], now: datetime, account: RosterAccount) -> None:
    gone = Member.id.not_in(seen), Member.active_until.is_(None)
    account.deactivated = len(db.scalars(select(Member.id).where(*gone)).all())
    db.execute(update(Member).where(*gone).values(active_until=now))


def suspend(db: Session, keys: Keyring, phone: str, now: datetime) -> bool:
    """The phone is lost or seized; False where it is nobody's on the roster."""
    contact_id = lock(db, keys, phone, now).id
    mine = MemberPhone.contact_id == contact_id, MemberPhone.lost_at.is_(None)
    found = db.scalars(select(MemberPhone).where(*mine)).first()
    if found is not None:
        found.lost_at = now
        db.flush()
    return found is not None
