"""The words of a text as somebody typed it, each in the forms by which it may be known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.folding import digits, fold

_WORD = re.compile(r"\d+|[^\W\d_]+(?:['’‘ʼ`´][^\W\d_]+)*|['’‘ʼ`´][^\W\d_]+")
_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")  # they would split an Arabic word in two
_ARABIC = re.compile("[\u0600-\u06ff]")
_ELIDED = re.compile(r"(?:qu|[ldmtsnjc])(?=[aeiouyh])")
_LEAST = 3  # letters that must be left of a word without what is written onto its front
# The article, "and", "so", "in", "for", "like", and "will", longest first: one word in Arabic writing.
_JOINED = ("وبال", "وال", "فال", "بال", "كال", "ولل", "لل", "ال", "و", "ف", "ب", "ل", "ك", "س")


@dataclass(frozen=True, slots=True)
class Word:
    """typed: as it stands in the text; folded: as it is compared; forms: folded, and without an article or a
    preposition that is written onto it (l'argent, largent, وبالمركز); glued: nothing stands between it and the word
    before it, as in 12vaches or kel1."""

    typed: str
    folded: str
    forms: tuple[str, ...]
    glued: bool = False

    @property
    def is_number(self) -> bool:
        return self.folded.isdecimal()


def words_of(text: str) -> tuple[Word, ...]:
    """Numbers and letters part; whatever else stands between words is no word."""
    return tuple(_words(_MARKS.sub("", digits(text))))


def _words(plain: str) -> Iterator[Word]:
    end = -1
    for match in _WORD.finditer(plain):
        folded = fold(match[0]).replace(" ", "")
        if folded:
            yield Word(match[0], folded, tuple(dict.fromkeys([folded, *_bare(folded)])), match.start() == end)
        end = match.end()


def _bare(folded: str) -> Iterator[str]:
    if _ARABIC.match(folded):
        for joined in _JOINED:
            if folded.startswith(joined) and len(folded) - len(joined) >= _LEAST:
                yield folded[len(joined) :]
        return
    elided = _ELIDED.match(folded)
    if elided and len(folded) - elided.end() >= _LEAST:
        yield folded[elided.end() :]
