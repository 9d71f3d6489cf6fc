"""When the roster changes: open alerts leave whoever no longer holds them, and go to whoever does now."""

from collections.abc import Collection

from handlers.desk import Desk
from handlers.rung import Matter, first
from handlers.telling import tell
from handlers.turn import Deliver
from models import alert as alerts
from models import incident as incidents
from models import report as reports


def reroute(desk: Desk, moved: Collection[int]) -> tuple[Deliver, ...]:
    """moved: members who were changed, deactivated, or lost a phone. Whoever has it already keeps it."""
    effects: tuple[Deliver, ...] = ()
    for incident_id in alerts.incidents_waiting_for(desk.db, moved):
        effects += _again(desk, incident_id, moved)
    return effects


def _again(desk: Desk, incident_id: int, moved: Collection[int]) -> tuple[Deliver, ...]:
    incident = incidents.lock(desk.db, incident_id)
    report = reports.gravest_of(desk.db, incident_id)
    rung = first(desk, Matter(report, incident.severity), desk.now)
    holders = {recipient.member_id for recipient in rung.recipients} if rung else set()
    alerts.withdraw(desk.db, incident_id, set(moved) - holders)
    return tell(desk, incident, report, rung, desk.now) if rung else ()
