"""What a form says of itself: its name, version, titles and languages."""

from collections.abc import Collection
from dataclasses import dataclass

from flows.cells import NAME
from flows.columns import language_tag
from flows.form import Labels
from flows.language import DEFAULT, LANGUAGES
from flows.problem import Problems
from flows.sheets import Row, Sheet


@dataclass(frozen=True, slots=True)
class Settings:
    """row: where they stand, 0 where there are none."""

    row: int
    name: str
    version: str
    title: Labels
    language: str
    sms_keyword: str


def read_settings(sheet: Sheet, stem: str, problems: Problems) -> Settings:
    """The first row of the sheet; a form without a name is named after its file."""
    row = sheet.rows[0] if sheet.rows else Row(0, {})
    for more in sheet.rows[1:]:
        problems.warn(sheet.name, more.number, "", "only the first row of the settings counts")
    language = _language(sheet, row, problems)
    return Settings(
        row=row.number,
        name=_name(sheet, row, stem, problems),
        version=row.text("version") or _lacking(sheet, row, "version", "1", problems),
        title=row.texts("form_title", language) | row.tagged("form_title_"),
        language=language,
        sms_keyword=row.text("sms_keyword"),
    )


def _language(sheet: Sheet, row: Row, problems: Problems) -> str:
    written = row.text("default_language")
    tag = language_tag(written) or DEFAULT
    if tag not in LANGUAGES:
        expected = ", ".join(LANGUAGES)
        problems.error(sheet.name, row.number, "default_language", f"one of {expected} is expected, not {written}")
        return DEFAULT
    return tag


def _name(sheet: Sheet, row: Row, stem: str, problems: Problems) -> str:
    name = row.text("form_id") or _lacking(sheet, row, "form_id", stem, problems)
    if not NAME.fullmatch(name):
        message = f"a name of letters, digits and _ is expected, not {name}"
        problems.error(sheet.name, row.number, "form_id", message)
    return name


def _lacking(sheet: Sheet, row: Row, column: str, instead: str, problems: Problems) -> str:
    problems.warn(sheet.name, row.number, column, f"this is missing; it is taken to be {instead}")
    return instead


def check_languages(settings: Settings, languages: Collection[str], problems: Problems) -> None:
    """The form speaks its default language, and has a title in each that it speaks."""
    if settings.language not in languages:
        message = f"the form has no labels in {settings.language}"
        problems.error("settings", settings.row, "default_language", message)
    for tag in languages:
        if settings.title and not settings.title.get(tag):
            problems.warn("settings", settings.row, f"form_title ({tag})", "the title is missing in this language")
