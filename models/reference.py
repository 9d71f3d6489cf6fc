"""References: six digits that name a report, the last of them a check digit; they never authorise."""

import re
import secrets

from stdnum import damm

WIDTHS = (6, 7, 8)


def is_reference(text: str) -> bool:
    """Whether these digits can be a reference: the right length, and the check digit agrees."""
    return bool(re.fullmatch(r"[1-9][0-9]{5,7}", text)) and bool(damm.is_valid(text))


def draw(width: int) -> str:
    """A random reference of that many digits; it may be taken."""
    low = 10 ** (width - 2)
    stem = str(low + secrets.randbelow(9 * low))
    return stem + str(damm.calc_check_digit(stem))
