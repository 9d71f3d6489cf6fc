"""The roster from a CSV: members are known by their phones; wrong rows are named and the others are taken."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.base import new_id
from models.contact import Contact, lock, mark_phone, stopped
from models.keys import Keyring, Purpose
from models.member import Member, MemberArea, MemberPhone
from models.phone import is_valid, mask
from models.place_import import FIRST_ROW, Problem, Taken
from models.roster_row import COLUMNS, Entry, Rolls, WrongColumn, phones_of, read_entry


@dataclass(slots=True)
class RosterAccount:
    """changes: a line for each member who is new or different, without whole numbers; problems: rows not taken;
    moved: the members who hold other things now than before, whose open alerts want other readers perhaps."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    deactivated: int = 0
    changes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: list[Taken] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)

    @property
    def sums(self) -> str:
        return (
            f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged, {self.deactivated} deactivated, "
            f"{len(self.problems)} not taken"
        )


def import_roster(
    db: Session,
    rolls: Rolls,
    rows: Iterable[Mapping[str, str | None]],
    *,
    replace: bool = False,
    before: Sequence[Mapping[str, str | None]] = (),
) -> RosterAccount:
    """Add and change members by phone; with `replace`, whoever is not in the file is deactivated. before: the rows of
    the same file that stand before these, and have been seen to."""
    account = RosterAccount()
    seen: set[int] = set()
    for number, entry in _entries(rolls, rows, before, account.problems):
        member_id = _take(db, rolls, entry, number, account)
        seen.add(member_id)
        if not all(is_valid(phone) for phone in entry.phones):
            account.changes.append(f"row {number}: the numbering plan does not know this phone; taken all the same")
        if _has_lost(db, member_id):
            account.changes.append(f"row {number}: a phone of this member is suspended, and stays so")
        if stopped(db, rolls.keys, entry.phones):
            account.changes.append(f"row {number}: a phone of this member has said STOP, and gets no SMS")
    if replace and not account.problems:
        _deactivate_others(db, seen, rolls.now, account)
    return account


def _entries(
    rolls: Rolls,
    rows: Iterable[Mapping[str, str | None]],
    before: Sequence[Mapping[str, str | None]],
    problems: list[Problem],
) -> Iterator[tuple[int, Entry]]:
    """The rows that can be taken, with their numbers; what is wrong with the others goes to `problems`."""
    taken = {phone: n for n, row in enumerate(before, start=FIRST_ROW) for phone in phones_of(row.get("phone") or "")}
    for number, raw in enumerate(rows, start=FIRST_ROW + len(before)):
        row = {column: (raw.get(column) or "").strip() for column in COLUMNS}
        try:
            entry = read_entry(rolls, row)
            for phone in entry.phones:
                if phone in taken:
                    raise WrongColumn("phone", f"the same phone as in row {taken[phone]}")
        except WrongColumn as wrong:
            problems.append(Problem(number, wrong.column, str(wrong)))
            continue
        taken.update(dict.fromkeys(entry.phones, number))
        yield number, entry


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
    changed = _what(before, after)
    account.rows.append(Taken(number, outcome, f"{entry.role} {mask(entry.phones[0])}", changed))
    if outcome == "changed":
        account.moved.add(member.id)
    if outcome != "unchanged":
        account.changes.append(f"row {number}: {outcome} {entry.role} {mask(entry.phones[0])}{_listed(changed)}")
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
    db.flush()
    _write_phones(db, member.id, contacts)
    for phone in stopped(db, rolls.keys, entry.phones):
        mark_phone(db, rolls.keys, phone, rolls.now)


def _write_phones(db: Session, member_id: int, contacts: Sequence[int]) -> None:
    """A suspended phone stays so: a roster that is imported again must not arm a phone that was seized."""
    named = MemberPhone.contact_id.in_(contacts)
    query = select(MemberPhone.contact_id, MemberPhone.lost_at).where(named)
    lost = {row.contact_id: row.lost_at for row in db.execute(query)}
    db.execute(delete(MemberPhone).where(named | (MemberPhone.member_id == member_id)))
    db.add_all([MemberPhone(contact_id=id, member_id=member_id, lost_at=lost.get(id)) for id in contacts])
    db.flush()


def _has_lost(db: Session, member_id: int) -> bool:
    query = select(MemberPhone.contact_id).where(MemberPhone.member_id == member_id, MemberPhone.lost_at.is_not(None))
    return db.scalars(query).first() is not None


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


def _what(before: Mapping[str, object] | None, after: Mapping[str, object]) -> tuple[str, ...]:
    """The columns that say something else now."""
    return tuple(name for name, value in after.items() if before is not None and before[name] != value)


def _listed(columns: Sequence[str]) -> str:
    return ": " + ", ".join(columns) if columns else ""


def deactivate_absent(db: Session, rolls: Rolls, rows: Iterable[Mapping[str, str | None]]) -> RosterAccount:
    """Deactivate whoever is in none of these rows."""
    account = RosterAccount()
    named = [rolls.keys.pseudonym(phone) for row in rows for phone in phones_of(row.get("phone") or "")]
    here = select(MemberPhone.member_id).join(Contact, Contact.id == MemberPhone.contact_id)
    _deactivate_others(db, set(db.scalars(here.where(Contact.pseudonym.in_(named)))), rolls.now, account)
    return account


def _deactivate_others(db: Session, seen: set[int], now: datetime, account: RosterAccount) -> None:
    gone = Member.id.not_in(seen), Member.active_until.is_(None)
    ids = db.scalars(select(Member.id).where(*gone)).all()
    account.deactivated = len(ids)
    account.moved.update(ids)
    db.execute(update(Member).where(*gone).values(active_until=now))


def suspend(db: Session, keys: Keyring, phone: str, now: datetime) -> int | None:
    """The phone is lost or seized; the member whose it was, None where it is nobody's on the roster."""
    return mark_lost(db, lock(db, keys, phone, now).id, now)


def reinstate(db: Session, keys: Keyring, phone: str, now: datetime) -> int | None:
    """The phone is back in its member's hands; the member, None where it is nobody's on the roster."""
    return mark_lost(db, lock(db, keys, phone, now).id, None)


def mark_lost(db: Session, contact_id: int, lost_at: datetime | None) -> int | None:
    """The member whose phone that is; lost_at None = it is back."""
    found = db.get(MemberPhone, contact_id)
    if found is not None and (found.lost_at is None) != (lost_at is None):
        found.lost_at = lost_at
        db.flush()
    return found.member_id if found else None
