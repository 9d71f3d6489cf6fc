"""The blanks of a transcript: `{ref}` is filled by the first reference seen in its place, and stays it; `{code}` by the
code of an anonymous report."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import count

from models.reference import is_reference

BLANK = re.compile(r"\{(ref[0-9]*|code)\}")
REFERENCE, CODE = "[0-9]{6,8}", "[0-9]{4}"
NUMBER = re.compile(r"(?<![0-9+])[1-9][0-9]{5,7}(?![0-9])")


class Unfilled(KeyError):
    """A blank is used before any reference has filled it."""


class Blanks:
    """Which reference stands for which blank, in one conversation."""

    def __init__(self) -> None:
        self._filled: dict[str, str] = {}

    @property
    def filled(self) -> dict[str, str]:
        """Blank → reference, in the order in which they were filled."""
        return dict(self._filled)

    def fill(self, text: str) -> str:
        """The text with its references in it. Raises Unfilled."""
        return BLANK.sub(lambda found: self._reference(found[1]), text)

    def fill_known(self, text: str) -> str:
        """The same, with those that are not filled yet left blank."""
        return BLANK.sub(lambda found: self._filled.get(found[1], found[0]), text)

    def agree(self, expected: str, got: str) -> bool:
        """Whether what came is what was expected; blanks seen for the first time are filled by it."""
        pattern, new = "", list[str]()
        for part in re.split(r"(\{ref[0-9]*\}|\{code\})", expected):
            name = BLANK.fullmatch(part)
            if name is None or name[1] in self._filled:
                pattern += re.escape(self.fill(part))
            elif name[1] in new:
                pattern += f"(?P={name[1]})"
            else:
                new.append(name[1])
                pattern += f"(?P<{name[1]}>{CODE if name[1] == 'code' else REFERENCE})"
        found = re.fullmatch(pattern, got)
        if found is None or not self._fit([found[name] for name in new if name != "code"]):
            return False
        self._filled |= {name: found[name] for name in new}
        return True

    def leave(self, text: str, known: Collection[str]) -> str:
        """The text with a blank for every known reference in it; a new one gets the next free blank."""
        return NUMBER.sub(lambda found: self._blank(found[0]) if found[0] in known else found[0], text)

    def _reference(self, name: str) -> str:
        if name not in self._filled:
            raise Unfilled(name)
        return self._filled[name]

    def _fit(self, new: Sequence[str]) -> bool:
        """Whether these can fill blanks that are free: references, each of them another one."""
        return all(map(is_reference, new)) and len({*new, *self._filled.values()}) == len(new) + len(self._filled)

    def _blank(self, reference: str) -> str:
        for name, filling in self._filled.items():
            if filling == reference:
                return f"{{{name}}}"
        name = next(name for name in _names() if name not in self._filled)
        self._filled[name] = reference
        return f"{{{name}}}"


def _names() -> Iterator[str]:
    return (f"ref{n}" if n > 1 else "ref" for n in count(1))
