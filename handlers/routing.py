"""From a report to those who must know of it: its incident, and the alerts of the first level."""

from dataclasses import dataclass, replace

from handlers.counting import count
from handlers.desk import Desk
from handlers.exercising import mark
from handlers.merging import louder, place
from handlers.rung import Matter, Rung, first, has_route
from handlers.telling import tell
from handlers.turn import Deliver, Effect
from models import alert as alerts
from models import incident as incidents
from models import report as reports
from models.incident import Incident
from models.ladder import NOBODY_TO_TELL
from models.report import Report


@dataclass(frozen=True, slots=True)
class Routed:
    """effects: what to send; told: how many members were alerted; nobody: there was no one to tell."""

    effects: tuple[Effect, ...] = ()
    told: int = 0
    nobody: bool = False


def route(desk: Desk, report_id: int) -> Routed:
    """Open the report's incident and write its alerts. A second call finds the work done and does nothing."""
    report = reports.lock(desk.db, report_id)
    if report is None or report.routed_at is not None or report.partial:
        return Routed()
    mark(desk, report)
    before = incidents.compartment(desk.db, report.incident_id)
    placed = place(desk, report)
    if before is not None and before is not report.compartment:
        alerts.recall(desk.db, placed.incident.id)  # its readers are others now
    report.routed_at = desk.now
    if placed.joined:
        routed = Routed(louder(desk, placed.incident, report) if placed.graver else ())
    else:
        routed = _alert(desk, placed.incident, report)
    return replace(routed, effects=(*routed.effects, *count(desk, report)))


def _alert(desk: Desk, incident: Incident, report: Report) -> Routed:
    matter = Matter(report, incident.severity)
    if not has_route(desk, matter):
        return Routed()
    rung = _and_forewarned(desk, incident.id, first(desk, matter, desk.now))
    if rung is None:
        incidents.note(desk.db, incident, NOBODY_TO_TELL, desk.now)
        return Routed(nobody=incident.exercise_id is None)
    since = report.filed_at or desk.now
    return Routed(tell(desk, incident, report, rung, since), len(rung.recipients))


def forewarn(desk: Desk, report_id: int) -> tuple[Deliver, ...]:
    """Tell the first level of a report that nobody has finished: once, and nobody is chased for an answer."""
    report = reports.lock(desk.db, report_id)
    if report is None or not report.partial:
        return ()
    mark(desk, report)
    matter = Matter(report, report.severity)
    if not has_route(desk, matter):
        return ()
    incident = incidents.of(desk.db, report, desk.now)
    rung = first(desk, matter, desk.now)
    return tell(desk, incident, report, rung, desk.now) if rung else ()


def _and_forewarned(desk: Desk, incident_id: int, rung: Rung | None) -> Rung | None:
    """Whoever heard of it when it was not finished hears of the whole."""
    chosen = rung.recipients if rung else ()
    known = {recipient.member_id for recipient in chosen}
    others = [each for each in alerts.forewarned(desk.db, incident_id, desk.now) if each.member_id not in known]
    if not others:
        return rung
    return Rung(rung.level if rung else others[0].level, (*chosen, *others))
