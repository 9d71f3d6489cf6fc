"""The gazetteer: what is known of the border, how places are imported, and in which order they are listed."""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from flows.folding import fold
from handlers.atlas import Atlas
from models.gazetteer import FILES, Gazetteer
from models.place import Place, PlaceAlias
from models.place_import import PlaceAccount, import_places
from models.seed import seed
from models.stamp import stamps

DATA = Path(__file__).parent.parent / "data"
GOGUI_TWO = {
    "name": "Gogui Deux",
    "pcode": "ML1101",
    "pcode_version": "v03",
    "country": "ML",
    "lat": "15,3",
    "lon": "-9.5",
    "aliases": "Gogui 2|قوقي 2",
}


@pytest.fixture
def stocked(db: Session) -> Session:
    """A database as every installation starts with."""
    seed(db, DATA, fold=fold)
    return db


@pytest.fixture(scope="module")
def read_already() -> dict[str, Gazetteer]:
    return {}


@pytest.fixture
def gazetteer(database_kind: str, read_already: dict[str, Gazetteer], request: pytest.FixtureRequest) -> Gazetteer:
    """What every installation starts with, in memory; read once from each kind of database."""
    if database_kind not in read_already:
        read_already[database_kind] = Gazetteer.read(request.getfixturevalue("stocked"))
    return read_already[database_kind]


def take(db: Session, *rows: Mapping[str, str | None]) -> PlaceAccount:
    return import_places(db, rows, fold=fold)


def keys(gazetteer: Gazetteer, file: str) -> list[str]:
    return [row.key for row in gazetteer.lists[file]]


@pytest.mark.parametrize("file", FILES)
def test_choices_are_narrowed_by_all_that_is_known_of_them_in_any_order(gazetteer: Gazetteer, file: str) -> None:
    atlas = Atlas.of(gazetteer, {"fr": "Ailleurs"})
    every = atlas.choices(file, {})
    assert [choice.name for choice in every] == keys(gazetteer, file)
    known = [pair for choice in every[::40] for pair in choice.columns.items()]
    for asked in [*combinations(known[:30], 1), *combinations(known[:30], 2), *combinations(known[:12], 3)]:
        narrowing = dict(reversed(asked))
        fitting = [one for one in every if all(one.columns.get(name) == value for name, value in narrowing.items())]
        assert list(atlas.choices(file, narrowing)) == fitting
    assert atlas.choices(file, {"country": "SN"}) == atlas.choices("markets.csv", {}) == ()


def test_gogui_lies_in_the_area_of_nioro_though_nobody_knows_its_coordinates(gazetteer: Gazetteer) -> None:
    gogui = gazetteer.resolve("ML1101/gogui")
    assert gogui is not None
    assert (gogui.country, gogui.region, gogui.district) == ("ML", "ML11", "ML1101")
    assert (gogui.pcode, gogui.pcode_version, gogui.lat, gogui.lon) == ("ML1101", "v03", None, None)


@pytest.mark.parametrize(
    ("key", "name", "region", "district"),
    [
        ("ML", "Mali", "", ""),
        ("ML11", "Nioro", "ML11", ""),
        ("ML1101", "Nioro", "ML11", "ML1101"),
        ("ML1101/nioro", "Nioro", "ML11", "ML1101"),
        ("ML0103", "Yelimane", "ML01", "ML0103"),
        ("ML0103/yelimane", "Yélimané", "ML01", "ML0103"),
        ("MR018/abdel begrou", "Abdel Begrou", "MR01", "MR018"),
        ("MR10/melgue", "Melgue", "MR10", "MR10"),
        ("MR103/gouraye", "Gouraye", "MR10", "MR103"),
    ],
    ids=[
        "a country",
        "a region",
        "an area",
        "the town that the area is called after",
        "ML0103 is Yélimané now, not Kayes",
        "and so is its town",
        "Abdel Begrou is not in Mali",
        "of Melgué only the region is known",
        "Gouraye",
    ],
)
def test_a_key_names(gazetteer: Gazetteer, key: str, name: str, region: str, district: str) -> None:
    row = gazetteer.resolve(key)
    assert row is not None
    assert (row.names["fr"], row.region, row.district, row.country) == (name, region, district, key[:2])


@pytest.mark.parametrize("key", ["", "XX", "ML99", "ML1101/", "ML1101/kayes", "Gogui"])
def test_other_keys_name_nothing(gazetteer: Gazetteer, key: str) -> None:
    assert gazetteer.resolve(key) is None


def test_khabou_is_two_places_and_stays_two(gazetteer: Gazetteer) -> None:
    rows = gazetteer.lists["places.csv"]
    called_so = {row.key for row in rows if "khabou" in {fold(name) for name in (row.names["fr"], *row.aliases)}}
    assert called_so == {"ML01/khabou", "MR103/ghabou"}


def test_arabic_names_are_shown_where_they_are_known(gazetteer: Gazetteer) -> None:
    shown = {key: row.names.get("ar") for key in ("ML", "MR102", "MR102/selibaby", "ML1101/gogui")
             if (row := gazetteer.resolve(key))}  # fmt: skip
    assert shown == {"ML": "مالي", "MR102": "سيلبابي", "MR102/selibaby": "سيلبابي", "ML1101/gogui": None}


def test_the_border_comes_first_in_every_list(gazetteer: Gazetteer) -> None:
    regions, districts = keys(gazetteer, "regions.csv"), keys(gazetteer, "districts.csv")
    assert keys(gazetteer, "countries.csv") == ["ML", "MR"]
    assert set(regions[:9]) == {"ML01", "ML11", "ML12", "ML14", "MR01", "MR02", "MR03", "MR04", "MR10"}
    assert districts.index("ML1101") < 55 <= districts.index("ML0201")


