"""A form, read from an XLSForm in a text file or a spreadsheet, or refused with every fault in its place."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import get_xlsform

from flows.choice_sheet import GAZETTEER, Lists, check_list, read_choices, read_file
from flows.column_check import check_columns
from flows.columns import KNOWN, LIST_FILE
from flows.form import Form, Question
from flows.problem import FormError, Problem, Problems, Severity
from flows.settings_sheet import check_languages, read_settings
from flows.sheets import SHEETS, Book, Sheet, Unreadable, read_book, read_list
from flows.spelling import near
from flows.spreadsheet import write_xlsx
from flows.survey_check import check_choices, check_defaults, check_labels, check_mentions, check_use
from flows.survey_sheet import SurveyReader

__all__ = ["FormError", "Problem", "Severity", "load", "read", "write_xlsx"]

_ROW = re.compile(r"\[row : (\d+)\]\s*")
_PLACES = ("file", *SHEETS)


def load(path: Path) -> Form:
    """The form in that file; FormError names everything that is wrong with it."""
    form, problems = read(path)
    if form is None:
        raise FormError(problems)
    return form


def read(path: Path) -> tuple[Form | None, list[Problem]]:
    """The form in that file, None where it has errors, and all problems; warnings alone leave it usable."""
    try:
        book = read_book(path)
    except Unreadable as error:
        return None, [Problem("file", 0, "", str(error))]
    reading = _Reading(path, book, Problems())
    form = reading.form()
    problems = sorted(reading.problems, key=_place)
    return (None if reading.problems.errors else form), problems


def _place(problem: Problem) -> tuple[int, str, int]:
    known = problem.sheet in _PLACES
    return (_PLACES.index(problem.sheet) if known else len(_PLACES), problem.sheet, problem.row)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One file on its way to a form."""

    path: Path
    book: Book
    problems: Problems

    def form(self) -> Form:
        survey, choices = self.book.sheet("survey"), self.book.sheet("choices")
        settings = read_settings(self.book.sheet("settings"), self.path.stem, self.problems)
        reader = SurveyReader(survey, settings.language, self.problems)
        questions = tuple(reader.read())
        files = self._files(questions)
        lists = {
            **read_choices(choices, settings.language, self.problems),
            **{name: read_file(sheet, settings.language, self.problems) for name, sheet in files.items()},
        }
        languages = _languages((survey, choices), settings.language)
        check_languages(settings, languages, self.problems)
        check_mentions(reader.mentions, questions, self.problems)
        check_labels(questions, languages, self.problems)
        check_use(questions, self.problems)
        check_defaults(questions, lists, self.problems)
        self._check_lists(questions, lists, languages, {**dict.fromkeys(lists, choices), **files})
        self._check_columns(questions, languages, files)
        self._check_names()
        self._check_by_pyxform()
        return _sealed(
            Form(
                name=settings.name,
                version=settings.version,
                title=settings.title or {settings.language: settings.name},
                default_language=settings.language,
                questions=questions,
                lists={name: tuple(entry.choice for entry in entries) for name, entries in lists.items()},
                languages=languages,
                sms_keyword=settings.sms_keyword,
            )
        )

    def _files(self, questions: Sequence[Question]) -> Mapping[str, Sheet]:
        """The CSV files beside the form that its questions choose from."""
        sheets: dict[str, Sheet] = {}
        for question in questions:
            name = question.choices
            if not name.endswith(".csv") or name in GAZETTEER or name in sheets:
                continue
            try:
                sheets[name] = read_list(self.path.parent / Path(name).name)
            except Unreadable as error:
                self.problems.error("survey", question.row, "type", str(error))
                sheets[name] = Sheet(name)
                continue
            if not sheets[name].rows:
                self.problems.error("survey", question.row, "type", f"{name} has no choices in it")
        return sheets

    def _check_lists(
        self, questions: Sequence[Question], lists: Lists, languages: Sequence[str], sheets: Mapping[str, Sheet]
    ) -> None:
        columns = {name: {column.name for column in sheet.columns} for name, sheet in sheets.items()}
        check_choices(questions, lists, {**GAZETTEER, **columns}, self.problems)
        names = [question.name for question in questions]
        for name, listed in lists.items():
            asking = [question for question in questions if question.choices == name]
            check_list(listed, languages, asking, names, self.problems)
            if not asking:
                self.problems.warn("choices", listed[0].row, "list_name", f"no question asks for {name}")

    def _check_columns(
        self, questions: Sequence[Question], languages: Sequence[str], files: Mapping[str, Sheet]
    ) -> None:
        filters = [question.choice_filter for question in questions if question.choice_filter]
        used = {column for choice_filter in filters for column in choice_filter.columns}
        for name, known in KNOWN.items():
            check_columns(self.book.sheet(name), known, languages, used if known.open else (), self.problems)
        for sheet in files.values():
            check_columns(sheet, LIST_FILE, languages, used, self.problems)

    def _check_names(self) -> None:
        for name in self.book.names:
            meant = near(name, SHEETS)
            if name.lower() not in SHEETS and meant:
                self.problems.error("file", 0, "", f"there is no sheet {name}; did you mean {meant}?")

    def _check_by_pyxform(self) -> None:
        """What other tools refuse is refused here too, once in each row."""
        try:
            workbook_to_json(get_xlsform(self.book.definition()), fallback_form_name=self.path.stem, warnings=[])
        except (PyXFormError, AttributeError, LookupError, TypeError, ValueError) as error:
            for line in filter(None, str(error).split("\n")):
                self._refuse(line)

    def _refuse(self, line: str) -> None:
        row = _ROW.search(line)
        sheet = next((name for name in SHEETS if f"'{name}'" in line), "survey" if row else "file")
        number = int(row[1]) if row else 0
        if not any((known.sheet, known.row) == (sheet, number) for known in self.problems.errors):
            self.problems.error(sheet, number, "", _ROW.sub("", line))


def _languages(sheets: Sequence[Sheet], language: str) -> tuple[str, ...]:
    """The languages that the form claims to speak, in the order of its columns."""
    return tuple(dict.fromkeys(tag or language for sheet in sheets for tag in sheet.languages()))


def _sealed(form: Form) -> Form:
    """With the digest of all that it says; where the rows stand is no part of that."""
    questions = tuple(replace(question, row=0) for question in form.questions)
    lists = {name: [replace(choice, row=0) for choice in choices] for name, choices in form.lists.items()}
    content = asdict(replace(form, questions=questions, lists=lists))
    written = json.dumps(content, default=_written, ensure_ascii=False, sort_keys=True)
    return replace(form, digest=hashlib.sha256(written.encode()).hexdigest())


def _written(value: object) -> object:
    """A set in order; of what an expression does, nothing, because its source says it."""
    return sorted(value) if isinstance(value, frozenset) else None
