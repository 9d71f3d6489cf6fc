"""The digits of a long list: 9 and 0 turn its pages, so they stand for none of its items."""

from collections.abc import Iterator
from itertools import count


def numbers() -> Iterator[str]:
    """1 to 8, then 10 and on."""
    return (str(n) for n in count(1) if n != 9)
