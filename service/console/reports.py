"""Reports: every one that came in, whether or not anything came of it."""

from typing import Any

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response as Answer

from handlers import reportlist
from handlers.reading_room import Reader
from models.reportlist import Kind, Sought
from service.console.filters import GROUPS, areas, group, moment
from service.console.page import READERS, Page, render
from service.console.visitor import visitor
from service.database import reading
from service.parts import Parts


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("reports", __name__, url_prefix="/reports")

    @page.get("/")
    def show() -> Answer:
        asked = request.args
        known = set(Kind)
        kind = Kind(asked["kind"]) if asked.get("kind", "") in known else Kind.FILED
        sought = Sought(kind, group(asked), asked.get("area", ""), moment(asked.get("before", "")))
        with reading(parts.engine) as db:
            desk = parts.desk(db)
            reader = Reader.seated(desk, visitor().member_id, "")
            lines = reportlist.find(desk, reader, sought, g.language)
            held = areas(desk, reader)
        more = lines[reportlist.PAGE - 1].report.created_at.isoformat() if len(lines) > reportlist.PAGE else ""
        query: dict[str, Any] = {**asked.to_dict(), "before": more}
        return render(
            parts,
            "reports.html",
            lines=lines[: reportlist.PAGE],
            older=url_for("console.reports.show", **query) if more else "",
            asked=asked,
            kind=kind,
            kinds=list(Kind),
            areas=held,
            groups=GROUPS,
        )

    return page


PAGE = Page("reports", READERS, blueprint)
