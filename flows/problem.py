"""What is wrong with a form, told so that its author finds the cell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """row: as a spreadsheet counts it, the header being 1 (0 = the whole sheet); column: in its usual
    spelling ("" = the whole row).
    """

    sheet: str
    row: int
    column: str
    message: str
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        place = self.sheet + (f" row {self.row}" if self.row else "")
        place += f", column {self.column}" if self.column else ""
        return f"{place}: {self.message}"


class FormError(ValueError):
    """A form that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Problems:
    """All that has been found so far; nothing stops at the first."""

    found: list[Problem] = field(default_factory=list)

    def error(self, sheet: str, row: int, column: str, message: str) -> None:
        self._add(Problem(sheet, row, column, message))

    def warn(self, sheet: str, row: int, column: str, message: str) -> None:
        self._add(Problem(sheet, row, column, message, Severity.WARNING))

    def _add(self, problem: Problem) -> None:
        if problem not in self.found:
            self.found.append(problem)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.found)

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.found if problem.is_error)
