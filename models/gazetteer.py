"""The gazetteer in memory: both countries' areas and places, as lists to choose from."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.place import Place, PlaceAlias

FILES = ("countries.csv", "regions.csv", "districts.csv", "places.csv")
ARABIC = re.compile("[\u0600-\u06ff]")


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """key: `ML`, `ML11`, `ML1101`, or `ML1101/gogui` for a place; country, region, district: the keys above it,
    "" where unknown; a place that lies somewhere in a region has the region's key for its district."""

    key: str
    place_id: int
    names: Mapping[str, str]
    aliases: tuple[str, ...]
    country: str
    region: str
    district: str
    level: int
    pcode: str
    pcode_version: str
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """rows: by key; lists: virtual CSV file → its rows, border areas first, then by name."""

    rows: Mapping[str, PlaceRow] = field(repr=False)
    keys: Mapping[int, str] = field(repr=False)
    lists: Mapping[str, Sequence[PlaceRow]] = field(repr=False)

    @classmethod
    def read(cls, db: Session) -> Self:
        """All places, in two queries."""
        aliases: dict[int, list[str]] = defaultdict(list)
        for alias in db.execute(select(PlaceAlias.place_id, PlaceAlias.name).order_by(PlaceAlias.name)):
            aliases[alias.place_id].append(alias.name)
        # Sorted here: databases order letters each in their own way, and a choice must keep its digit.
        places = sorted(db.scalars(select(Place)), key=lambda p: (p.level, not p.border, p.folded, p.pcode))
        by_id = {place.id: place for place in places}
        rows = [_row(place, by_id, tuple(aliases[place.id])) for place in places]
        return cls(
            rows={row.key: row for row in rows},
            keys={row.place_id: row.key for row in rows},
            lists=_lists(rows),
        )

    @property
    def countries(self) -> list[str]:
        return [row.key for row in self.lists["countries.csv"]]

    def resolve(self, key: str) -> PlaceRow | None:
        return self.rows.get(key)

    def by_id(self, place_id: int | None) -> PlaceRow | None:
        return self.rows.get(self.keys.get(place_id, "")) if place_id is not None else None

    def named(self, folded: str) -> list[PlaceRow]:
        """The places and areas of that folded name, places first."""
        found = [row for row in self.rows.values() if row.key.rpartition("/")[2] == folded]
        return sorted(found, key=lambda row: -row.level)


def _row(place: Place, by_id: Mapping[int, Place], aliases: tuple[str, ...]) -> PlaceRow:
    above = {step.level: step.pcode for step in _upwards(place, by_id)}
    region = above.get(1, "")
    names = {"fr": place.name, **({"ar": place.name_ar} if place.name_ar else {})}
    return PlaceRow(
        key=place.pcode if place.level < 3 else f"{place.pcode}/{place.folded}",
        place_id=place.id,
        names=names,
        aliases=aliases,
        country=place.country,
        region=region,
        district=above.get(2, "") or (region if place.level == 3 else ""),
        level=place.level,
        pcode=place.pcode,
        pcode_version=place.pcode_version,
        lat=place.lat,
        lon=place.lon,
    )


def _upwards(place: Place, by_id: Mapping[int, Place]) -> list[Place]:
    steps = [place]
    while steps[-1].parent_id is not None:
        steps.append(by_id[steps[-1].parent_id])
    return steps


def _lists(rows: Sequence[PlaceRow]) -> dict[str, list[PlaceRow]]:
    lists = {file: [row for row in rows if row.level == level] for level, file in enumerate(FILES)}
    loose = {row.region for row in lists["places.csv"] if row.district == row.region}
    elsewhere = [row for row in lists["regions.csv"] if row.key in loose]
    lists["districts.csv"] = [*lists["districts.csv"], *elsewhere]
    return lists
