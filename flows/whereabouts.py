"""Where something happened: the gazetteer's names found in a sentence, however they are spelt, joined or split."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.folding import fold
from flows.particles import AROUND, ARTICLES, LEADING, OF, VILLAGE
from flows.word import Word, words_of

LONGEST = 5  # words in a name, particles and all
LONGEST_MISSPELT = 3
SHORTEST = 4  # letters of a name that may be misspelt; shorter ones are too much alike
OFFERED = 4

# Slips that are forgiven in a name of at least so many letters.
SLIPS = ((8, 2), (SHORTEST, 1))


@dataclass(frozen=True, slots=True)
class Row:
    """A place or an area. within: the areas above it, and itself; level: 0 a country … 3 a place."""

    key: str
    level: int
    within: frozenset[str]
    names: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sighting:
    """keys: which place it may be, the likeliest first, none where nobody knows it; sure: which one it is; exact: the
    name is spelt as one that is known; typed: as it was written; start, end: the words, from the first to the one
    after the last."""

    keys: tuple[str, ...]
    sure: bool
    exact: bool
    typed: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """keys of the names that are so many slips away from what stands from start to end."""

    start: int
    end: int
    slips: int
    keys: tuple[str, ...]
    led: bool

    @property
    def size(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that may be one name; forms: without their spaces; led: a particle stands before them, or on them; bare:
    none is the first of them, or the last."""

    start: int
    end: int
    forms: tuple[str, ...]
    led: bool
    bare: bool

    @classmethod
    def of(cls, words: Sequence[Word], start: int, end: int) -> Self:
        tail = "".join(word.folded for word in words[start + 1 : end])
        forms = words[start].forms
        bare = {words[start].folded, words[end - 1].folded}.isdisjoint(LEADING | OF)
        return cls(start, end, tuple(form + tail for form in forms), len(forms) > 1 or _is_led(words, start), bare)

    def is_free(self, taken: Collection[int]) -> bool:
        """Whether it may be a misspelt name: of few words, none of which means anything else."""
        return (
            self.bare
            and self.end - self.start <= LONGEST_MISSPELT
            and not any(spot in taken for spot in range(self.start, self.end))
        )


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """All names; joined: the name without its spaces → the keys that bear it; sized: by its length."""

    rows: Mapping[str, Row] = field(repr=False, default_factory=dict)
    joined: Mapping[str, tuple[str, ...]] = field(repr=False, default_factory=dict)
    sized: Mapping[int, tuple[str, ...]] = field(repr=False, default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        """To be built once, when the gazetteer is read."""
        known = {row.key: row for row in rows}
        joined: dict[str, dict[str, None]] = defaultdict(dict)
        for row in known.values():
            for name in row.names:
                for spelt in _spellings(name):
                    joined[spelt][row.key] = None
        sized: dict[int, list[str]] = defaultdict(list)
        for spelt in joined:
            sized[len(spelt)].append(spelt)
        return cls(
            known,
            {spelt: tuple(keys) for spelt, keys in joined.items()},
            {size: tuple(names) for size, names in sized.items()},
        )

    def find(self, words: Sequence[Word], *, taken: Collection[int] = (), near: Sequence[str] = ()) -> Sighting | None:
        """The place that the sentence names.

        taken: the numbers of the words that mean something else, and are no misspelt names; near: keys of places
        where the writer may well be, which decide between namesakes.
        """
        seen = self._seen(words, taken)
        areas = self._areas(words, seen)
        places = [each for each in seen if not self._is_around(words, each)]
        best = _best(places, taken)
        if not best:
            return _unknown(words, taken)
        return self._sighting(words, best, areas, near)

    def spot(self, text: str) -> Sighting | None:
        """The place that a text is which should be nothing but its name, particles such as "vers" aside."""
        words = words_of(text)
        found = self.find(words)
        rest = [word for number, word in enumerate(words) if found and not found.start <= number < found.end]
        if found is None or any(word.folded not in LEADING | AROUND | OF for word in rest):
            return None
        return found

    def _seen(self, words: Sequence[Word], taken: Collection[int]) -> list[_Seen]:
        """Every run of words that is a name, and what may be a misspelt one unless it is part of such a run."""
        runs = [_Run.of(words, start, end) for start, end in _spans(words)]
        exact = [_Seen(run.start, run.end, 0, keys, run.led) for run in runs if (keys := self._named(run))]
        return exact + [
            each
            for run in runs
            if run.is_free(taken) and not any(_lies_in(run, other) for other in exact)
            for each in self._misspelt(run)
        ]

    def _named(self, run: "_Run") -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for form in run.forms for key in self.joined.get(form, ())))

    def _misspelt(self, run: "_Run") -> Iterator[_Seen]:
        found: dict[int, dict[str, None]] = defaultdict(dict)
        for form in run.forms:
            for name, slips in self._alike(form):
                found[slips] |= dict.fromkeys(self.joined[name])
        for slips, keys in sorted(found.items()):
            yield _Seen(run.start, run.end, slips, tuple(keys), run.led)

    def _alike(self, form: str) -> Iterator[tuple[str, int]]:
        allowed = next((slips for least, slips in SLIPS if len(form) >= least), 0)
        for size in range(len(form) - allowed, len(form) + allowed + 1):
            within = next((slips for least, slips in SLIPS if size >= least), 0)
            names = self.sized.get(size, ())
            near = process.extract(form, names, scorer=OSA.distance, score_cutoff=min(allowed, within), limit=None)
            for name, slips, _ in near:
                if slips and _begins_alike(form, name):
                    yield name, int(slips)

    def _areas(self, words: Sequence[Word], seen: Sequence[_Seen]) -> frozenset[str]:
        """The countries and areas that the sentence says it lies in."""
        named: set[str] = set()
        for each in seen:
            around = self._is_around(words, each)
            for key in each.keys:
                level = self.rows[key].level
                if each.slips <= 1 and (level == 0 or (around and level < 3) or (level == 1 and len(each.keys) == 1)):
                    named.add(key)
        return frozenset(named)

    def _is_around(self, words: Sequence[Word], seen: _Seen) -> bool:
        """Whether that is a country, or says which region or cercle is meant."""
        if all(self.rows[key].level == 0 for key in seen.keys):
            return True
        before = [word.folded for word in words[max(0, seen.start - 2) : seen.start]]
        return bool(before) and (before[-1] in AROUND or (before[-1] in OF and before[0] in AROUND))

    def _sighting(
        self, words: Sequence[Word], best: Sequence[_Seen], areas: frozenset[str], near: Sequence[str]
    ) -> Sighting:
        keys = tuple(dict.fromkeys(key for each in best for key in each.keys))
        keys = self._within(self._smallest(keys), areas)
        keys = self._near(keys, near)
        first = best[0]
        typed = " ".join(word.typed for word in words[first.start : first.end])
        sure = len(keys) == 1 and (first.slips == 0 or first.led) and self.rows[keys[0]].level > 1
        return Sighting(keys[:OFFERED], sure, not first.slips, typed, first.start, first.end)

    def _smallest(self, keys: Sequence[str]) -> tuple[str, ...]:
        """A town rather than the area that is called after it."""
        above = {area for key in keys for area in self.rows[key].within if area != key}
        return tuple(key for key in keys if key not in above) or tuple(keys)

    def _within(self, keys: tuple[str, ...], areas: frozenset[str]) -> tuple[str, ...]:
        inside = tuple(key for key in keys if self.rows[key].within & areas)
        return inside or keys

    def _near(self, keys: tuple[str, ...], near: Sequence[str]) -> tuple[str, ...]:
        """Of namesakes the only one in the writer's own district, or region."""
        usual = [self.rows[key].within for key in near if key in self.rows]
        for level in (2, 1):
            home = {area for within in usual for area in within if self.rows[area].level == level}
            inside = tuple(key for key in keys if self.rows[key].within & home)
            if len(inside) == 1:
                return inside
        return keys


