"""Who may see what of a report: role by compartment by area, in the one place that every look-up passes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from flows.masking import mask
from handlers.caller import Seat
from handlers.desk import Desk
from models import audit
from models import contact as contacts
from models import member as members
from models import report as reports
from models.code import GUARDED, Compartment
from models.member import Member, Recipient, Role
from models.phone import parse_phone
from models.report import Report
from models.scope import Scope


class Sight(IntEnum):
    """How much of a report somebody may see; each includes what stands before it."""

    NOTHING = 0
    REFERENCE = 1  # that there is something, and its reference
    FACTS = 2  # what (the code), in which area, at what hour, how grave
    CONTENTS = 3  # the answers, with what was written in free words


LONGEST = 200  # characters of a reason; it lies in clear, so long numbers in it are masked
ONLY_REFERENCE = dict.fromkeys(Compartment, Sight.REFERENCE)

# A role that does not stand here, or a compartment that does not, sees nothing. The administrator hears of what
# nobody else is there to be told of, so never nothing; what is not classified yet is the programme's own to read.
SIGHTS: Mapping[Role, Mapping[Compartment, Sight]] = {
    Role.OFFICER: {Compartment.OPERATIONS: Sight.FACTS},
    Role.RELAY: {},
    Role.COORDINATOR: {Compartment.OPERATIONS: Sight.CONTENTS, Compartment.FEEDBACK: Sight.CONTENTS},
    Role.PROTECTION: {Compartment.PROTECTION: Sight.CONTENTS},
    Role.COMPLAINTS: {Compartment.COMPLAINTS: Sight.CONTENTS},
    Role.PSEA: {Compartment.PSEA: Sight.CONTENTS},
    Role.PRIVACY: {  # answers who asks what is held: that there is a report, not what it says
        **dict.fromkeys((Compartment.OPERATIONS, Compartment.FEEDBACK, Compartment.INTAKE), Sight.REFERENCE),
        Compartment.PRIVACY: Sight.CONTENTS,
    },
    Role.ADMIN: {
        **ONLY_REFERENCE,
        Compartment.OPERATIONS: Sight.FACTS,
        Compartment.INTAKE: Sight.CONTENTS,
    },
}
# What the phone that filed a report may see of it, whoever holds the phone by now.
OWN: Mapping[Compartment, Sight] = {
    **ONLY_REFERENCE,
    **dict.fromkeys(GUARDED, Sight.NOTHING),
    Compartment.OPERATIONS: Sight.FACTS,
}
ABOUT_A_POST = "85"  # a complaint about its service


def most(role: Role, compartment: Compartment) -> Sight:
    """What that role may see in that compartment, in its own areas."""
    return SIGHTS.get(role, {}).get(compartment, Sight.NOTHING)


class Refused(Exception):
    """Nobody on the roster has that phone."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A member with a reason to read; areas: the P-codes that the member holds; post: the key of the member's post,
    "" where there is none."""

    member_id: int
    role: Role
    areas: frozenset[str]
    reason: str
    post: str = ""

    @classmethod
    def of(cls, desk: Desk, phone: str, reason: str) -> Self:
        """Raises Refused where no active member has that phone."""
        number = parse_phone(phone)
        contact_id = contacts.find(desk.db, desk.keys, number) if number else None
        member = members.of_contact(desk.db, contact_id, desk.now)
        if member is None:
            raise Refused("no active member has this phone")
        return cls._of(desk, member, reason)

    @classmethod
    def seated(cls, desk: Desk, member_id: int, reason: str) -> Self:
        """A member who has signed in to the console."""
        return cls._of(desk, desk.db.get_one(Member, member_id), reason)

    @classmethod
    def _of(cls, desk: Desk, member: Member, reason: str) -> Self:
        row = desk.atlas.gazetteer.by_id(member.post_place_id)
        return cls(
            member.id, member.role, members.areas(desk.db, member.id), mask(reason)[:LONGEST], row.key if row else ""
        )

    def scope(self, desk: Desk) -> Scope:
        """What lists of facts this reader may be shown."""
        return scope_of(desk, self.role, self.areas, self.post)

    def sight(self, desk: Desk, report: Report) -> Sight:
        """By role, compartment and area; and never a complaint about the reader's own post."""
        row = desk.atlas.resolve(report.area or "")
        if row is not None and not self.areas & {row.country, row.region, row.district}:
            return Sight.NOTHING
        if _is_about(desk, report, self.post):
            return Sight.NOTHING
        return most(self.role, report.compartment)


def contents(desk: Desk, reader: Reader, report: Report) -> dict[str, str] | None:
    """The answers, if this reader may see them; every look is written into the audit."""
    if reader.sight(desk, report) < Sight.CONTENTS:
        return None
    audit.record(desk.db, reader.member_id, "read_report", report.id, reader.reason, desk.now)
    return reports.answers(desk.db, desk.keys, report)


def scope(desk: Desk, seat: Seat | None) -> Scope:
    """What lists of facts and counts a member may be shown; without a seat, none. One question to the database."""
    if seat is None:
        return Scope(frozenset(), frozenset())
    return scope_of(desk, seat.role, members.areas(desk.db, seat.member_id), seat.post)


def scope_of(desk: Desk, role: Role, areas: frozenset[str], post: str) -> Scope:
    """As `scope`, for a member who is not on a phone; post: a place key."""
    readable = frozenset(compartment for compartment in Compartment if most(role, compartment) >= Sight.FACTS)
    return Scope(readable, areas, _district(desk, post))


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who may be told of a report, and how much of it."""

    recipient: Recipient
    sight: Sight


def admit(desk: Desk, report: Report, recipients: Sequence[Recipient]) -> list[Admitted]:
    """Of these, the ones who may hear of a report at all. Whose area it is, routing has decided."""
    seats = members.seats(desk.db, [recipient.member_id for recipient in recipients])
    found = []
    for recipient in recipients:
        role, post_place_id = seats[recipient.member_id]
        post = desk.atlas.gazetteer.by_id(post_place_id)
        sight = most(role, report.compartment)
        if sight and not _is_about(desk, report, post.key if post else ""):
            found.append(Admitted(recipient, sight))
    return found


def admitted(desk: Desk, report: Report, recipients: Sequence[Recipient]) -> list[Recipient]:
    return [each.recipient for each in admit(desk, report, recipients)]


def _is_about(desk: Desk, report: Report, post: str) -> bool:
    """Whether a complaint about a post's service may be about this one. Its place goes down to the district and no
    further; where none is said, it may be about any post."""
    if report.compartment is not Compartment.FEEDBACK or not post:
        return False
    about = desk.atlas.resolve(report.area or "")
    if about is not None and about.district not in ("", _district(desk, post)):
        return False
    return reports.answers(desk.db, desk.keys, report).get("code") == ABOUT_A_POST


def _district(desk: Desk, post: str) -> str:
    row = desk.atlas.resolve(post)
    return row.district if row else ""
