"""Who may read a report: role by compartment by area, in the one place that every look-up passes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

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
        row = desk.atlas.resolve(report.area or "")
        return row is None or bool(self.areas & {row.country, row.region, row.district})


def contents(desk: Desk, reader: Reader, report: Report) -> dict[str, str] | None:
    """The answers, if this reader may see them; every look is written into the audit."""
    if not reader.may_read(desk, report):
        return None
    audit.record(desk.db, reader.member_id, "read_report", report.id, reader.reason, desk.now)
    return reports.answers(desk.db, desk.keys, report)
