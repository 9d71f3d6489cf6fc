"""Reports for a screen that has room, whether or not anything came of them; by their clear columns alone."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, not_, select, true
from sqlalchemy.orm import Session

from models.report import Report, ReportState
from models.scope import Scope

ZERO = "RAS"


class Kind(StrEnum):
    """Which reports are asked for: filed ones, those that nobody finished, or those that say that there is nothing."""

    FILED = "filed"
    PARTIAL = "partial"
    ZERO = "zero"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Sought:
    """code: its beginning; area: a P-code; before: for the next page."""

    kind: Kind = Kind.FILED
    code: str = ""
    area: str = ""
    before: datetime | None = None


def find(db: Session, scope: Scope, sought: Sought, most: int) -> list[Report]:
    """The newest first; what was taken back is not there."""
    query = select(Report).where(
        scope.covers(Report.compartment, Report.area),
        Report.state != ReportState.WITHDRAWN,
        _is(sought.kind),
        Report.code.startswith(sought.code, autoescape=True) if sought.code else true(),
        Report.area.startswith(sought.area, autoescape=True) if sought.area else true(),
        Report.created_at < sought.before if sought.before else true(),
    )
    return list(db.scalars(query.order_by(Report.created_at.desc(), Report.id).limit(most)))


def _is(kind: Kind) -> ColumnElement[bool]:
    zero = and_(Report.code.is_not(None), Report.code == ZERO)
    kinds: dict[Kind, ColumnElement[bool]] = {
        Kind.PARTIAL: Report.partial.is_(True),
        Kind.ZERO: zero,
        Kind.FILED: and_(Report.partial.is_(False), not_(zero)),
        Kind.ALL: true(),
    }
    return kinds[kind]
