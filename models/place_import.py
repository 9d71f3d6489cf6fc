"""Places from a CSV: good rows are taken, wrong ones are named by row and column, and nothing is lost."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from models.base import new_id
from models.gazetteer import ARABIC
from models.place import Place, PlaceAlias
from models.stamp import bump

COLUMNS = ("name", "pcode", "pcode_version", "country", "lat", "lon", "aliases")
LEVEL = 3  # of towns, villages and posts
LONGEST_NAME = 80
FIRST_ROW = 2  # the header is row 1


@dataclass(frozen=True, slots=True)
class Problem:
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that was taken. outcome: added, changed or unchanged; who: whom it is about; columns: what changed."""

    row: int
    outcome: str
    who: str
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class PlaceAccount:
    """What an import did, in rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    rows: list[Taken] = field(default_factory=list)


class _Wrong(ValueError):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


@dataclass(slots=True)
class _Known:
    """What the tables held before, and what becomes of it; aliases: place id → folded → name."""

    areas: dict[tuple[str, str], Place]
    places: dict[tuple[str, str, str], Place]
    aliases: dict[int, dict[str, str]]
    renamed: set[int] = field(default_factory=set)


def import_places(
    db: Session, rows: Iterable[Mapping[str, str | None]], *, fold: Callable[[str], str], first_row: int = FIRST_ROW
) -> PlaceAccount:
    """Add and change places; a place is known by its P-code, that code's version and its folded name. first_row: the
    number of the first of these rows in their file."""
    account = PlaceAccount()
    known = _read(db)
    for number, raw in enumerate(rows, start=first_row):
        row = {column: (raw.get(column) or "").strip() for column in COLUMNS}
        try:
            outcome = _take(db, row, known, fold)
        except _Wrong as wrong:
            account.problems.append(Problem(number, wrong.column, str(wrong)))
        else:
            setattr(account, outcome, getattr(account, outcome) + 1)
            account.rows.append(Taken(number, outcome, row["name"]))
    _write_aliases(db, known)
    if account.added or account.changed:
        bump(db, "places")
    return account


def _read(db: Session) -> _Known:
    known = _Known({}, {}, defaultdict(dict))
    for place in db.scalars(select(Place)):
        if place.level < LEVEL:
            known.areas[place.pcode, place.pcode_version] = place
        else:
            known.places[place.pcode, place.pcode_version, place.folded] = place
    for place_id, folded, name in db.execute(select(PlaceAlias.place_id, PlaceAlias.folded, PlaceAlias.name)):
        known.aliases[place_id][folded] = name
    return known


def _take(db: Session, row: Mapping[str, str], known: _Known, fold: Callable[[str], str]) -> str:
    area = _area(row, known.areas)
    aliases = [alias.strip() for alias in row["aliases"].split("|") if fold(alias)]
    _check_names(row["name"], aliases, fold)
    _check_pair(row)
    values = {
        "parent_id": area.id,
        "country": area.country,
        "name": row["name"],
        "name_ar": next((name for name in (row["name"], *aliases) if ARABIC.search(name)), None),
        "lat": _degrees(row, "lat", 90),
        "lon": _degrees(row, "lon", 180),
    }
    key = (area.pcode, area.pcode_version, fold(row["name"]))
    return _change(db, known, key, values, {fold(alias): alias for alias in aliases})


def _change(
    db: Session, known: _Known, key: tuple[str, str, str], values: Mapping[str, object], aliases: dict[str, str]
) -> str:
    place = known.places.get(key)
    outcome = "unchanged"
    if place is None:
        pcode, version, folded = key
        place = Place(id=new_id(), level=LEVEL, border=True, pcode=pcode, pcode_version=version, folded=folded)
        known.places[key] = place
        db.add(place)
        outcome = "added"
    elif values != {name: getattr(place, name) for name in values} or aliases != known.aliases[place.id]:
        outcome = "changed"
    for name, value in values.items():
        setattr(place, name, value)
    if aliases != known.aliases[place.id]:
        known.aliases[place.id] = aliases
        known.renamed.add(place.id)
    return outcome


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


def _check_names(name: str, aliases: Sequence[str], fold: Callable[[str], str]) -> None:
    """Longer names are most often two rows in one; PostgreSQL would refuse the whole import."""
    if not fold(name):
        raise _Wrong("name", "there is no name")
    for column, names in (("name", [name]), ("aliases", aliases)):
        if any(max(len(text), len(fold(text))) > LONGEST_NAME for text in names):
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


def _write_aliases(db: Session, known: _Known) -> None:
    db.flush()  # the places first, since their aliases refer to them
    table = PlaceAlias.__table__
    gone = [{"gone": place_id} for place_id in known.renamed]
    rows = [
        {"place_id": place_id, "folded": folded, "name": name}
        for place_id in known.renamed
        for folded, name in known.aliases[place_id].items()
    ]
    if gone:
        db.connection().execute(delete(PlaceAlias).where(table.c.place_id == bindparam("gone")), gone)
    if rows:
        db.connection().execute(insert(PlaceAlias), rows)
