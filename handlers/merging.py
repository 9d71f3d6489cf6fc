"""Reports of one thing become one incident: by themselves where that is safe, else when a coordinator says so."""

from dataclasses import dataclass
from datetime import timedelta

from handlers.desk import Desk
from handlers.lifecycle import Act, Refused, move
from handlers.rung import Matter, Rung, first
from handlers.telling import GRAVEST, tell
from handlers.turn import Deliver, Effect, Route
from models import alert as alerts
from models import bound as bounds
from models import gathering as gatherings
from models import incident as incidents
from models import ladder as ladders
from models import likeness as likenesses
from models import report as reports
from models import untold
from models.code import GUARDED, Compartment
from models.incident import ENDED, Hand, Incident
from models.report import Report

DISTRICT = 2  # the level of the places within which reports of one code are of one thing
COMPARED = GUARDED | {Compartment.OPERATIONS}
MOST = 20


@dataclass(frozen=True, slots=True)
class Placed:
    """incident: locked, or new; joined: it was there already; graver: it has become so by this report."""

    incident: Incident
    joined: bool = False
    graver: bool = False


def place(desk: Desk, report: Report) -> Placed:
    """The incident of the locked report: its own, or one of the same code and district that began a moment ago."""
    if report.incident_id is not None or not _merges(desk, report):
        return _own(desk, incidents.of(desk.db, report, desk.now))
    slot = gatherings.lock(desk.db, report.code or "", report.area or "", report.exercise_id)
    apart = abs((report.filed_at or desk.now) - slot.since_at) if slot.since_at else None
    if slot.incident_id is not None and apart is not None and apart <= _reach(desk):
        current = incidents.lock(desk.db, slot.incident_id)
        if current.state not in ENDED and current.severity < GRAVEST:
            return _join(desk, current, report)
    incident = incidents.of(desk.db, report, desk.now)
    slot.incident_id, slot.since_at = incident.id, report.filed_at
    return _own(desk, incident)


def _merges(desk: Desk, report: Report) -> bool:
    """Severity 4, other compartments and places that nobody knows never merge by themselves."""
    return is_counted(desk, report) and report.severity < GRAVEST and not report.apart


def is_counted(desk: Desk, report: Report) -> bool:
    """Whether it is known what and in which district."""
    row = desk.atlas.resolve(report.area or "")
    known = row is not None and row.level == DISTRICT and bool(report.code)
    return known and report.compartment is Compartment.OPERATIONS and report.severity > 0


def _reach(desk: Desk) -> timedelta:
    return timedelta(seconds=bounds.read(desk.db).merge_seconds)


def _join(desk: Desk, incident: Incident, report: Report) -> Placed:
    report.incident_id = incident.id
    graver = report.severity > incident.severity
    incident.severity = max(incident.severity, report.severity)
    incidents.note(desk.db, incident, "graver" if graver else "corroborated", desk.now)
    return Placed(incident, joined=True, graver=graver)


def _own(desk: Desk, incident: Incident) -> Placed:
    """An incident of its own, which somebody may say is another one's duplicate."""
    if incident.compartment in COMPARED and incident.severity > 0:
        for other in incidents.alike(desk.db, incident, desk.now - _reach(desk), MOST):
            if _may_be_one(incident, other):
                likenesses.propose(desk.db, incident.id, other.id, desk.now)
                break
    return Placed(incident)


def _may_be_one(one: Incident, other: Incident) -> bool:
    """Outside operations only the district is known; within them, a place may be known less well in one of two."""
    here, there = one.area or "", other.area or ""
    if one.compartment is not Compartment.OPERATIONS:
        return bool(here) and here == there
    return here.startswith(there) or there.startswith(here)


def louder(desk: Desk, incident: Incident, report: Report) -> tuple[Deliver, ...]:
    """It has become graver: everybody who knows of it is told again, and whoever is to be told of such a thing."""
    rung = first(desk, Matter(report, incident.severity), desk.now)
    chosen = rung.recipients if rung else ()
    known = {recipient.member_id for recipient in chosen}
    others = [each for each in alerts.alerted(desk.db, incident.id, 0, desk.now) if each.member_id not in known]
    if not chosen and not others:
        return ()
    told = Rung(rung.level if rung else others[0].level, (*chosen, *others))
    return tell(desk, incident, report, told, desk.now, again=True)


def join(desk: Desk, incident_id: int, hand: Hand) -> tuple[Effect, ...]:
    """This incident is a duplicate of the one that it was proposed to be; whoever answers for it answers for the
    other. Raises Refused where it is over, or nothing is proposed."""
    other_id = likenesses.proposed(desk.db, incident_id)
    cases = incidents.lock_all(desk.db, [incident_id, other_id] if other_id else [incident_id])
    incident = cases[incident_id]
    if other_id is None or cases[other_id].state in ENDED or cases[other_id].into_id is not None:
        raise Refused(incident.state)
    other = cases[other_id]
    effects = move(desk, incident, Act.JOIN, hand)
    incident.into_id = other_id
    likenesses.decide(desk.db, incident_id, other_id, True, desk.now)
    untold.carry_over(desk.db, incident_id, other_id, desk.now)
    graver = incident.severity > other.severity
    other.severity = max(incident.severity, other.severity)
    incidents.note(desk.db, other, "graver" if graver else "corroborated", desk.now)
    return (*effects, *louder(desk, other, reports.gravest_of(desk.db, incident_id))) if graver else effects


def decline(desk: Desk, incident_id: int) -> None:
    """They are two; it is not proposed again."""
    other_id = likenesses.proposed(desk.db, incident_id)
    if other_id is not None:
        likenesses.decide(desk.db, incident_id, other_id, False, desk.now)


def parts(desk: Desk, incident_id: int) -> list[str]:
    """The references of what an incident has gathered, newest first, but for the one that it goes by."""
    first_one = incidents.reference(desk.db, incident_id)
    gathered = [each.reference for each in reports.of_incident(desk.db, incident_id) if each.reference != first_one]
    joined = [incidents.reference(desk.db, each) for each in incidents.family(desk.db, incident_id)[1:]]
    return [*reversed(joined), *reversed(gathered)]


def separate(desk: Desk, incident_id: int, reference: str, hand: Hand) -> tuple[Effect, ...]:
    """What goes by that reference is no part of this incident: a duplicate is a case again, and a report that had
    joined it is routed as one of its own. Raises Refused where it is no part, or the incident's first report."""
    report = reports.by_reference(desk.db, reference)
    report = reports.lock(desk.db, report.id) if report else None
    own_id = report.incident_id if report else None
    cases = incidents.lock_all(desk.db, {incident_id, own_id} if own_id else [incident_id])
    incident = cases[incident_id]
    if report is None or own_id is None or incidents.reference(desk.db, incident_id) == reference:
        raise Refused(incident.state)
    if own_id == incident_id:
        report.incident_id, report.routed_at, report.apart = None, None, True
        incidents.record(desk.db, incident, "separated", hand, desk.now)
        return (Route(report.id),)
    joined = cases[own_id]
    if joined.into_id != incident_id:
        raise Refused(joined.state)
    likenesses.decide(desk.db, joined.id, incident_id, False, desk.now)
    joined.into_id = None
    untold.reopen(desk.db, joined.id)
    incidents.record(desk.db, incident, "separated", hand, desk.now)
    effects = move(desk, joined, Act.SEPARATE, hand)
    pause = timedelta(seconds=bounds.read(desk.db).ack_pause_seconds)
    ladders.hold(desk.db, joined.id, desk.now + pause)
    return effects
