"""So many reports of a code in so many days in one district: that is a matter of its own, told as any other is."""

from handlers.desk import Desk
from handlers.merging import is_counted
from handlers.turn import Route
from models import gathering as gatherings
from models import incident as incidents
from models import threshold as thresholds
from models.report import Facts, Report
from models.threshold import OWN_FORM, Threshold


def count(desk: Desk, report: Report) -> tuple[Route, ...]:
    """What the locked report adds up to with those before it. An exercise counts for nothing."""
    code, area = report.code or "", report.area or ""
    if report.exercise or report.form_name == OWN_FORM or not is_counted(desk, report):
        return ()
    rules = thresholds.matching(desk.db, code, area)
    if rules:
        gatherings.lock(desk.db, code, area, None)  # whoever routes the like of it waits
    opened = [_count(desk, rule, report) for rule in rules]
    return tuple(Route(report_id) for report_id in opened if report_id)


def _count(desk: Desk, rule: Threshold, report: Report) -> int | None:
    """The report that stands for the matter, if this one was the last that it took; what comes after that belongs to
    it, as long as it is not over."""
    area = report.area or ""
    standing = thresholds.standing(desk.db, rule, area, desk.now)
    if standing is not None:
        thresholds.count(desk.db, rule, standing, [report.id])
        return None
    found = thresholds.uncounted(desk.db, rule, area, desk.now)
    if len(found) < rule.reports:
        return None
    told = {"code": rule.code, "threshold_reports": str(rule.reports), "threshold_days": str(rule.days)}
    facts = Facts(report.compartment, rule.severity, told, rule.code, area, report.area_version)
    own = thresholds.stand_for(desk.db, desk.keys, facts, desk.now)
    incident = incidents.of(desk.db, own, desk.now)
    thresholds.breach(desk.db, rule, area, incident.id, found, desk.now)
    return own.id
