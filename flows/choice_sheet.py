"""The lists of choices of a form, from its choices sheet or from CSV files beside it."""

import re
from collections.abc import Collection, Mapping, Sequence

from flows.cells import faults
from flows.choosing import NEVER_KEYS, numbers
from flows.columns import CHOICES, LIST_FILE, Known
from flows.form import Choice, Question
from flows.phrases import fault as fault_of
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


def sheet_of(name: str) -> str:
    """Where the choices of a list are written: in the choices sheet, or in a file of that name."""
    return name if name.endswith(".csv") else "choices"


def read_choices(sheet: Sheet, language: str, problems: Problems) -> Mapping[str, Sequence[Choice]]:
    """The lists of the choices sheet, in the order of its rows."""
    lists: dict[str, list[Choice]] = {}
    for row in sheet.rows:
        name = row.text("list_name")
        if not name:
            problems.error(sheet.name, row.number, "list_name", "this choice is in no list")
        _check_cells(sheet, row, problems)
        lists.setdefault(name, []).append(_choice(row, CHOICES, language))
    return {name: choices for name, choices in lists.items() if name}


def read_file(sheet: Sheet, language: str, problems: Problems) -> Sequence[Choice]:
    """The one list of a CSV file."""
    for row in sheet.rows:
        _check_cells(sheet, row, problems)
    return [_choice(row, LIST_FILE, language) for row in sheet.rows]


def _check_cells(sheet: Sheet, row: Row, problems: Problems) -> None:
    for column, pattern, expected in (
        ("name", _NAME, "a name without spaces"),
        ("ussd_key", _DIGITS, "a number"),
        ("sms_option", _DIGITS, "a number"),
        ("form", _FORM, "the name of a form"),
    ):
        value = row.text(column)
        if (value or column == "name") and not pattern.fullmatch(value):
            problems.error(sheet.name, row.number, column, f"{expected} is expected, not {value or 'nothing'}")
    for wrong in filter(None, map(fault_of, _ways(row))):
        problems.error(sheet.name, row.number, "sms_words", wrong)


def _ways(row: Row) -> tuple[str, ...]:
    """The ways of saying a choice that its cell lists."""
    return tuple(way for way in map(str.strip, row.text("sms_words").split("|")) if way)


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
        words=_ways(row),
        form=row.text("form"),
        row=row.number,
    )


def check_list(
    name: str,
    choices: Sequence[Choice],
    languages: Collection[str],
    asking: Sequence[Question],
    questions: Collection[str],
    problems: Problems,
) -> None:
    """Labels, codes and keys of one list; asking: the questions that choose from it; questions: all their names."""
    sheet = sheet_of(name)
    for choice in choices:
        _check_labels(sheet, choice, languages, questions, problems)
    _check_unique(sheet, "name", [(choice.name, choice.row) for choice in choices], problems)
    _check_unique(sheet, "sms_option", [(choice.code, choice.row) for choice in choices], problems)
    _check_keys(sheet, choices, asking, problems)


def _check_labels(
    sheet: str, choice: Choice, languages: Collection[str], questions: Collection[str], problems: Problems
) -> None:
    for tag in languages:
        if not choice.labels.get(tag):
            problems.error(sheet, choice.row, f"label ({tag})", "the label is missing")
    texts = {
        **{f"label ({tag})": label for tag, label in choice.labels.items()},
        **{f"ussd_label_{tag}": label for tag, label in choice.short.items()},
    }
    for column, text in texts.items():
        for fault in faults(text, questions):
            problems.error(sheet, choice.row, column, fault)


def _check_unique(sheet: str, column: str, values: Sequence[tuple[str, int]], problems: Problems) -> None:
    first: dict[str, int] = {}
    for value, row in values:
        if value and first.setdefault(value, row) != row:
            problems.error(sheet, row, column, f"{value} is already used in row {first[value]}")


def _check_keys(sheet: str, choices: Sequence[Choice], asking: Sequence[Question], problems: Problems) -> None:
    """No key means something else, and no two choices on one screen have the same."""
    keys = [choice.key or choice.code or number for choice, number in zip(choices, numbers(), strict=False)]
    for place, (choice, key) in enumerate(zip(choices, keys, strict=True)):
        column = "ussd_key" if choice.key or not choice.code else "sms_option"
        if key in NEVER_KEYS:
            message = f"{key} can be no key: 0 is back, 9 is more, 00 and 98 belong to the network"
            problems.error(sheet, choice.row, column, message)
        for other, taken in zip(choices[:place], keys, strict=False):
            if key == taken and any(_can_meet(choice, other, question) for question in asking):
                message = f"{key} already is the key of {other.name} in row {other.row}"
                problems.error(sheet, choice.row, column, message)


def _can_meet(one: Choice, other: Choice, question: Question) -> bool:
    """Whether no equality of the question's filter keeps the two on different screens."""
    columns = question.choice_filter.equalities if question.choice_filter else {}
    return all(one.columns.get(column, "") == other.columns.get(column, "") for column in columns)
