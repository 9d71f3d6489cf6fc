"""What can only be seen once all questions are read: names that nobody has, words that a language lacks."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from flows.cells import Mention, unknown
from flows.choice_sheet import GAZETTEER
from flows.form import Channel, Choice, Kind, Labels, Question
from flows.problem import Problems
from flows.spelling import near

SURVEY = "survey"
SELECTS = (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE)
UNASKED = (Kind.CALCULATE, Kind.HIDDEN)


def check_mentions(mentions: Sequence[Mention], questions: Sequence[Question], problems: Problems) -> None:
    """Every ${name} is a question, and one that stands above."""
    rows = {question.name: question.row for question in questions}
    for mention in mentions:
        if mention.name not in rows:
            problems.error(SURVEY, mention.row, mention.column, unknown(mention.name, rows))
        elif rows[mention.name] > mention.row:
            later = f"${{{mention.name}}} is asked only in row {rows[mention.name]}, so it is still empty here"
            problems.warn(SURVEY, mention.row, mention.column, later)


def check_labels(questions: Sequence[Question], languages: Collection[str], problems: Problems) -> None:
    """Labels in every language that the form claims; what is said in one language is said in all."""
    for question in questions:
        if question.kind in UNASKED:
            continue
        for tag in _missing(question.labels, languages):
            problems.error(SURVEY, question.row, f"label ({tag})", "the label is missing")
        others = {
            "hint": question.hints,
            "constraint_message": question.constraint_message,
            "required_message": question.required_message,
        }
        for column, labels in others.items():
            for tag in _missing(labels, languages) if labels else ():
                problems.warn(SURVEY, question.row, f"{column} ({tag})", "the text is missing in this language")


def _missing(labels: Labels, languages: Collection[str]) -> list[str]:
    return [tag for tag in languages if not labels.get(tag)]


def check_use(questions: Sequence[Question], problems: Problems) -> None:
    """Cells that mean nothing for their kind of question, or are missing for it."""
    for question in questions:
        answered = question.kind not in (*UNASKED, Kind.NOTE)
        for column, there, allowed in (
            ("choice_filter", question.choice_filter, question.kind in SELECTS),
            ("constraint", question.constraint, answered),
            ("calculation", question.calculation, question.kind is Kind.CALCULATE),
            ("sms_field", question.sms_field, answered),
        ):
            if there and not allowed:
                problems.error(SURVEY, question.row, column, f"this means nothing for the type {question.kind}")
        if question.sms_field and question.channel is Channel.USSD:
            problems.error(SURVEY, question.row, "sms_field", "this question is not asked by SMS")
    _check_fields(questions, problems)


def _check_fields(questions: Sequence[Question], problems: Problems) -> None:
    taken: dict[int, int] = {}
    for question in questions:
        if question.sms_field and taken.setdefault(question.sms_field, question.row) != question.row:
            message = f"place {question.sms_field} is already taken in row {taken[question.sms_field]}"
            problems.error(SURVEY, question.row, "sms_field", message)


def check_choices(
    questions: Sequence[Question],
    lists: Mapping[str, Sequence[Choice]],
    columns: Mapping[str, Collection[str]],
    problems: Problems,
) -> None:
    """Every list exists, and so does every column that a filter reads; columns: list → the columns it has."""
    for question in questions:
        if question.kind not in SELECTS:
            continue
        name = question.choices
        if name and name not in lists and name not in GAZETTEER:
            likely = near(name, [*lists, *GAZETTEER])
            meant = f"; did you mean {likely}?" if likely else ""
            problems.error(SURVEY, question.row, "type", f"there is no list {name}{meant}")
        elif question.choice_filter:
            for column in sorted(question.choice_filter.columns - {"name", *columns.get(name, ())}):
                message = f"the list {name} has no column {column}"
                problems.error(SURVEY, question.row, "choice_filter", message)


def check_defaults(questions: Sequence[Question], lists: Mapping[str, Sequence[Choice]], problems: Problems) -> None:
    """A default is an answer that could have been given."""
    for question in questions:
        expected = _expected(question, lists) if question.default else ""
        if expected:
            problems.error(SURVEY, question.row, "default", f"{expected} is expected, not {question.default}")


def _expected(question: Question, lists: Mapping[str, Sequence[Choice]]) -> str:
    """What the default should have been, or "" where it is right."""
    if question.kind in SELECTS and question.choices in lists:
        names = {choice.name for choice in lists[question.choices]}
        return "" if names.issuperset(question.default.split()) else f"a choice of {question.choices}"
    if question.kind is Kind.INTEGER:
        return "" if re.fullmatch(r"[0-9]{1,9}", question.default) else "a whole number"
    if question.kind is Kind.DATE:
        return "" if _is_day(question.default) else "a date such as 2026-01-31"
    return "a plain text, since a default is not calculated," if "${" in question.default else ""


def _is_day(written: str) -> bool:
    try:
        return bool(date.fromisoformat(written))
    except ValueError:
        return False
