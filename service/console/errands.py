"""Errands: how far long work has come, what an import would change and what is wrong with it, and what was fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, redirect, url_for
from werkzeug.wrappers import Response as Answer

from handlers.clear_columns import HEADER
from handlers.spreadsheet import BOM, csv_of
from models import audit, export
from models import errand as errands
from models.errand import Errand, ErrandKind, ErrandState
from service.console.page import READERS, Page, render
from service.console.reach import scope_of_visitor
from service.console.upload import order
from service.console.visitor import visitor
from service.database import reading, transaction
from service.parts import Parts

MOST_SHOWN = 500  # rows; whatever is wrong is shown in any case
GOING_ON = (ErrandState.CHECKING, ErrandState.APPLYING)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an import: its rows, what is wrong, and sums."""

    rows: Sequence[dict[str, Any]]
    problems: Sequence[dict[str, Any]]
    sums: dict[str, int]


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("errands", __name__, url_prefix="/errands")

    @page.get("/")
    def show() -> Answer:
        return render(parts, "errands.html")

    @page.post("/reports")
    def fetch() -> Answer:
        with reading(parts.engine) as db:
            ids = export.within(db, scope_of_visitor(parts.desk(db), visitor()))
        return _go_to(order(parts, ErrandKind.REPORTS, ids, checked_first=False))

    @page.get("/<int:errand_id>")
    def one(errand_id: int) -> Answer:
        with reading(parts.engine) as db:
            errand = _mine(errands.of_member(db, errand_id, visitor().member_id))
            is_import = errand.kind is not ErrandKind.REPORTS
            outcome = _outcome(list(errands.results(db, parts.keys, errand_id))) if is_import else None
        return render(parts, "errand.html", errand=errand, outcome=outcome, going_on=errand.state in GOING_ON)

    @page.get("/<int:errand_id>/progress")
    def progress(errand_id: int) -> Answer:
        with reading(parts.engine) as db:
            errand = _mine(errands.of_member(db, errand_id, visitor().member_id))
        return render(parts, "_progress.html", errand=errand, going_on=errand.state in GOING_ON)

    @page.post("/<int:errand_id>/apply")
    def apply(errand_id: int) -> Answer:
        with transaction(parts.engine) as db:
            errand = errands.lock(db, errand_id)
            if errand is None or errand.member_id != visitor().member_id:
                abort(404)
            if errand.state is ErrandState.CHECKED:
                errands.apply(db, errand, parts.now())
        parts.enqueue("errand", errand_id)
        return _go_to(errand_id)

    @page.get("/<int:errand_id>/reports.csv")
    def download(errand_id: int) -> Answer:
        with transaction(parts.engine) as db:
            errand = _mine(errands.of_member(db, errand_id, visitor().member_id))
            if errand.kind is not ErrandKind.REPORTS or errand.state is not ErrandState.DONE:
                abort(404)
            lines = "".join(errands.results(db, parts.keys, errand_id))
            audit.record(db, visitor().member_id, "downloaded", errand_id, f"{errand.total} reports", parts.now())
        return Response(
            BOM + csv_of([HEADER]) + lines,
            mimetype="text/csv",
            headers={"Content-Disposition": 'attachment; filename="karakoro-reports.csv"'},
        )

    return page


def _mine(errand: Errand | None) -> Errand:
    return errand or abort(404)


def _go_to(errand_id: int) -> Answer:
    return redirect(url_for("console.errands.one", errand_id=errand_id), 303)


def _outcome(pieces: Sequence[dict[str, Any]]) -> Outcome:
    rows = [row for piece in pieces for row in piece["rows"]]
    problems = [problem for piece in pieces for problem in piece["problems"]]
    sums = {name: sum(row["outcome"] == name for row in rows) for name in ("added", "changed", "unchanged")}
    sums |= {"deactivated": sum(piece.get("deactivated", 0) for piece in pieces), "wrong": len(problems)}
    telling = [row for row in rows if row["outcome"] != "unchanged"]
    return Outcome(telling[:MOST_SHOWN], problems, sums)


PAGE = Page("errands", READERS, blueprint)