def _spellings(name: str) -> Iterator[str]:
    """The name without spaces, and without an article that is often left out."""
    words = fold(name).split()
    yield "".join(words)
    if len(words) > 1 and words[0] in ARTICLES:
        yield "".join(words[1:])
    for word in words[:1]:
        if word.startswith("ال") and len(word) > SHORTEST + 1:
            yield "".join([word[2:], *words[1:]])


def _begins_alike(form: str, name: str) -> bool:
    """Short names have so many neighbours that their first letter must be right, or have changed places."""
    return min(len(form), len(name)) > 5 or form[0] == name[0] or form[:2] == name[1::-1]


def _spans(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Every run of words without a number."""
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST, len(words)) + 1):
            if words[end - 1].is_number:
                break
            yield start, end


def _lies_in(run: _Run, name: _Seen) -> bool:
    return name.start <= run.start and run.end <= name.end


def _is_led(words: Sequence[Word], start: int) -> bool:
    return start > 0 and words[start - 1].folded in LEADING | OF


def _best(seen: Sequence[_Seen], taken: Collection[int]) -> list[_Seen]:
    """What is written rightly before what is not, what a particle leads to before what stands alone, and the longest
    name; several where as much speaks for each."""
    free = [each for each in seen if each.slips or each.size > 1 or each.start not in taken or each.led]
    kept = [each for each in free if not any(_covers(other, each) for other in free)]
    if not kept:
        return []
    first = min(kept, key=_rank)
    return [each for each in sorted(kept, key=_rank) if _rank(each)[:2] == _rank(first)[:2] or _is_rival(each, first)]


def _rank(seen: _Seen) -> tuple[int, bool, int]:
    return seen.slips, not seen.led, -seen.size


def _covers(other: _Seen, each: _Seen) -> bool:
    """Whether the other is a longer run around it: "gogui zamal" is Gogui Zemal with a slip, and not Gogui."""
    return other.start <= each.start and each.end <= other.end and other.size > each.size


def _is_rival(each: _Seen, first: _Seen) -> bool:
    """The same words, misspelt, are within reach of another name too."""
    return first.slips > 0 and (each.start, each.end) == (first.start, first.end) and each.slips == first.slips


def _unknown(words: Sequence[Word], taken: Collection[int]) -> Sighting | None:
    """What follows "village de", as it is typed: nobody knows it, and whoever reads the report may."""
    for spot, word in enumerate(words[:-1]):
        if word.folded not in VILLAGE:
            continue
        start = spot + 1 + (words[spot + 1].folded in OF and spot + 2 < len(words))
        end = start
        while end < len(words) and end < start + 3 and end not in taken and not words[end].is_number:
            end += 1
        if end > start:
            return Sighting((), True, False, " ".join(each.typed for each in words[start:end]), start, end)
    return None
