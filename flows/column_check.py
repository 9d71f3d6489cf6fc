"""Finds columns that nobody knows, and says what a misspelt one should have been."""

from collections.abc import Collection

from flows.columns import Column, Known
from flows.language import LANGUAGES
from flows.problem import Problems
from flows.sheets import Sheet
from flows.spelling import near


def check_columns(
    sheet: Sheet, known: Known, languages: Collection[str], used: Collection[str], problems: Problems
) -> None:
    """languages: what the form claims to speak; used: the columns that its choice filters read."""
    for row in sheet.wider:
        problems.error(
            sheet.name, row, "", "this row has more cells than there are columns (in Markdown | is written \\|)"
        )
    for column in sheet.columns:
        fault = _fault(column, known, languages)
        if fault is None and not _is_known(column, known, languages) and column.name not in used:
            fault = _slip(column, known, languages)
            if fault is None and not known.open:
                problems.warn(sheet.name, 1, column.written, "this column is not used here")
        if fault:
            problems.error(sheet.name, 1, column.written, fault)


def _is_known(column: Column, known: Known, languages: Collection[str]) -> bool:
    return column.name in known.names or column.name in _tagged(known, languages)


def _tagged(known: Known, languages: Collection[str]) -> list[str]:
    return [beginning + tag for beginning in known.tagged for tag in languages]


def _fault(column: Column, known: Known, languages: Collection[str]) -> str | None:
    """What is wrong with the language of a column."""
    if column.name in known.translated and column.language and column.language not in LANGUAGES:
        return f"the language has no tag that is known here; write for example {column.name}::Français (fr)"
    if column.name in known.plain and column.language:
        return f"{column.name} is the same in every language; write it without ::{column.written.partition('::')[2]}"
    for beginning in known.tagged:
        tag = column.name.removeprefix(beginning)
        if column.name.startswith(beginning) and tag in LANGUAGES and tag not in languages:
            return f"the form has no labels in {tag}"
    return None


def _slip(column: Column, known: Known, languages: Collection[str]) -> str | None:
    """What a column that is not known was probably meant to be."""
    meant = near(column.name, [*known.names, *_tagged(known, languages)])
    behind = column.language if column.language in known.names else ""
    if behind:  # bind::relevant, as very old forms have it
        meant = behind
    return f"there is no such column; did you mean {meant}?" if meant else None
