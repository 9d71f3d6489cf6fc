"""What nobody was there to be told of goes to whoever is there later: enrolled, moved, or with a phone that is back."""

from datetime import timedelta

from handlers import quiet
from handlers.desk import Desk
from handlers.rung import Matter, Rung, above
from handlers.telling import GRAVEST, tell
from handlers.turn import Deliver
from models import bound as bounds
from models import hold as holds
from models import incident as incidents
from models import report as reports
from models import untold
from models.report import Report

LATELY = timedelta(days=30)  # what is older stays on the board
MOST = 1000  # that are looked at together


def unheard(desk: Desk) -> list[int]:
    """The incidents of which somebody can be told by now; none while a restored service is held."""
    if holds.since(desk.db) is not None:
        return []
    found: dict[tuple[object, ...], bool] = {}
    return [
        incident_id
        for incident_id in untold.unheard(desk.db, desk.now - LATELY, desk.now, MOST)
        if _is_anybody_there(desk, incident_id, found)
    ]


def _is_anybody_there(desk: Desk, incident_id: int, found: dict[tuple[object, ...], bool]) -> bool:
    """found: what was found before, since much that lies there lies in one place."""
    report, severity = reports.gravest_of(desk.db, incident_id), incidents.get(desk.db, incident_id).severity
    alike = report.compartment, report.code, severity, report.area or report.contact_id, report.partial
    if alike not in found:
        found[alike] = _rung(desk, report, severity) is not None
    return found[alike]


def _rung(desk: Desk, report: Report, severity: int) -> Rung | None:
    return None if report.partial else above(desk, Matter(report, severity), 0, desk.now)


def tell_newcomers(desk: Desk, incident_id: int) -> tuple[Deliver, ...]:
    """Tell the lowest level that somebody holds by now; nobody where that is still so. What is grave is told at once,
    and the rest together at the end of the window, as fast as anything else is. A second call finds it told."""
    incident = incidents.lock(desk.db, incident_id)
    if not untold.is_unheard(desk.db, incident_id, desk.now):
        return ()
    report = reports.gravest_of(desk.db, incident_id)
    rung = _rung(desk, report, incident.severity)
    if rung is None:
        return ()
    window = bounds.read(desk.db).together_seconds
    since = desk.now if incident.severity >= GRAVEST else quiet.window_end(desk.now, window)
    return tell(desk, incident, report, rung, since)
