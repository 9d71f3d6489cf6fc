"""The cells of one row of a survey, each read as what it should be, with every fault noted."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from flows.expressions import compile
from flows.form import Expression, Labels
from flows.problem import Problems
from flows.sheets import Row
from flows.spelling import near
from flows.tokens import ExpressionError

YES, NO = ("yes", "true", "true()"), ("", "no", "false", "false()")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")

_REFERENCE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
_UNCLOSED = "a } is missing behind ${"


@dataclass(frozen=True, slots=True)
class Mention:
    """A ${name} in a cell."""

    row: int
    column: str
    name: str


def unknown(name: str, known: Collection[str]) -> str:
    """That there is no question of that name."""
    likely = near(name, known)
    return f"there is no question ${{{name}}}" + (f"; did you mean ${{{likely}}}?" if likely else "")


def faults(text: str, known: Collection[str]) -> list[str]:
    """What is wrong with the ${name} in a label."""
    unclosed = [_UNCLOSED] if "${" in _REFERENCE.sub("", text) else []
    return unclosed + [unknown(name, known) for name in _REFERENCE.findall(text) if name not in known]


@dataclass(frozen=True, slots=True)
class Cells:
    """language: of the columns that name none; mentions: the questions that the cells read so far speak of."""

    sheet: str
    row: Row
    language: str
    problems: Problems
    mentions: list[Mention] = field(default_factory=list)

    def error(self, column: str, message: str) -> None:
        self.problems.error(self.sheet, self.row.number, column, message)

    def text(self, column: str) -> str:
        return self.row.text(column)

    def name(self) -> str:
        name = self.text("name")
        if not NAME.fullmatch(name):
            instead = f", not {name}" if name else ""
            self.error("name", f"a name of letters, digits and _ is expected{instead}")
        return name

    def labels(self, column: str) -> Labels:
        labels = self.row.texts(column, self.language)
        self._mention({f"{column} ({tag})": label for tag, label in labels.items()})
        return labels

    def short(self) -> Labels:
        labels = self.row.tagged("ussd_label_")
        self._mention({f"ussd_label_{tag}": label for tag, label in labels.items()})
        return labels

    def _mention(self, texts: Mapping[str, str]) -> None:
        for column, text in texts.items():
            self.mentions.extend(Mention(self.row.number, column, name) for name in _REFERENCE.findall(text))
            if "${" in _REFERENCE.sub("", text):
                self.error(column, _UNCLOSED)

    def expression(self, column: str, *, of_choices: bool = False) -> Expression | None:
        """None where there is none, or none that can be compiled; of_choices: bare names are columns."""
        source = self.text(column)
        try:
            expression = compile(source) if source else None
        except ExpressionError as error:
            self.error(column, f"in {source} {error}")
            return None
        if not expression:
            return None
        names = sorted(expression.references)
        self.mentions.extend(Mention(self.row.number, column, name) for name in names)
        if expression.columns and not of_choices:
            name = min(expression.columns)
            self.error(column, f"{name} is neither a question, written ${{{name}}}, nor a text, written '{name}'")
        return expression

    def yes(self, column: str) -> bool:
        written = self.text(column)
        if written.lower() not in (*YES, *NO):
            self.error(column, f"yes or nothing is expected, not {written}")
        return written.lower() in YES

    def one_of(self, column: str, allowed: Sequence[str]) -> str:
        """One of the words allowed, or ""."""
        value = self.text(column)
        if value and value not in allowed:
            self.error(column, f"one of {', '.join(allowed)} is expected, not {value}")
        return value if value in allowed else ""

    def whole(self, column: str, otherwise: int, most: int) -> int:
        """A number from 1 to most, or what stands for an empty cell."""
        value = self.text(column)
        if value and not (re.fullmatch(r"[0-9]{1,3}", value) and 1 <= int(value) <= most):
            self.error(column, f"a number from 1 to {most} is expected, not {value}")
            return otherwise
        return int(value or otherwise)
