"""What is known of an incident, put together for those who are told of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.alert_text import Told
from handlers.desk import Desk
from handlers.reading_room import Sight, admit
from models import incident as incidents
from models import member as members
from models import report as reports
from models.incident import Incident
from models.member import Member, Recipient, Role
from models.report import Report
from models.threshold import OWN_FORM

UNKNOWN_SOURCE = "F"
GRADES = {Role.OFFICER: "B", Role.COORDINATOR: "B", Role.RELAY: "C"}


@dataclass(frozen=True, slots=True)
class Briefing:
    """told: for who may see all of it; report: the one that tells of it best, by which it is decided who may."""

    desk: Desk
    report: Report
    told: Told

    def sight(self, recipient: Recipient) -> Sight:
        """How much of it this member may see."""
        found = admit(self.desk, self.report, [recipient])
        return found[0].sight if found else Sight.NOTHING

    def sights(self, recipients: Sequence[Recipient]) -> dict[int, Sight]:
        """Member id → how much of it; who may not hear of it is not among them."""
        return {each.recipient.member_id: each.sight for each in admit(self.desk, self.report, recipients)}


def briefing(desk: Desk, incident: Incident, report: Report | None = None, *, reminds: bool = False) -> Briefing:
    """report: None = its gravest; people know the incident by its first reference."""
    report = report or reports.gravest_of(desk.db, incident.id)
    return Briefing(desk, report, _told(desk, incident, report, reminds))


def _grade(report: Report, member: Member | None) -> str:
    """The Admiralty letter of who told it; "" where the service itself did."""
    if report.form_name == OWN_FORM:
        return ""
    return GRADES.get(member.role, UNKNOWN_SOURCE) if member else UNKNOWN_SOURCE


def _told(desk: Desk, incident: Incident, report: Report, reminds: bool) -> Told:
    answers = reports.answers(desk.db, desk.keys, report)
    member = members.of_contact(desk.db, report.contact_id, desk.now)
    post = desk.atlas.gazetteer.by_id(member.post_place_id if member else None)
    return Told(
        reference=incidents.reference(desk.db, incident.id),
        compartment=incident.compartment,
        severity=incident.severity,
        code=report.code or answers.get("code", ""),
        place=answers.get("place_key", "") or report.area or "",
        typed=answers.get("place_other", ""),
        at=report.filed_at or desk.now,
        answers=answers,
        grade=_grade(report, member),
        exercise=incident.exercise_id is not None,
        partial=report.partial,
        post=post.key if post else "",
        sources=incidents.sources(desk.db, incident.id),
        reminds=reminds,
    )
