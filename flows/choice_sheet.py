"""The lists of choices of a form, from its choices sheet or from CSV files beside it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flows.cells import faults
from flows.choosing import NEVER_KEYS, numbers
from flows.columns import CHOICES, LIST_FILE, Known
from flows.form import Choice, Question
from flows.problem import Problems
from flows.sheets import Row, Sheet

GAZETTEER: Mapping[str, tuple[str, ...]] = {  # list → its columns
    "countries.csv": (),
    "regions.csv": ("country",),
    "districts.csv": ("country", "region"),
    "places.csv": ("country", "region", "district"),
}

_NAME = re.compile(r"\S+")
_DIGITS = re.compile(r"[0-9]{1,4}")
_FORM = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Listed:
    """A choice, and where it is written."""

    sheet: str
    row: int
    choice: Choice


Lists = Mapping[str, Sequence[Listed]]


def read_choices(sheet: Sheet, language: str, problems: Problems) -> Lists:
    """The lists of the choices sheet, in the order of its rows."""
    lists: dict[str, list[Listed]] = {}
    for row in sheet.rows:
        name = row.text("list_name")
        if not name:
            problems.error(sheet.name, row.number, "list_name", "this choice is in no list")
        lists.setdefault(name, []).append(_listed(sheet, CHOICES, row, language, problems))
    return {name: listed for name, listed in lists.items() if name}


def read_file(sheet: Sheet, language: str, problems: Problems) -> Sequence[Listed]:
    """The one list of a CSV file."""
    return [_listed(sheet, LIST_FILE, row, language, problems) for row in sheet.rows]


def _listed(sheet: Sheet, known: Known, row: Row, language: str, problems: Problems) -> Listed:
    for column, pattern, expected in (
        ("name", _NAME, "a name without spaces"),
        ("ussd_key", _DIGITS, "a number"),
        ("sms_option", _DIGITS, "a number"),
        ("form", _FORM, "the name of a form"),
    ):
        value = row.text(column)
        if (value or column == "name") and not pattern.fullmatch(value):
            problems.error(sheet.name, row.number, column, f"{expected} is expected, not {value or 'nothing'}")
    return Listed(sheet.name, row.number, _choice(row, known, language))


def _choice(row: Row, known: Known, language: str) -> Choice:
    labels = row.texts("label", language)
    if known is LIST_FILE:
        labels |= row.tagged("label_")
    own = {column.name: value for column, value in row.cells.items() if not known.knows(column.name)}
    return Choice(
        name=row.text("name"),
        labels=labels,
        short=row.tagged("ussd_label_"),
        key=row.text("ussd_key"),
        code=row.text("sms_option"),
        columns=own,
        words=tuple(word for word in map(str.strip, row.text("sms_words").split("|")) if word),
        form=row.text("form"),
        row=row.number,
    )


def check_list(
    listed: Sequence[Listed],
    languages: Collection[str],
    asking: Sequence[Question],
    names: Collection[str],
    problems: Problems,
) -> None:
    """Labels, codes and keys of one list; asking: the questions that choose from it; names: of all questions."""
    _check_labels(listed, languages, names, problems)
    _check_unique(listed, "name", [entry.choice.name for entry in listed], problems)
    _check_unique(listed, "sms_option", [entry.choice.code for entry in listed], problems)
    keys = [entry.choice.key or entry.choice.code or number for entry, number in zip(listed, numbers(), strict=False)]
    for place, (entry, key) in enumerate(zip(listed, keys, strict=True)):
        if key in NEVER_KEYS:
            _refuse_key(entry, f"{key} can be no key: 0 is back, 9 is more, 00 and 98 belong to the network", problems)
        for other, taken in zip(listed[:place], keys, strict=False):
            if key == taken and any(_can_meet(entry.choice, other.choice, question) for question in asking):
                _refuse_key(entry, f"{key} already is the key of {other.choice.name} in row {other.row}", problems)


def _refuse_key(entry: Listed, message: str, problems: Problems) -> None:
    column = "ussd_key" if entry.choice.key or not entry.choice.code else "sms_option"
    problems.error(entry.sheet, entry.row, column, message)


def _check_labels(
    listed: Sequence[Listed], languages: Collection[str], names: Collection[str], problems: Problems
) -> None:
    for entry in listed:
        for tag in languages:
            if not entry.choice.labels.get(tag):
                problems.error(entry.sheet, entry.row, f"label ({tag})", "the label is missing")
        texts = {
            **{f"label ({tag})": label for tag, label in entry.choice.labels.items()},
            **{f"ussd_label_{tag}": label for tag, label in entry.choice.short.items()},
        }
        for column, text in texts.items():
            for fault in faults(text, names):
                problems.error(entry.sheet, entry.row, column, fault)


def _check_unique(listed: Sequence[Listed], column: str, values: Sequence[str], problems: Problems) -> None:
    first: dict[str, int] = {}
    for entry, value in zip(listed, values, strict=True):
        if value and first.setdefault(value, entry.row) != entry.row:
            problems.error(entry.sheet, entry.row, column, f"{value} is already used in row {first[value]}")


def _can_meet(one: Choice, other: Choice, question: Question) -> bool:
    """Whether no equality of the question's filter keeps the two on different screens."""
    columns = question.choice_filter.equalities if question.choice_filter else {}
    return all(one.columns.get(column, "") == other.columns.get(column, "") for column in columns)
