"""From a report to those who must know of it: compartment, then area, then severity, then level."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.alert_text import Told, alert_text
from handlers.desk import Desk
from handlers.outbox import write
from handlers.reading_room import admit, admitted
from handlers.turn import Deliver
from models import alert as alerts
from models import contact
from models import incident as incidents
from models import member as members
from models import report as reports
from models import route as routes
from models.code import Compartment
from models.gazetteer import PlaceRow
from models.member import Recipient, Role
from models.report import Report

GRADES = {Role.OFFICER: "B", Role.COORDINATOR: "B", Role.RELAY: "C"}
UNKNOWN_SOURCE = "F"


@dataclass(frozen=True, slots=True)
class Routed:
    """effects: what to send; told: how many members were alerted; nobody: there was no one to tell."""

    effects: tuple[Deliver, ...] = ()
    told: int = 0
    nobody: bool = False


def route(desk: Desk, report_id: int) -> Routed:
    """Open the report's incident and write its alerts. A second call finds the work done and does nothing."""
    report = reports.lock(desk.db, report_id)
    if report is None or report.routed_at is not None or report.partial:
        return Routed()
    before = incidents.compartment(desk.db, report.incident_id)
    incident = incidents.of(desk.db, report, desk.now)
    if before is not None and before is not report.compartment:
        alerts.recall(desk.db, incident.id)  # its readers are others now
    report.routed_at = desk.now
    rules = routes.matching(desk.db, report.compartment, report.severity)
    if not rules:
        return Routed()
    recipients = _and_forewarned(desk, incident.id, choose(desk, report, [rule.role for rule in rules]))
    effects = alert(desk, report, incident.id, recipients)
    if not recipients:
        incidents.note(desk.db, incident, "nobody_to_tell", desk.now)
    return Routed(effects, len(recipients), not recipients)


def forewarn(desk: Desk, report_id: int) -> tuple[Deliver, ...]:
    """Tell the first level of a report that nobody has finished: once, and nobody is chased for an answer."""
    report = reports.lock(desk.db, report_id)
    if report is None or not report.partial:
        return ()
    rules = routes.matching(desk.db, report.compartment, report.severity)
    if not rules:
        return ()
    incident = incidents.of(desk.db, report, desk.now)
    return alert(desk, report, incident.id, choose(desk, report, [rule.role for rule in rules]))


def _and_forewarned(desk: Desk, incident_id: int, chosen: list[Recipient]) -> list[Recipient]:
    """Whoever heard of it when it was not finished hears of the whole."""
    known = {recipient.member_id for recipient in chosen}
    others = alerts.forewarned(desk.db, incident_id, desk.now)
    return chosen + [recipient for recipient in others if recipient.member_id not in known]


def choose(desk: Desk, report: Report, roles: Sequence[Role]) -> list[Recipient]:
    """The lowest level that somebody holds in the area; then the country's; then the administrator."""
    for areas in _widening(desk, report):
        found = admitted(desk, report, members.holding(desk.db, roles, areas, desk.now))
        if found:
            nearest = min(recipient.level for recipient in found)
            return [recipient for recipient in found if recipient.level == nearest]
    return admitted(desk, report, members.holding(desk.db, [Role.ADMIN], None, desk.now))


def _widening(desk: Desk, report: Report) -> list[list[str] | None]:
    """Areas to try, narrowest first. Without a place: the reporter's post, else where the phone reported from
    last, else whoever holds a whole country."""
    if report.compartment is Compartment.INTAKE:
        return [None]
    row = desk.atlas.resolve(report.area or "") or _usual_place(desk, report.contact_id)
    near = [[row.country, row.region, row.district]] if row else []
    countries = [row.country] if row else desk.atlas.gazetteer.countries
    return [[pcode for pcode in areas if pcode] for areas in (*near, countries)]


def _usual_place(desk: Desk, contact_id: int | None) -> PlaceRow | None:
    """Where this phone belongs: its member's post, else the place of its last report."""
    member = members.of_contact(desk.db, contact_id, desk.now)
    place_id = member.post_place_id if member else contact.last_place(desk.db, contact_id)
    return desk.atlas.gazetteer.by_id(place_id)


def alert(desk: Desk, report: Report, incident_id: int, recipients: Sequence[Recipient]) -> tuple[Deliver, ...]:
    """One alert a member, and its message to each of the member's phones; whoever may not hear of it (any more)
    loses the alert."""
    told = _told(desk, report)
    admitted_ones = admit(desk, report, recipients)
    shut_out = {each.member_id for each in recipients} - {each.recipient.member_id for each in admitted_ones}
    if shut_out:
        alerts.withdraw(desk.db, incident_id, shut_out)
    due = _when(desk, report)
    written: list[int] = []
    for recipient, sight in ((each.recipient, each.sight) for each in admitted_ones):
        member, level = recipient.member_id, recipient.level
        alert_id = alerts.open_alert(desk.db, incident_id, member, level, due, incomplete=report.partial)
        text = alert_text(desk, told, recipient.language, sight)
        for n, contact_id in enumerate(recipient.contact_ids):
            duty = f"incomplete:{alert_id}" if report.partial else f"alert:{alert_id}:1"
            purpose = f"{duty}:{n}" if n else duty
            message_id = write(desk, contact_id, text, purpose, alert_id=alert_id, not_before=due)
            written += [message_id] if message_id else []
    now = [Deliver(tuple(written))] if written and due <= desk.now else []
    return tuple(now)


def _when(desk: Desk, report: Report) -> datetime:
    """Severities that are batched wait for the end of the window they fall into."""
    batch = routes.pace(desk.db, report.severity).batch_seconds
    if not batch:
        return desk.now
    passed = desk.now.timestamp() % batch
    return desk.now + timedelta(seconds=batch - passed)


def _told(desk: Desk, report: Report) -> Told:
    answers = reports.answers(desk.db, desk.keys, report)
    member = members.of_contact(desk.db, report.contact_id, desk.now)
    post = desk.atlas.gazetteer.by_id(member.post_place_id if member else None)
    return Told(
        reference=report.reference,
        compartment=report.compartment,
        severity=report.severity,
        code=report.code or answers.get("code", ""),
        place=answers.get("place_key", "") or report.area or "",
        typed=answers.get("place_other", ""),
        at=report.filed_at or desk.now,
        answers=answers,
        grade=GRADES.get(member.role, UNKNOWN_SOURCE) if member else UNKNOWN_SOURCE,
        exercise=report.exercise,
        partial=report.partial,
        post=post.key if post else "",
    )
