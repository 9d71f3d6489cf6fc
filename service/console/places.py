"""The gazetteer: places sought by name, one added or changed, or a whole CSV."""

from functools import partial

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from flows.folding import fold
from models import audit
from models.errand import ErrandKind
from models.gazetteer import Gazetteer, PlaceRow
from models.member import Role
from models.place_import import COLUMNS, import_places
from service.console.page import Page, render
from service.console.upload import NOTHING_REFUSED, Refusal, take_file, typed_row
from service.console.visitor import visitor
from service.database import reading, transaction
from service.parts import Parts

NEEDED = ("name", "pcode", "pcode_version")
MOST = 100


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("places", __name__, url_prefix="/places")

    @page.get("/")
    def show() -> Answer:
        return _list(parts)

    @page.post("/import")
    def take() -> Answer:
        return take_file(parts, ErrandKind.PLACES, NEEDED, COLUMNS, partial(_list, parts))

    @page.post("/save")
    def save() -> Answer:
        row = typed_row(COLUMNS)
        with transaction(parts.engine) as db:
            account = import_places(db, [row], fold=fold)
            if not account.problems:
                audit.record(db, visitor().member_id, "place_saved", 0, row["pcode"], parts.now())
        if account.problems:
            return _list(parts, Refusal(problem=account.problems[0], row=row))
        return redirect(url_for("console.places.show", q=row["name"]), 303)

    return page


def _list(parts: Parts, refused: Refusal = NOTHING_REFUSED) -> Answer:
    sought = request.args.get("q", "").strip()
    with reading(parts.engine) as db:
        gazetteer = parts.desk(db).atlas.gazetteer
    found = _found(gazetteer, fold(sought))
    return render(
        parts,
        "places.html",
        refused.status,
        places=found[:MOST],
        count=len(found),
        areas=gazetteer.rows,
        sought=sought,
        refused=refused,
    )


def _found(gazetteer: Gazetteer, sought: str) -> list[PlaceRow]:
    """Places whose names, or whose area's code, have that in them."""
    rows = gazetteer.lists["places.csv"]
    return [row for row in rows if not sought or any(sought in fold(word) for word in _words(row))]


def _words(row: PlaceRow) -> tuple[str, ...]:
    return (*row.names.values(), *row.aliases, row.pcode)


PAGE = Page("places", frozenset({Role.ADMIN}), blueprint)
