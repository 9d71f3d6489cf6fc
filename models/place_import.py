"""Places from a CSV: good rows are taken, wrong ones are named by row and column, and nothing is lost."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.base import new_id
from models.gazetteer import ARABIC
from models.place import Place, PlaceAlias
from models.stamp import bump

COLUMNS = ("name", "pcode", "pcode_version", "country", "lat", "lon", "aliases")
LONGEST_NAME = 80
FIRST_ROW = 2  # the header is row 1


@dataclass(frozen=True, slots=True)
class Problem:
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.message}"


@dataclass(slots=True)
class PlaceAccount:
    """What an import did, in rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


class _Wrong(ValueError):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def import_places(db: Session, rows: Iterable[Mapping[str, str | None]], *, fold: Callable[[str], str]) -> PlaceAccount:
    """Add and change places; a place is known by its P-code, that code's version and its folded name."""
    account = PlaceAccount()
    areas = {(place.pcode, place.pcode_version): place for place in db.scalars(select(Place).where(Place.level < 3))}
    for number, raw in enumerate(rows, start=FIRST_ROW):
        row = {column: (raw.get(column) or "").strip() for column in COLUMNS}
        try:
            outcome = _take(db, row, areas, fold)
        except _Wrong as wrong:
            account.problems.append(Problem(number, wrong.column, str(wrong)))
        else:
            setattr(account, outcome, getattr(account, outcome) + 1)
    if account.added or account.changed:
        bump(db, "places")
    return account


def _take(
    db: Session, row: Mapping[str, str], areas: Mapping[tuple[str, str], Place], fold: Callable[[str], str]
) -> str:
    area = _area(row, areas)
    if not fold(row["name"]):
        raise _Wrong("name", "there is no name")
    aliases = [alias.strip() for alias in row["aliases"].split("|") if fold(alias)]
    _check_lengths({"name": [row["name"]], "aliases": aliases}, fold)
    _check_pair(row)
    values = {
        "parent_id": area.id,
        "country": area.country,
        "name": row["name"],
        "name_ar": next((name for name in (row["name"], *aliases) if ARABIC.search(name)), None),
        "lat": _degrees(row, "lat", 90),
        "lon": _degrees(row, "lon", 180),
    }
    key = {"pcode": area.pcode, "pcode_version": area.pcode_version, "folded": fold(row["name"]), "level": 3}
    place = db.scalars(select(Place).filter_by(**key)).first()
    outcome = _write(db, place, key, values)
    place = place or db.scalars(select(Place).filter_by(**key)).one()
    renamed = _write_aliases(db, place, {fold(alias): alias for alias in aliases})
    return "changed" if renamed and outcome == "unchanged" else outcome


def _area(row: Mapping[str, str], areas: Mapping[tuple[str, str], Place]) -> Place:
    area = areas.get((row["pcode"], row["pcode_version"]))
    if area is None:
        known = sorted(version for pcode, version in areas if pcode == row["pcode"])
        if known:
            raise _Wrong("pcode_version", f"{row['pcode']} is known in version {', '.join(known)} only")
        raise _Wrong("pcode", f"unknown P-code {row['pcode'] or '(empty)'}")
    if row["country"] and row["country"] != area.country:
        raise _Wrong("country", f"{area.pcode} lies in {area.country}, not in {row['country']}")
    return area


def _check_lengths(names: Mapping[str, Sequence[str]], fold: Callable[[str], str]) -> None:
    """Longer names are most often two rows in one; PostgreSQL would refuse the whole import."""
    for column, texts in names.items():
        if any(max(len(text), len(fold(text))) > LONGEST_NAME for text in texts):
            raise _Wrong(column, f"longer than {LONGEST_NAME} characters")


def _check_pair(row: Mapping[str, str]) -> None:
    missing = [column for column in ("lat", "lon") if not row[column]]
    if len(missing) == 1:
        raise _Wrong(missing[0], "lat and lon go together: give both or neither")


def _degrees(row: Mapping[str, str], column: str, most: float) -> float | None:
    """Empty is allowed: many places have no known coordinates, and they count all the same."""
    if not row[column]:
        return None
    try:
        value = float(row[column].replace(",", "."))
    except ValueError:
        raise _Wrong(column, f"not a number: {row[column]}") from None
    if not abs(value) <= most:
        raise _Wrong(column, f"not between -{most:g} and {most:g}: {row[column]}")
    return value


def _write(db: Session, place: Place | None, key: Mapping[str, object], values: Mapping[str, object]) -> str:
    if place is None:
        db.add(Place(id=new_id(), border=True, **key, **values))
        db.flush()
        return "added"
    before = {name: getattr(place, name) for name in values}
    if before == values:
        return "unchanged"
    for name, value in values.items():
        setattr(place, name, value)
    db.flush()
    return "changed"


def _write_aliases(db: Session, place: Place, aliases: Mapping[str, str]) -> bool:
    """Whether the aliases are others now than before."""
    before = {
        alias.folded: alias.name for alias in db.scalars(select(PlaceAlias).where(PlaceAlias.place_id == place.id))
    }
    if before == aliases:
        return False
    db.execute(delete(PlaceAlias).where(PlaceAlias.place_id == place.id))
    db.add_all([PlaceAlias(place_id=place.id, folded=folded, name=name) for folded, name in aliases.items()])
    db.flush()
    return True
