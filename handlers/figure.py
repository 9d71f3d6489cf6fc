"""A number as it may be told: a count under five stays hidden, and no total and no arrow gives it away."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FEWEST = 5  # a smaller count may point at somebody
SLACK = FEWEST - 2  # how far a hidden count may lie above its least, which is one


class Arrow(StrEnum):
    UP = "up"
    DOWN = "down"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Figure:
    """count: what it is, which is for nobody's eyes unless low and high are the same; low, high: between what
    whoever reads all of a digest can tell that it lies."""

    count: int
    low: int
    high: int

    @property
    def text(self) -> str:
        """`7`, `<5`, or `7+` for seven or more."""
        if self.low == self.high:
            return str(self.low)
        if self.high < FEWEST:
            return f"<{FEWEST}"
        return f"{self.low if self.low >= FEWEST - 1 else FEWEST}+"

    def __bool__(self) -> bool:
        return self.count > 0


def exact(count: int) -> Figure:
    return Figure(count, count, count)


def single(count: int) -> Figure:
    """A count of its own: hidden from one to four."""
    return Figure(count, 1, FEWEST - 1) if 0 < count < FEWEST else exact(count)


def total(parts: Iterable[Figure]) -> Figure:
    """The sum of figures that are told beside it.

    It is told as it is only where each hidden part may still be anything from one to four: so many above the least
    that they can be together, and so many below the most. Elsewhere a subtraction would uncover them, and what is
    told is how many there are at least, which follows from the parts.
    """
    count = low = high = 0
    for part in parts:
        count, low, high = count + part.count, low + part.low, high + part.high
    if count - low >= SLACK and high - count >= SLACK:
        return exact(count)
    if count < FEWEST and low < FEWEST - 1:
        return Figure(count, low, min(high, FEWEST - 1))
    return Figure(count, low, high)


def trend(now: Figure, before: Figure, times: int) -> Arrow | None:
    """How a figure compares with the mean of so many earlier ones, `before` being their sum; None where the answer
    depends on what is hidden."""
    found = {_compare(now.low, before.high, times), _compare(now.high, before.low, times)}
    return found.pop() if len(found) == 1 else None


def _compare(now: int, before: int, times: int) -> Arrow:
    mean = (2 * before + times) // (2 * times)
    return Arrow.UP if now > mean else Arrow.DOWN if now < mean else Arrow.LEVEL
