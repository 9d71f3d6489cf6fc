"""How many cases lie where: for the map, as far as whoever looks may know of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.incident import DENIED, Incident
from models.report import Report
from models.scope import Scope


@dataclass(frozen=True, slots=True)
class Case:
    """place_id: of its first report, None outside operations or where nobody knows; area: a P-code, "" = unknown."""

    area: str
    place_id: int | None
    code: str
    severity: int


def cases(db: Session, scope: Scope, since: datetime, most: int) -> list[Case]:
    """Cases that somebody finished reporting since then, the newest first; no exercises, nothing proved wrong."""
    mine = Report.incident_id == Incident.id
    place = select(Report.place_id).where(mine).order_by(Report.filed_at).limit(1).scalar_subquery()
    real = exists().where(mine, Report.partial.is_(False), Report.exercise.is_(False))
    query = (
        select(Incident.area, place, Incident.code, Incident.severity)
        .where(Incident.created_at >= since, Incident.state.not_in(DENIED), real)
        .where(scope.covers(Incident.compartment, Incident.area), Incident.severity > 0)
        .order_by(Incident.created_at.desc())
        .limit(most)
    )
    return [Case(area or "", place_id, code or "", severity) for area, place_id, code, severity in db.execute(query)]
