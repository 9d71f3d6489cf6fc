"""The gazetteer as lists to choose from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Self

from flows.form import Choice, Labels
from flows.whereabouts import Row, Whereabouts
from models.gazetteer import FILES, Gazetteer, PlaceRow

REGION = 1

Values = frozenset[tuple[str, str]]  # of columns


@dataclass(frozen=True, slots=True)
class Atlas:
    """gazetteer: the rows; beneath: virtual CSV file, and values of columns → its choices that have them, all where no
    value is named; whereabouts: their names, to be found in a sentence."""

    gazetteer: Gazetteer
    beneath: Mapping[tuple[str, Values], Sequence[Choice]] = field(repr=False)
    whereabouts: Whereabouts = field(repr=False)

    @classmethod
    def of(cls, gazetteer: Gazetteer, elsewhere: Labels) -> Self:
        """elsewhere: what to call the rest of a region, for places whose district nobody knows."""
        beneath: dict[tuple[str, Values], list[Choice]] = defaultdict(list)
        for name in FILES:
            for row in gazetteer.lists[name]:
                choice = _choice(row, name, elsewhere)
                for values in _subsets(choice.columns):
                    beneath[name, values].append(choice)
        return cls(gazetteer, dict(beneath), Whereabouts.of(map(_row, gazetteer.rows.values())))

    def choices(self, file: str, narrowing: Mapping[str, str]) -> Sequence[Choice]:
        """The choices of that list whose columns equal the narrowing; empty for a list that is not ours."""
        return self.beneath.get((file, frozenset(narrowing.items())), ())

    def resolve(self, key: str) -> PlaceRow | None:
        return self.gazetteer.resolve(key) if key else None

    def name(self, key: str, language: str) -> str:
        """What a place is called in that language, "" where the key names none."""
        row = self.resolve(key)
        return (row.names.get(language) or row.names["fr"]) if row else ""


def _subsets(columns: Mapping[str, str]) -> Iterator[Values]:
    for many in range(len(columns) + 1):
        yield from map(frozenset, combinations(columns.items(), many))


def _row(row: PlaceRow) -> Row:
    within = frozenset(filter(None, [row.country, row.region, row.district, row.key]))
    return Row(row.key, row.level, within, (*row.names.values(), *row.aliases))


def _choice(row: PlaceRow, file: str, elsewhere: Labels) -> Choice:
    rest_of_region = file == "districts.csv" and row.level == REGION
    levels = {"country": row.country, "region": row.region, "district": row.district}
    own = {} if rest_of_region else {row.key}
    columns = {level: value for level, value in levels.items() if value and value not in own}
    return Choice(row.key, elsewhere if rest_of_region else row.names, columns=columns, words=row.aliases)
