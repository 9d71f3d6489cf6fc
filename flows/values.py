"""What a value of an expression is worth: as a number, as a text, as yes or no, and beside another value."""

import math
import re
from datetime import date, datetime

from flows.form import Value

_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d(T.*)?", re.ASCII)
_EXACT = 1e15  # from here on a float no longer holds every whole number


def truth(value: Value) -> bool:
    """False for no, nothing, 0 and NaN."""
    return value == value and bool(value)


def number(value: Value) -> float:
    """NaN where it is none; a date counts as days since 1970, so that dates compare and `today() - 7` works."""
    if not isinstance(value, str):
        return float(value)
    stripped = value.strip()
    if _NUMBER.fullmatch(stripped):
        return float(stripped)
    return _days(stripped) if _DAY.fullmatch(stripped) else math.nan


def _days(iso: str) -> float:
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return math.nan
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return moment.toordinal() - date(1970, 1, 1).toordinal() + seconds / 86400


def text(value: Value) -> str:
    """Whole numbers without a point; NaN is nothing, because an unanswered number is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return ""
    return str(int(value)) if abs(value) < _EXACT and value.is_integer() else repr(value)


def same(left: Value, right: Value) -> bool:
    """As truths if either is one, else as numbers if either is one, else as texts."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    if isinstance(left, float) or isinstance(right, float):
        return number(left) == number(right)
    return left == right
