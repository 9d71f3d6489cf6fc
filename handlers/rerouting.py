"""When the roster changes: open alerts leave whoever no longer holds them, and go to whoever does now."""

from collections.abc import Collection

from handlers.desk import Desk
from handlers.routing import alert, choose
from handlers.turn import Deliver
from models import alert as alerts
from models import report as reports
from models import route as routes


def reroute(desk: Desk, moved: Collection[int]) -> tuple[Deliver, ...]:
    """moved: members who were changed, deactivated, or lost a phone. Whoever has it already keeps it."""
    effects: tuple[Deliver, ...] = ()
    for incident_id in alerts.incidents_waiting_for(desk.db, moved):
        effects += _again(desk, incident_id, moved)
    return effects


def _again(desk: Desk, incident_id: int, moved: Collection[int]) -> tuple[Deliver, ...]:
    report = reports.first_of(desk.db, incident_id)
    rules = routes.matching(desk.db, report.compartment, report.severity)
    recipients = choose(desk, report, [rule.role for rule in rules])
    holders = {recipient.member_id for recipient in recipients}
    alerts.withdraw(desk.db, incident_id, set(moved) - holders)
    return alert(desk, report, incident_id, recipients)
