"""Sees what the service has kept since the last look, in the words of a transcript."""

from sqlalchemy import Engine, select

from models.report import Report, ReportState
from service.database import reading


class Witness:
    """Looks at the clear columns of reports, and at nothing else."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen: dict[str, str] = {}

    def look(self) -> list[str]:
        """`report …` for every report that is new, or has changed, since the last look; oldest first."""
        with reading(self._engine) as db:
            reports = db.scalars(select(Report).order_by(Report.created_at, Report.act_no)).all()
        now = {report.reference: line(report) for report in reports}
        news = [told for reference, told in now.items() if self._seen.get(reference) != told]
        self._seen = now
        return news

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
