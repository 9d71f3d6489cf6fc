"""Who may read a report, and who may be told how many there are: role by compartment by area, in the one place that
every look-up passes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from handlers.atlas import Atlas
from handlers.desk import Desk
from models import audit
from models import contact as contacts
from models import member as members
from models import report as reports
from models.code import Compartment
from models.member import Role
from models.phone import parse_phone
from models.report import Report

READS: Mapping[Role, frozenset[Compartment]] = {
    Role.COORDINATOR: frozenset({Compartment.OPERATIONS, Compartment.FEEDBACK}),
    Role.PROTECTION: frozenset({Compartment.PROTECTION}),
    Role.COMPLAINTS: frozenset({Compartment.COMPLAINTS}),
    Role.PSEA: frozenset({Compartment.PSEA}),
    Role.PRIVACY: frozenset({Compartment.PRIVACY}),
    Role.ADMIN: frozenset({Compartment.INTAKE}),
}


# What may be told in numbers; of the other compartments not even small counts leave in a digest.
TOLD_IN_NUMBERS = frozenset({Compartment.OPERATIONS, Compartment.FEEDBACK})
TOLD = tuple(role for role, compartments in READS.items() if compartments & TOLD_IN_NUMBERS)


@dataclass(frozen=True, slots=True)
class View:
    """Of which cases a member may be told how many there are; post: the key of the member's own post, "" = none."""

    role: Role
    areas: frozenset[str]
    post: str

    def counts(self, atlas: Atlas, compartment: Compartment, area: str) -> bool:
        """As Reader.may_read. Feedback may be a complaint about the service of a post (85), which its column does
        not tell: so whoever belongs to a post is told of no feedback that may be about that post."""
        if compartment not in READS.get(self.role, frozenset()) & TOLD_IN_NUMBERS:
            return False
        if compartment is Compartment.FEEDBACK and self.post and self._is_own(atlas, area):
            return False
        return within(atlas, self.areas, area)

    def _is_own(self, atlas: Atlas, area: str) -> bool:
        post = atlas.resolve(self.post)
        return post is None or area in ("", post.country, post.region, post.district, post.key)


def within(atlas: Atlas, areas: frozenset[str], area: str) -> bool:
    """Whether an area lies in one of these; where nobody knows the area, everybody may be meant."""
    row = atlas.resolve(area)
    return row is None or bool(areas & {row.country, row.region, row.district})


class Refused(Exception):
    """Nobody on the roster has that phone."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A member with a reason to read; areas: the P-codes that the member holds."""

    member_id: int
    role: Role
    areas: frozenset[str]
    reason: str

    @classmethod
    def of(cls, desk: Desk, phone: str, reason: str) -> Self:
        """Raises Refused where no active member has that phone."""
        number = parse_phone(phone)
        contact_id = contacts.find(desk.db, desk.keys, number) if number else None
        member = members.of_contact(desk.db, contact_id, desk.now)
        if member is None:
            raise Refused("no active member has this phone")
        return cls(member.id, member.role, members.areas(desk.db, member.id), reason)

    def may_read(self, desk: Desk, report: Report) -> bool:
        """The compartment must be the role's; a report with an area must lie in the member's areas."""
        if report.compartment not in READS.get(self.role, frozenset()):
            return False
        return within(desk.atlas, self.areas, report.area or "")


def contents(desk: Desk, reader: Reader, report: Report) -> dict[str, str] | None:
    """The answers, if this reader may see them; every look is written into the audit."""
    if not reader.may_read(desk, report):
        return None
    audit.record(desk.db, reader.member_id, "read_report", report.id, reader.reason, desk.now)
    return reports.answers(desk.db, desk.keys, report)
