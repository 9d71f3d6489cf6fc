"""What is wrong with a file, in the language of whoever sent it. The checks speak English, as the command line does;
what they say is known again by its shape, which is that of the English catalogue's sentences."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import Formatter

from flows.language import Words, chain

PREFIX = "console.fault."
NUMBERS = frozenset({"n"})
PARTS = frozenset({"what", "other_what", "but_what", "meant"})  # what the checks say themselves, or nothing


@dataclass(frozen=True, slots=True)
class _Shape:
    """certain: how many characters do not depend on the file; of two that match, the more certain one is meant."""

    key: str
    pattern: re.Pattern[str]
    certain: int


class Faults:
    """Built once, from the catalogues."""

    def __init__(self, words: Words) -> None:
        self._words = words
        found = [_shape(key, texts[0]) for key, texts in words.catalogues["en"].texts.items() if key.startswith(PREFIX)]
        self._shapes: Sequence[_Shape] = sorted(found, key=lambda shape: -shape.certain)

    def say(self, message: str, language: str) -> str | None:
        """None for a sentence that is not ours, as those of the library that reads forms are."""
        for shape in self._shapes:
            match = shape.pattern.fullmatch(message)
            if match:
                values = {name: self._part(name, value, language) for name, value in match.groupdict().items()}
                return self._words.say(shape.key, chain(language), **values)
        return None

    def _part(self, name: str, value: str, language: str) -> str:
        said = self.say(value, language) if name in PARTS else None
        return value if said is None else said


def _shape(key: str, text: str) -> _Shape:
    pieces = list(Formatter().parse(text))
    pattern = "".join(re.escape(literal) + _hole(name) for literal, name, _, _ in pieces)
    return _Shape(key, re.compile(pattern, re.DOTALL), sum(len(literal) for literal, *_ in pieces))


def _hole(name: str | None) -> str:
    """What stands for a part that the file decides."""
    if name is None:
        return ""
    return rf"(?P<{name}>\d+)" if name in NUMBERS else rf"(?P<{name}>.*?)" if name == "meant" else rf"(?P<{name}>.+?)"