def test_places_are_listed_in_the_order_of_their_names_on_either_database(gazetteer: Gazetteer) -> None:
    names = [fold(row.names["fr"]) for row in gazetteer.lists["places.csv"]]
    assert names == sorted(names)


def test_a_region_with_places_of_no_known_district_is_listed_among_its_districts(gazetteer: Gazetteer) -> None:
    loose = set(keys(gazetteer, "districts.csv")) & set(keys(gazetteer, "regions.csv"))
    assert loose == {"ML01", "MR01", "MR02", "MR03", "MR04", "MR10"}


def test_what_is_there_already_is_not_seeded_again(stocked: Session) -> None:
    stocked.execute(update(Place).where(Place.folded == "gogui").values(name="Gogui Gare"))
    before = stamps(stocked)
    seed(stocked, DATA, fold=fold)
    assert stamps(stocked) == before
    assert stocked.scalars(select(Place.name).where(Place.folded == "gogui")).all() == ["Gogui Gare"]


def test_a_new_place_is_added_with_its_aliases_and_told_to_every_process(stocked: Session) -> None:
    before = stamps(stocked)["places"]
    account = take(stocked, GOGUI_TWO)
    row = Gazetteer.read(stocked).resolve("ML1101/gogui deux")
    assert (account.added, account.changed, account.unchanged, account.problems) == (1, 0, 0, [])
    assert row is not None
    assert (row.names, row.lat, row.lon) == ({"fr": "Gogui Deux", "ar": "قوقي 2"}, 15.3, -9.5)
    assert set(row.aliases) == {"Gogui 2", "قوقي 2"}
    assert stamps(stocked)["places"] == before + 1


def test_the_same_file_again_changes_nothing(stocked: Session) -> None:
    take(stocked, GOGUI_TWO)
    before = stamps(stocked)
    account = take(stocked, GOGUI_TWO)
    assert (account.added, account.changed, account.unchanged) == (0, 0, 1)
    assert stamps(stocked) == before


@pytest.mark.parametrize(
    "change",
    [{"lat": "15.4"}, {"lat": "", "lon": ""}, {"name": "GOGUI DEUX"}, {"aliases": "Gogui 2"}, {"aliases": ""}],
    ids=["coordinates", "no coordinates", "spelling", "an alias less", "no alias"],
)
def test_a_place_is_known_again_and_changed_in_its(stocked: Session, change: dict[str, str]) -> None:
    take(stocked, GOGUI_TWO)
    key = select(Place.id).where(Place.folded == "gogui deux")
    before = stocked.scalars(key).one()
    account = take(stocked, {**GOGUI_TWO, **change})
    assert (account.added, account.changed, account.problems) == (0, 1, [])
    assert stocked.scalars(key).one() == before
    aliases = stocked.scalars(select(PlaceAlias.name).where(PlaceAlias.place_id == before)).all()
    assert set(aliases) == {name for name in change.get("aliases", "Gogui 2|قوقي 2").split("|") if name}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": " "}, "row 3, column name: there is no name"),
        ({"name": "…"}, "row 3, column name: there is no name"),
        ({"name": "x" * 81}, "row 3, column name: longer than 80 characters"),
        ({"name": "ﷺ" * 10}, "row 3, column name: longer than 80 characters"),
        ({"aliases": "Gogui|" + "x" * 81}, "row 3, column aliases: longer than 80 characters"),
        ({"pcode": ""}, "row 3, column pcode: unknown P-code (empty)"),
        ({"pcode": "ML9999"}, "row 3, column pcode: unknown P-code ML9999"),
        (
            {"pcode": "ML0103", "pcode_version": "v02"},
            "row 3, column pcode_version: ML0103 is known in version v03 only",
        ),
        ({"pcode_version": ""}, "row 3, column pcode_version: ML1101 is known in version v03 only"),
        ({"country": "MR"}, "row 3, column country: ML1101 lies in ML, not in MR"),
        ({"lat": "north"}, "row 3, column lat: not a number: north"),
        ({"lat": "nan"}, "row 3, column lat: not between -90 and 90: nan"),
        ({"lat": "91"}, "row 3, column lat: not between -90 and 90: 91"),
        ({"lon": "-180.5"}, "row 3, column lon: not between -180 and 180: -180.5"),
        ({"lat": ""}, "row 3, column lat: lat and lon go together: give both or neither"),
    ],
    ids=[
        "no name",
        "a name without letters",
        "a name too long",
        "a name too long once folded",
        "an alias too long",
        "no P-code",
        "a P-code that is none",
        "an old P-code with another meaning now",
        "no version",
        "the other country",
        "no number",
        "not a number",
        "beyond the pole",
        "beyond the date line",
        "half of the coordinates",
    ],
)
def test_a_wrong_row_is_named_and_the_others_are_taken(stocked: Session, change: dict[str, str], problem: str) -> None:
    good, other = GOGUI_TWO, {**GOGUI_TWO, "name": "Gogui Trois"}
    account = take(stocked, good, {**good, "name": "Gogui Quatre", **change}, other)
    assert [str(each) for each in account.problems] == [problem]
    assert account.added == 2
    assert {"ML1101/gogui deux", "ML1101/gogui trois"} <= set(keys(Gazetteer.read(stocked), "places.csv"))


def test_a_file_without_the_columns_is_refused_row_by_row_and_adds_nothing(stocked: Session) -> None:
    account = take(stocked, {"nom": "Gogui Deux"}, {"nom": "Gogui Trois", "pcode": None})
    assert [each.row for each in account.problems] == [2, 3]
    assert account.added == 0
