"""Cases as they would stand in the database, written straight into it, so that a test can have many."""

import itertools
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.base import new_id
from models.code import Compartment
from models.incident import History, Incident, IncidentState
from models.report import Report, ReportState

NUMBERS = itertools.count(1)
WAY = {
    IncidentState.RECEIVED: (),
    IncidentState.TO_VERIFY: (IncidentState.TO_VERIFY,),
    IncidentState.VERIFIED: (IncidentState.TO_VERIFY, IncidentState.VERIFIED),
    IncidentState.CLOSED: (IncidentState.TO_VERIFY, IncidentState.VERIFIED, IncidentState.CLOSED),
    IncidentState.FALSE: (IncidentState.TO_VERIFY, IncidentState.FALSE),
    IncidentState.DUPLICATE: (IncidentState.DUPLICATE,),
}


def add_case(
    db: Session,
    at: datetime,
    code: str = "21",
    area: str | None = "ML1101",
    state: IncidentState = IncidentState.RECEIVED,
    *,
    compartment: Compartment = Compartment.OPERATIONS,
    severity: int = 2,
    partial: bool = False,
    exercise: bool = False,
    contact_id: int | None = None,
    step: timedelta = timedelta(minutes=30),
) -> int:
    """A case with one report, begun at that moment, and moved on to that state with so much time between; the id of
    its report."""
    open_code = code if compartment is Compartment.OPERATIONS else None
    incident = Incident(
        id=new_id(), compartment=compartment, code=open_code, area=area, severity=severity, state=state, version=1,
        created_at=at,
    )  # fmt: skip
    db.add(incident)
    db.flush()
    report = Report(
        id=new_id(), reference=f"{90000000 + next(NUMBERS)}", compartment=compartment, severity=severity,
        code=open_code, area=area, act_no=1, form_name="incident", form_version="1", channel="sms",
        state=ReportState.DRAFT if partial else ReportState.FILED, partial=partial, exercise=exercise,
        created_at=at, filed_at=None if partial else at, routed_at=at, incident_id=incident.id, contact_id=contact_id,
    )  # fmt: skip
    db.add(report)
    states = [None, IncidentState.RECEIVED, *WAY[state]]
    for seq, (before, after) in enumerate(itertools.pairwise(states), start=1):
        moved_at = at + (seq - 1) * step
        db.add(History(incident_id=incident.id, seq=seq, via="routing", from_state=before, to_state=after, at=moved_at))
    db.flush()
    return report.id
