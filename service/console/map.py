"""The map: where the cases of the last weeks lie, drawn by us, with nothing fetched from elsewhere."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import sqrt

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from handlers.atlas import Atlas
from models import spots
from models.gazetteer import PlaceRow
from models.spots import Case
from service.console.page import Page, render, tongue
from service.console.reach import scope_of_visitor
from service.console.span import READERS_OF_CASES, SPANS, span
from service.console.terrain import BORDER, WHOLE, View, countries, regions
from service.console.visitor import visitor
from service.database import reading
from service.parts import Parts

MOST = 5000  # cases
LANDMARKS = frozenset(
    {"Kayes", "Yélimané", "Nioro", "Nara", "Sélibaby", "Kiffa", "Ayoun El Atrous", "Néma", "Kobenni", "Gouraye"}
)
LARGEST, SMALLEST = 46, 15  # units: radius of a mark
Spot = tuple[int, int] | str
NAMED_AT = {  # where a country bears its name
    BORDER: {"ML": (13.75, -7.3), "MR": (17.0, -8.6)},
    WHOLE: {"ML": (19.0, -1.4), "MR": (20.3, -10.6)},
}
VIEWS: Mapping[str, View] = {"border": BORDER, "whole": WHOLE}


@dataclass(frozen=True, slots=True)
class Mark:
    """As many cases as lie in one place, or in one area; worst: the gravest one's severity; area: a P-code."""

    name: str
    count: int
    worst: int
    area: str
    x: int = 0
    y: int = 0
    radius: int = 0


def blueprint(parts: Parts) -> Blueprint:
    page = Blueprint("map", __name__, url_prefix="/map")

    @page.get("/")
    def show() -> Answer:
        days, shown = span(), request.args.get("view", "border")
        view = VIEWS.get(shown, BORDER)
        with reading(parts.engine) as db:
            desk = parts.desk(db)
            found = spots.cases(db, scope_of_visitor(desk, visitor()), parts.now() - timedelta(days=days), MOST)
            atlas = desk.atlas
        on, off = _marks(found, atlas, view, tongue(parts).tag)
        return render(
            parts,
            "map.html",
            view=view,
            shown="whole" if view is WHOLE else "border",
            countries=countries(view),
            regions=regions(view),
            named=[
                Mark(atlas.name(key, tongue(parts).tag), 0, 0, key, *view.at(*at)) for key, at in NAMED_AT[view].items()
            ],
            landmarks=_landmarks(atlas, view, tongue(parts).tag, on) if view is BORDER else [],
            marks=on,
            elsewhere=off,
            days=days,
            spans=SPANS,
            total=len(found),
        )

    return page


def _marks(cases: Sequence[Case], atlas: Atlas, view: View, language: str) -> tuple[list[Mark], list[Mark]]:
    """What can be drawn here, the largest first, and what cannot: no coordinates, no place, or beyond the edge."""
    by_spot: dict[Spot, list[Case]] = defaultdict(list)
    rows: dict[Spot, PlaceRow | None] = {}
    for case in cases:
        row = _measured(atlas.gazetteer.by_id(case.place_id) or atlas.resolve(case.area), atlas)
        spot = _spot(row, view)
        rows.setdefault(spot, row)
        by_spot[spot].append(case)
    most = max((len(mine) for mine in by_spot.values()), default=1)
    on, off = [], []
    for spot, mine in by_spot.items():
        row = rows[spot]
        name, area = (atlas.name(row.key, language), row.pcode) if row else ("", "")
        mark = Mark(name, len(mine), max(case.severity for case in mine), area)
        if isinstance(spot, str):
            off.append(mark)
        else:
            radius = max(SMALLEST, round(LARGEST * sqrt(mark.count / most)))
            on.append(replace(mark, x=spot[0], y=spot[1], radius=radius))
    return sorted(on, key=_rank), sorted(off, key=_rank)


def _spot(row: PlaceRow | None, view: View) -> Spot:
    """Where on the drawing, so that a district and its chief town are one mark; the row's key where it is not there."""
    if row is None or row.lat is None or row.lon is None or not view.shows(row.lat, row.lon):
        return row.key if row else ""
    return view.at(row.lat, row.lon)


def _rank(mark: Mark) -> tuple[int, str]:
    return -mark.count, mark.name


def _measured(row: PlaceRow | None, atlas: Atlas) -> PlaceRow | None:
    """The place itself, or its district where nobody has measured it."""
    district = atlas.resolve(row.district) if row and row.lat is None else None
    return district or row


def _named(atlas: Atlas, view: View, language: str) -> list[Mark]:
    return [Mark(atlas.name(key, language), 0, 0, key, *view.at(*at)) for key, at in NAMED_AT[view].items()]


def _landmarks(atlas: Atlas, view: View, language: str, marks: Sequence[Mark]) -> list[Mark]:
    """Towns by which somebody finds their way, where no case bears their name already."""
    taken = {mark.name for mark in marks}
    found = []
    for row in atlas.gazetteer.lists["places.csv"]:
        name = atlas.name(row.key, language)
        if row.names["fr"] not in LANDMARKS or name in taken or row.lat is None or row.lon is None:
            continue
        if view.shows(row.lat, row.lon):
            found.append(Mark(name, 0, 0, row.pcode, *view.at(row.lat, row.lon)))
    return found


PAGE = Page("map", READERS_OF_CASES, blueprint)
