"""The functions that an expression may call, with the meaning that ODK gives them."""

import math
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.form import Scope, Value
from flows.values import number, text, truth

Evaluate = Callable[[Scope], Value]
Make = Callable[[Sequence[Evaluate]], Evaluate]

DATE_PARTS = "YymndeHM"  # of format-date; the names of months and days are left to the languages


@dataclass(frozen=True, slots=True)
class Function:
    """least, most: how many arguments it takes; literal: the argument that must be written out as a text,
    so that it is checked when the form is loaded (-1 = none), by check, which raises ValueError.
    """

    make: Make
    least: int
    most: int
    literal: int = -1
    check: Callable[[str], None] = lambda written: None


def _plain(call: Callable[..., Value], least: int, most: int | None = None) -> Function:
    """A function of the values of its arguments."""

    def make(arguments: Sequence[Evaluate]) -> Evaluate:
        return lambda scope: call(*[argument(scope) for argument in arguments])

    return Function(make, least, least if most is None else most)


def _if(arguments: Sequence[Evaluate]) -> Evaluate:
    condition, then, otherwise = arguments
    return lambda scope: then(scope) if truth(condition(scope)) else otherwise(scope)


def _coalesce(*values: Value) -> Value:
    return next((value for value in values if text(value)), "")


def _selected(chosen: Value, name: Value) -> Value:
    return text(name).strip() in text(chosen).split()


def _selected_at(chosen: Value, place: Value) -> Value:
    names, index = text(chosen).split(), number(place)
    return names[int(index)] if 0 <= index < len(names) else ""


def _whole(value: Value) -> Value:
    known = number(value)
    return float(math.trunc(known)) if math.isfinite(known) else known


def _round(value: Value, places: Value = 0.0) -> Value:
    """Halves go up, as XPath has it."""
    known, wanted = number(value), number(places)
    if not math.isfinite(known) or abs(known) >= 1e15 or not abs(wanted) <= 15:
        return known if abs(wanted) <= 15 else math.nan
    scale = 10.0 ** int(wanted)
    return math.floor(known * scale + 0.5) / scale


def _moment(value: Value) -> datetime | None:
    try:
        return datetime.fromisoformat(text(value))
    except ValueError:
        return None


def _date(value: Value) -> Value:
    moment = _moment(value)
    return moment.date().isoformat() if moment else ""


def _format_date(value: Value, pattern: Value) -> Value:
    moment = _moment(value)
    if not moment:
        return ""
    parts = {
        "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}",
        "m": f"{moment.month:02}",
        "n": str(moment.month),
        "d": f"{moment.day:02}",
        "e": str(moment.day),
        "H": f"{moment.hour:02}",
        "M": f"{moment.minute:02}",
    }
    return re.sub(r"%(.)", lambda match: parts[match[1]], text(pattern))


def _check_date_pattern(pattern: str) -> None:
    unknown = re.search(rf"%(?![{DATE_PARTS}])", pattern)
    if unknown:
        raise ValueError(f"after % one of {' '.join(DATE_PARTS)} is expected")


def _regex(value: Value, pattern: Value) -> Value:
    return re.fullmatch(text(pattern), text(value), re.ASCII) is not None


def _check_regex(pattern: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern, re.ASCII)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise ValueError(f"not a regular expression: {error}") from error


FUNCTIONS: Mapping[str, Function] = {
    "boolean": _plain(truth, 1),
    "coalesce": _plain(_coalesce, 2, 9),
    "concat": _plain(lambda *values: "".join(map(text, values)), 1, 20),
    "contains": _plain(lambda whole, part: text(part) in text(whole), 2),
    "count-selected": _plain(lambda chosen: float(len(text(chosen).split())), 1),
    "date": _plain(_date, 1),
    "false": _plain(lambda: False, 0),
    "format-date": Function(_plain(_format_date, 2).make, 2, 2, literal=1, check=_check_date_pattern),
    "if": Function(_if, 3, 3),
    "int": _plain(_whole, 1),
    "not": _plain(lambda value: not truth(value), 1),
    "now": Function(lambda _: lambda scope: scope.now.isoformat(timespec="seconds"), 0, 0),
    "number": _plain(number, 1),
    "regex": Function(_plain(_regex, 2).make, 2, 2, literal=1, check=_check_regex),
    "round": _plain(_round, 1, 2),
    "selected": _plain(_selected, 2),
    "selected-at": _plain(_selected_at, 2),
    "starts-with": _plain(lambda whole, part: text(whole).startswith(text(part)), 2),
    "string": _plain(text, 1),
    "string-length": _plain(lambda value: float(len(text(value))), 1),
    "today": Function(lambda _: lambda scope: scope.now.date().isoformat(), 0, 0),
    "true": _plain(lambda: True, 0),
}
