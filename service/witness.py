"""Sees what the service has kept since the last look, in the words of a transcript."""

from datetime import datetime

from sqlalchemy import Engine, and_, exists, or_, select

from models.message import Message, MessageState
from models.report import Report, ReportState
from service.database import reading


class Witness:
    """Looks at the clear columns of the reports that were begun since some moment, and at nothing else."""

    def __init__(self, engine: Engine, since: datetime) -> None:
        self._engine = engine
        self._since = since
        self._seen: dict[str, str] = {}

    def look(self) -> list[str]:
        """`report …` for every report that is new, or has changed, since the last look; oldest first."""
        with reading(self._engine) as db:
            query = select(Report).where(Report.created_at >= self._since)
            reports = db.scalars(query.order_by(Report.created_at, Report.act_no)).all()
        now = {report.reference: line(report) for report in reports}
        news = [told for reference, told in now.items() if self._seen.get(reference) != told]
        self._seen = now
        return news

    def busy(self, now: datetime) -> bool:
        """Whether the workers have anything left to do: reports to route, messages to send."""
        unrouted = and_(Report.routed_at.is_(None), Report.partial.is_(False), Report.filed_at.is_not(None))
        due = and_(Message.state == MessageState.DUE, Message.not_before_at <= now)
        unsent = or_(due, Message.state == MessageState.CLAIMED)
        with reading(self._engine) as db:
            return bool(db.scalar(select(exists().where(unrouted) | exists().where(unsent))))

    def references(self) -> set[str]:
        """All references seen so far."""
        return set(self._seen)


def line(report: Report) -> str:
    """Its clear columns: reference, compartment, severity, code, area, and what is unfinished about it."""
    words = ["report", report.reference, report.compartment.value, f"S{report.severity}"]
    words += [report.code or "-", report.area or "-"]
    if report.state is ReportState.WITHDRAWN:
        words.append("withdrawn")
    elif report.partial:
        words.append("partial")
    return " ".join(words)
