"""The reports of an export: which ones somebody may fetch, and their rows, a few at a time."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.report import Report, ReportState
from models.scope import Scope


def within(db: Session, scope: Scope) -> list[int]:
    """The ids of what was filed and lies within somebody's reach, oldest first."""
    filed = Report.filed_at.is_not(None), Report.state != ReportState.WITHDRAWN
    query = select(Report.id).where(*filed, scope.covers(Report.compartment, Report.area))
    return list(db.scalars(query.order_by(Report.filed_at)))


def these(db: Session, report_ids: Sequence[int]) -> list[Report]:
    """Of these, the ones that there are, in their order."""
    found = {report.id: report for report in db.scalars(select(Report).where(Report.id.in_(report_ids)))}
    return [found[report_id] for report_id in report_ids if report_id in found]
