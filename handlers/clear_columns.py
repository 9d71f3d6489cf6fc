"""What of a report harms nobody, whoever reads it; code and place only in operations."""

from handlers.desk import Desk
from models.code import Compartment
from models.report import Report

HEADER = ("reference", "compartment", "severity", "area", "state", "partial", "filed_at", "code", "place")


def clear_columns(desk: Desk, report: Report) -> dict[str, object]:
    row: dict[str, object] = {
        "reference": report.reference,
        "compartment": report.compartment.value,
        "severity": report.severity,
        "area": report.area,
        "state": report.state.value,
        "partial": report.partial,
        "filed_at": report.filed_at.isoformat() if report.filed_at else None,
    }
    if report.compartment is Compartment.OPERATIONS:
        place = desk.atlas.gazetteer.by_id(report.place_id)
        row |= {"code": report.code, "place": place.key if place else None}
    return row


def as_cells(desk: Desk, report: Report) -> list[str]:
    """In the order of HEADER; "" for what there is not."""
    row = clear_columns(desk, report)
    return ["" if (value := row.get(name)) is None else str(value) for name in HEADER]
