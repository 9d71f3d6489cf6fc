"""Reports: every one that came in, whether or not anything came of it."""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response as Answer

from handlers import reportlist
from handlers.reading_room import Reader
from models.reportlist import Kind, Sought
from service.console.filters import GROUPS, areas, group, moment, older
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
        last = lines[reportlist.PAGE - 1].report.created_at if len(lines) > reportlist.PAGE else None
        return render(
            parts,
            "reports.html",
            lines=lines[: reportlist.PAGE],
            older=older(asked.to_dict(), last),
            asked=asked,
            kind=kind,
            kinds=list(Kind),
            areas=held,
            groups=GROUPS,
        )

    return page


PAGE = Page("reports", READERS, blueprint)
