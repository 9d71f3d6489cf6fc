"""What people write for a choice: the words of an sms_words cell, and which of them stand in a text.

    vol de betail | vol*/pris + vache*/boeuf* | bandits?

`|` parts the ways of saying it. In each, `+` joins what must all stand in the text, in any order; `/` parts what may
stand for one another; `*` ends the beginning of a word; `?` ends what counts only where nothing else is meant.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.folding import fold
from flows.word import Word

LONG_ENOUGH = 4  # letters of a word that may be misspelt
LONG_STEM = 5
LEAST_STEM = 3


@dataclass(frozen=True, slots=True)
class Atom:
    """One word, or (stem) how it begins."""

    text: str
    stem: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """One way of saying a choice: of each of its parts, any one run of words. weak: see above."""

    choice: str
    parts: tuple[tuple[tuple[Atom, ...], ...], ...]
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """spots: the numbers of the words that say so; misspelt: only if one letter is put right."""

    choice: str
    spots: frozenset[int]
    weak: bool
    misspelt: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text with what its words may be: atom → the words that are it; slips: those that are it but for a letter."""

    found: Mapping[Atom, frozenset[int]]
    slips: frozenset[tuple[Atom, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Phrases:
    """All that may be said for one list of choices."""

    sayings: tuple[Saying, ...]
    words: frozenset[str] = field(repr=False)
    stems: frozenset[str] = field(repr=False)
    meant: Mapping[str, frozenset[str]] = field(repr=False)
    sized: Mapping[tuple[bool, int], tuple[str, ...]] = field(repr=False)  # (stem or not, letters) → what has so many

    @classmethod
    def of(cls, said: Mapping[str, Sequence[str]]) -> Self:
        """said: choice → the ways of saying it."""
        sayings = tuple(_saying(choice, way) for choice, ways in said.items() for way in ways)
        meant: dict[str, set[str]] = defaultdict(set)
        words: set[str] = set()
        stems: set[str] = set()
        for saying in sayings:
            for atom in _atoms(saying):
                (stems if atom.stem else words).add(atom.text)
                meant[atom.text].add(saying.choice)
        sized: dict[tuple[bool, int], list[str]] = defaultdict(list)
        for stem, texts in ((False, words), (True, stems)):
            for text in sorted(texts):
                sized[stem, len(text)].append(text)
        return cls(
            sayings,
            frozenset(words),
            frozenset(stems),
            {word: frozenset(of) for word, of in meant.items()},
            {size: tuple(texts) for size, texts in sized.items()},
        )

    def knows(self, word: Word) -> bool:
        return any(form in self.words or any(form.startswith(stem) for stem in self.stems) for form in word.forms)

    def hear(self, words: Sequence[Word], right: Collection[int] = ()) -> list[Heard]:
        """What the text says of these choices, the same choice perhaps several times.

        right: the numbers of words that are no slips of others.
        """
        spoken = self._spoken(words, right)
        return [heard for saying in self.sayings if (heard := _said(saying, spoken))]

    def _spoken(self, words: Sequence[Word], right: Collection[int]) -> Spoken:
        found: dict[Atom, set[int]] = defaultdict(set)
        slips: set[tuple[Atom, int]] = set()
        for number, word in enumerate(words):
            exact = list(self._exact(word))
            for atom in exact or ([] if number in right else self._near(word)):
                found[atom].add(number)
                slips |= set() if exact else {(atom, number)}
        return Spoken({atom: frozenset(spots) for atom, spots in found.items()}, frozenset(slips))

    def _exact(self, word: Word) -> Iterator[Atom]:
        for form in word.forms:
            if form in self.words:
                yield Atom(form)
            for length in range(LEAST_STEM, len(form) + 1):
                if form[:length] in self.stems:
                    yield Atom(form[:length], stem=True)

    def _near(self, word: Word) -> list[Atom]:
        """What the word is but for one letter, if that can only be one thing."""
        if len(word.folded) < LONG_ENOUGH or word.is_number:
            return []
        near = [Atom(known) for known in self._at_one(word.folded, stem=False)]
        near += [Atom(stem, stem=True) for stem in self._near_stems(word.folded)]
        meanings = {self.meant[atom.text] for atom in near}
        return near if len(meanings) == 1 else []

    def _near_stems(self, written: str) -> set[str]:
        begins = {written[:length] for length in range(LONG_STEM - 1, len(written) + 1)}
        return {stem for begin in begins for stem in self._at_one(begin, stem=True)}

    def _at_one(self, written: str, *, stem: bool) -> list[str]:
        """What is one letter, or two letters in the wrong order, away."""
        least = LONG_STEM if stem else LONG_ENOUGH
        sizes = range(max(least, len(written) - 1), len(written) + 2)
        known = [text for size in sizes for text in self.sized.get((stem, size), ())]
        near = process.extract(written, known, scorer=OSA.distance, score_cutoff=1, limit=None)
        return [text for text, distance, _ in near if distance == 1]


def _said(saying: Saying, spoken: Spoken) -> Heard | None:
    runs = [_run(part, spoken) for part in saying.parts]
    if not all(runs):
        return None
    spots = frozenset(spot for run in runs for spot, _ in run)
    misspelt = any((atom, spot) in spoken.slips for run in runs for spot, atom in run)
    return Heard(saying.choice, spots, saying.weak, misspelt)


def _run(part: Sequence[Sequence[Atom]], spoken: Spoken) -> list[tuple[int, Atom]]:
    """The first run of words that is one of these."""
    for atoms in part:
        for start in sorted(spoken.found.get(atoms[0], ())):
            run = [(start + step, atom) for step, atom in enumerate(atoms)]
            if all(spot in spoken.found.get(atom, ()) for spot, atom in run):
                return run
    return []


def _saying(choice: str, way: str) -> Saying:
    text = way.rstrip()
    parts = tuple(tuple(map(_atoms_of, part.split("/"))) for part in text.rstrip("?").split("+"))
    return Saying(choice, tuple(tuple(run for run in part if run) for part in parts), text.endswith("?"))


def _atoms_of(run: str) -> tuple[Atom, ...]:
    atoms = []
    for word in run.split():
        folded = fold(word.rstrip("*"))
        atoms += [Atom(each) for each in folded.split()]
        if word.endswith("*") and atoms:
            atoms[-1] = Atom(atoms[-1].text, stem=True)
    return tuple(atoms)


def _atoms(saying: Saying) -> Iterator[Atom]:
    for part in saying.parts:
        for run in part:
            yield from run


def fault(way: str) -> str:
    """What is wrong with one way of saying a choice, "" where nothing is."""
    body = way.strip().removesuffix("?")
    if any(not fold(run.replace("*", "")) for part in body.split("+") for run in part.split("/")):
        return f"nothing stands before or after a + or / in {way.strip()}"
    for word in body.replace("+", " ").replace("/", " ").split():
        stem = fold(word.rstrip("*"))
        if "*" in word.rstrip("*") or "?" in word:
            return f"* and ? stand at the end only, not as in {word}"
        if word.endswith("*") and len(stem) < LEAST_STEM:
            return f"{word} begins too many words: {LEAST_STEM} letters at least"
    return ""
