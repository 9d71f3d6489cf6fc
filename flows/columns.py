"""The columns that a form may have, and what a misspelt one should have been."""

from collections.abc import Collection
from dataclasses import dataclass

from flows.language import LANGUAGES
from flows.problem import Problems
from flows.sheets import Column, Sheet
from flows.spelling import near


@dataclass(frozen=True, slots=True)
class Known:
    """plain: columns without a language; translated: those with one behind a ::; tagged: the beginnings of those
    with one at the end of the name; open: any other column is data of the author's own.
    """

    plain: frozenset[str]
    translated: frozenset[str] = frozenset()
    tagged: tuple[str, ...] = ()
    open: bool = False

    @property
    def names(self) -> frozenset[str]:
        return self.plain | self.translated


SURVEY = Known(
    plain=frozenset(
        [
            "type",
            "name",
            "required",
            "relevant",
            "constraint",
            "default",
            "calculation",
            "choice_filter",
            "appearance",
            "channel",
            "sms_field",
            "ussd_width",
            "pii",
        ]
    ),
    translated=frozenset(("label", "hint", "required_message", "constraint_message")),
    tagged=("ussd_label_",),
)
CHOICES = Known(
    plain=frozenset(["list_name", "name", "ussd_key", "sms_option", "sms_words", "form"]),
    translated=frozenset(("label",)),
    tagged=("ussd_label_",),
    open=True,
)
LIST_FILE = Known(plain=CHOICES.plain, translated=CHOICES.translated, tagged=("ussd_label_", "label_"), open=True)
SETTINGS = Known(
    plain=frozenset(["form_id", "form_title", "version", "default_language", "sms_keyword"]), tagged=("form_title_",)
)


def check_columns(
    sheet: Sheet, known: Known, languages: Collection[str], used: Collection[str], problems: Problems
) -> None:
    """languages: what the form claims to speak; used: the columns that its choice filters read."""
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
