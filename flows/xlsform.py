"""A form, read from an XLSForm in a text file or a spreadsheet, or refused with every fault in its place."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from flows.cells import Mention
from flows.choice_sheet import GAZETTEER, check_list, read_choices, read_file
from flows.column_check import check_columns
from flows.columns import KNOWN, LIST_FILE
from flows.form import Choice, Form, Question
from flows.phrases import Phrases
from flows.problem import FormError, Problem, Problems, Severity
from flows.pyxform_check import check_by_pyxform
from flows.settings_sheet import Settings, check_languages, read_settings
from flows.sheets import SHEETS, Book, Sheet, Unreadable, read_book, read_list
from flows.spelling import near
from flows.spreadsheet import write_xlsx
from flows.survey_check import check_choices, check_defaults, check_labels, check_mentions, check_use
from flows.survey_sheet import SurveyReader

__all__ = ["FormError", "Problem", "Severity", "load", "read", "write_xlsx"]

_PLACES = ("file", *SHEETS)


def load(path: Path) -> Form:
    """The form in that file; FormError names everything that is wrong with it."""
    form, problems = read(path)
    if form is None:
        raise FormError(problems)
    return form


def read(path: Path) -> tuple[Form | None, list[Problem]]:
    """The form in that file, None where it has errors, and all problems; warnings alone leave it usable."""
    problems = Problems()
    try:
        book = read_book(path)
    except Unreadable as error:
        return None, [Problem("file", 0, "", str(error))]
    draft = _draft(path, book, problems)
    _check(draft, problems)
    check_by_pyxform(book, path.stem, problems)
    return None if problems.errors else _form(draft), sorted(problems, key=_place)


def _place(problem: Problem) -> tuple[int, str, int]:
    known = problem.sheet in _PLACES
    return (_PLACES.index(problem.sheet) if known else len(_PLACES), problem.sheet, problem.row)


@dataclass(frozen=True, slots=True)
class _Draft:
    """Everything that is written in a form, as far as it could be understood; files: CSV name → its sheet."""

    book: Book
    files: Mapping[str, Sheet]
    settings: Settings
    questions: tuple[Question, ...]
    mentions: Sequence[Mention]
    lists: Mapping[str, Sequence[Choice]]
    languages: tuple[str, ...]


def _draft(path: Path, book: Book, problems: Problems) -> _Draft:
    settings = read_settings(book.sheet("settings"), path.stem, problems)
    reader = SurveyReader(book.sheet("survey"), settings.language, problems)
    questions = tuple(reader.read())
    files = _files(path.parent, questions, problems)
    lists = read_choices(book.sheet("choices"), settings.language, problems)
    listed = {name: read_file(sheet, settings.language, problems) for name, sheet in files.items()}
    tags = [tag for name in ("survey", "choices") for tag in book.sheet(name).languages()]
    languages = tuple(dict.fromkeys(tag or settings.language for tag in tags))
    return _Draft(book, files, settings, questions, reader.mentions, {**lists, **listed}, languages)


def _files(folder: Path, questions: Sequence[Question], problems: Problems) -> Mapping[str, Sheet]:
    """The CSV files beside the form that its questions choose from."""
    sheets: dict[str, Sheet] = {}
    for question in questions:
        name = question.choices
        if name.endswith(".csv") and name not in GAZETTEER and name not in sheets:
            try:
                sheets[name] = read_list(folder / Path(name).name)
            except Unreadable as error:
                problems.error("survey", question.row, "type", str(error))
                sheets[name] = Sheet(name)
    return sheets


def _check(draft: _Draft, problems: Problems) -> None:
    """What can only be seen once all of the form is read."""
    questions, languages = draft.questions, draft.languages
    _check_sheets(draft, problems)
    check_languages(draft.settings, languages, problems)
    check_mentions(draft.mentions, questions, problems)
    check_labels(questions, languages, problems)
    check_use(questions, problems)
    check_defaults(questions, draft.lists, problems)
    _check_lists(draft, problems)
    _check_columns(draft, problems)


def _check_sheets(draft: _Draft, problems: Problems) -> None:
    for name in draft.book.names:
        meant = near(name, SHEETS)
        if name.lower() not in SHEETS and meant:
            problems.error("file", 0, "", f"there is no sheet {name}; did you mean {meant}?")
    if not draft.questions:
        problems.error("survey", 0, "", "there are no questions")


def _check_lists(draft: _Draft, problems: Problems) -> None:
    sheets = {**dict.fromkeys(draft.lists, draft.book.sheet("choices")), **draft.files}
    columns = {name: {column.name for column in sheet.columns} for name, sheet in sheets.items()}
    check_choices(draft.questions, draft.lists, {**GAZETTEER, **columns}, problems)
    names = [question.name for question in draft.questions]
    for name, choices in draft.lists.items():
        asking = [question for question in draft.questions if question.choices == name]
        check_list(name, choices, draft.languages, asking, names, problems)
        if not asking:
            problems.warn("choices", choices[0].row, "list_name", f"no question asks for {name}")


def _check_columns(draft: _Draft, problems: Problems) -> None:
    filters = [question.choice_filter for question in draft.questions if question.choice_filter]
    used = {column for choice_filter in filters for column in choice_filter.columns}
    for name, known in KNOWN.items():
        check_columns(draft.book.sheet(name), known, draft.languages, used if known.open else (), problems)
    for sheet in draft.files.values():
        check_columns(sheet, LIST_FILE, draft.languages, used, problems)


def _form(draft: _Draft) -> Form:
    settings = draft.settings
    form = _sealed(
        Form(
            name=settings.name,
            version=settings.version,
            title=settings.title or {settings.language: settings.name},
            default_language=settings.language,
            questions=draft.questions,
            lists={name: tuple(choices) for name, choices in draft.lists.items()},
            languages=draft.languages,
            sms_keyword=settings.sms_keyword,
        )
    )
    return replace(form, phrases={name: phrases_of(choices) for name, choices in form.lists.items()})


def phrases_of(choices: Sequence[Choice]) -> Phrases:
    """What people write for the choices of a list."""
    return Phrases.of({choice.name: choice.words for choice in choices})


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
