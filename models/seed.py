"""What the tables hold from the start: codes, routes, clocks, P-codes and the border's places."""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import retention
from models.base import new_id
from models.code import Code, Compartment
from models.member import Role
from models.place import Place
from models.place_import import import_places
from models.route import Pace, Route
from models.stamp import bump

ROUTES = (
    (Compartment.OPERATIONS, Role.COORDINATOR, 2),
    (Compartment.PROTECTION, Role.PROTECTION, 0),
    (Compartment.FEEDBACK, Role.COORDINATOR, 2),
    (Compartment.COMPLAINTS, Role.COMPLAINTS, 0),
    (Compartment.PSEA, Role.PSEA, 0),
    (Compartment.PRIVACY, Role.PRIVACY, 0),
    (Compartment.INTAKE, Role.ADMIN, 0),
)
MINUTE = 60
DAY = 24 * 60 * MINUTE
PACE_COLUMNS = (
    "severity",
    "ack_within_seconds",
    "repeats",
    "batch_seconds",
    "holds_in_quiet_hours",
    "stale_after_seconds",
)
PACES = (
    (4, 15 * MINUTE, 2, 0, False, 0),
    (3, 60 * MINUTE, 1, 0, False, DAY),
    (2, 0, 0, 15 * MINUTE, True, DAY),
    (1, 0, 0, 0, True, DAY),
    (0, 0, 0, 0, True, DAY),
)
COUNTRIES = (("ML", "MLI", "Mali", "مالي"), ("MR", "MRT", "Mauritanie", "موريتانيا"))
REGION_WIDTH = 4  # both countries write a region as two letters and two digits
WHOLE = "iso"  # the version of a country's own code


def seed(db: Session, folder: Path, *, fold: Callable[[str], str]) -> None:
    """Add what is missing from the files in `folder`; what an administrator has changed stays as it is."""
    _codes(db, folder / "codes.csv")
    if db.scalars(select(Pace)).first() is None:
        db.add_all([Pace(**dict(zip(PACE_COLUMNS, row, strict=True))) for row in PACES])
        db.add_all([Route(id=new_id(), compartment=c, role=r, min_severity=s) for c, r, s in ROUTES])
    retention.fill_up(db)
    if db.scalars(select(Place)).first() is None:
        _areas(db, folder, fold)
        import_places(db, _rows(folder / "places.csv"), fold=fold)
    db.flush()


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _codes(db: Session, path: Path) -> None:
    known = set(db.scalars(select(Code.code)))
    fresh = [_code(row) for row in _rows(path) if row["code"] not in known]
    if fresh:
        db.add_all(fresh)
        bump(db, "codes")


def _code(row: Mapping[str, str]) -> Code:
    words = {name: row[name] for name in row if name.startswith(("name_", "short_"))}
    return Code(
        code=row["code"],
        key=row["key"],
        compartment=Compartment(row["compartment"]),
        default_severity=int(row["default_severity"]),
        shareable=row["shareable"] == "yes",
        active=row["active"] == "yes",
        **words,
    )


def _areas(db: Session, folder: Path, fold: Callable[[str], str]) -> None:
    """Countries, then both levels of areas; those along the border come first in every list."""
    border = {row["pcode"]: row for row in _rows(folder / "border_adm2.csv")}
    near = set(border) | {pcode[:REGION_WIDTH] for pcode in border}
    known: dict[str, Place] = {}
    for iso2, iso3, name, name_ar in COUNTRIES:
        country = Place(level=0, country=iso2, pcode=iso2, pcode_version=WHOLE, name=name, name_ar=name_ar, border=True)
        known[iso3] = _add(db, country, fold)
    for row in sorted(_rows(folder / "pcodes.csv"), key=lambda row: row["Admin Level"]):
        area = Place(
            parent_id=known[row["Parent P-Code"]].id,
            level=int(row["Admin Level"]),
            country=known[row["Location"]].country,
            pcode=row["P-Code"],
            pcode_version=row["Version"],
            name=row["Name"],
            **_chief_town(border.get(row["P-Code"], {})),
            border=row["P-Code"] in near,
        )
        known[area.pcode] = _add(db, area, fold)
    db.flush()  # in the order of adding: whatever lies in an area comes after it
    bump(db, "places")


def _chief_town(row: Mapping[str, str]) -> dict[str, str | float | None]:
    """What an area takes from its chief town: the Arabic name, and where it lies."""
    lat, lon = row.get("lat_chef_lieu"), row.get("lon_chef_lieu")
    return {
        "name_ar": row.get("name_ar") or None,
        "lat": float(lat) if lat else None,
        "lon": float(lon) if lon else None,
    }


def _add(db: Session, place: Place, fold: Callable[[str], str]) -> Place:
    place.id, place.folded = new_id(), fold(place.name)
    db.add(place)
    return place
