"""A form with faults is refused with all of them, each with its sheet, row and column."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.problem import Problem
from flows.sheets import read_book
from flows.xlsform import FormError, load, read

FORMS = Path(__file__).parent / "forms"
BOOK = read_book(FORMS / "survey.md")

SURVEY = "| survey | type | name | label::Français (fr) | label::English (en) |"
CHOICES = """
| choices | list_name | name | label::Français (fr) | label::English (en) | ussd_key | sms_option | side |
|---|---|---|---|---|---|---|---|
| | answer | yes | Oui | Yes | | | left |
| | answer | no | Non | No | | | right |
"""
SETTINGS = """
| settings | form_id | form_title | form_title_en | version |
|---|---|---|---|---|
| | test | Essai | Test | 1 |
"""


def problems(tmp_path: Path, survey: str, choices: str = CHOICES, about: str = SETTINGS) -> list[Problem]:
    """What is wrong with a form of those sheets; a survey's rows stand below its header."""
    path = tmp_path / "form.md"
    path.write_text(f"{survey}\n\n{choices}\n{about}", encoding="utf-8")
    return read(path)[1]


def one(tmp_path: Path, columns: str, *rows: str) -> list[str]:
    """What is wrong with a survey that has more columns, with rows written as `type | name | … `."""
    lines = [f"{SURVEY} {columns} |", *(f"| | {row} |" for row in rows)]
    return [str(problem) for problem in problems(tmp_path, "\n".join(lines))]


def test_every_fault_is_told_with_its_place() -> None:
    form, found = read(FORMS / "wrong.md")
    assert form is None
    assert [(problem.sheet, problem.row, problem.column) for problem in found if problem.is_error] == [
        ("survey", 1, "relevent"),
        ("survey", 2, "constraint"),
        ("survey", 3, "label (fr)"),
        ("survey", 5, "relevant"),
        ("survey", 6, "name"),
        ("survey", 6, "label (en)"),
        ("survey", 6, "type"),
        ("survey", 7, "type"),
        ("survey", 8, "type"),
        ("survey", 9, "relevant"),
        ("survey", 9, "channel"),
        ("survey", 9, "sms_field"),
        ("survey", 9, "ussd_width"),
        ("survey", 11, "calculation"),
        ("survey", 12, "type"),
        ("survey", 13, "choice_filter"),
        ("choices", 1, "sms_word"),
        ("choices", 2, "ussd_key"),
        ("choices", 3, "sms_option"),
        ("choices", 4, "name"),
        ("choices", 4, "ussd_key"),
        ("choices", 5, "ussd_key"),
        ("choices", 5, "label (en)"),
        ("settings", 1, "form_tittle_en"),
        ("settings", 2, "default_language"),
    ]
    with pytest.raises(FormError) as refused:
        load(FORMS / "wrong.md")
    assert refused.value.problems == tuple(found)
    told = str(refused.value).splitlines()
    assert "survey row 1, column relevent: there is no such column; did you mean relevant?" in told
    assert "survey row 5, column relevant: there is no question ${cuont}; did you mean ${count}?" in told


@pytest.mark.parametrize(
    ("columns", "rows", "expected"),
    [
        ("lable::English (en)", ["text | a | A | A | x"], "survey row 1, column lable::English (en): there is no such"),
        ("relevant::English (en)", ["text | a | A | A | 1"], "row 1, column relevant::English (en): relevant is the"),
        ("bind::relevant", ["text | a | A | A | 1"], "column bind::relevant: there is no such column; did you mean r"),
        ("label::Deutsch (de)", ["text | a | A | A | A"], "column label::Deutsch (de): the language has no tag"),
        ("ussd_label_bm", ["text | a | A | A | A"], "column ussd_label_bm: the form has no labels in bm"),
        ("media::image", ["text | a | A | A | a.png"], "column media::image: this column is not used here"),
        ("relevant", ["text | a | A | A | 1=1", "text | b | B | B | ${a}=("], "row 3, column relevant: in ${a}=( at"),
        ("relevant", ["text | a | A | A | ${b}=1", "text | b | B | B | "], "row 2, column relevant: ${b} is asked on"),
        ("relevant", ["begin_group | g | | | 1=1", "text | a | A | A |"], "row 2, column type: this group is not end"),
        ("relevant", ["end_group | | | | "], "survey row 2, column type: no group is open here"),
        ("relevant", ["text | a b | A | A |"], "survey row 2, column name: a name of letters, digits and _ is expect"),
        ("relevant", [" | a | A | A |"], "survey row 2, column type: the type is missing"),
        ("relevant", ["select_one answer or_other | a | A | A |"], "column type: or_other is not supported"),
        ("relevant", ["select_one | a | A | A |"], "column type: the name of a list is expected"),
        ("relevant", ["select_one answer.csv | a | A | A |"], "column type: a list in a file is written select_one_f"),
        ("relevant", ["select_multiple_from_file m.csv | a | A | A |"], "select_multiple_from_file is not supported"),
        ("relevant", ["select_on answer | a | A | A |"], "column type: the type select_on answer is not supported"),
        ("relevant", ["intger | a | A | A |"], "column type: the type intger is not supported; did you mean integer?"),
        ("relevant", ["text | a | A ${b | A |"], "row 2, column label (fr): a } is missing behind ${"),
        ("ussd_label_fr", ["text | a | A | A | ${b}"], "row 2, column ussd_label_fr: there is no question ${b}"),
        ("required", ["text | a | A | A | maybe"], "column required: yes or nothing is expected, not maybe"),
        ("pii", ["text | a | A | A | secret"], "column pii: one of none, contact, free is expected, not secret"),
        ("sms_field", ["note | a | A | A | 1"], "column sms_field: this means nothing for the type note"),
        ("sms_field", ["text | a | A | A | 1", "text | b | B | B | 1"], "row 3, column sms_field: place 1 is already"),
        ("channel | sms_field", ["text | a | A | A | ussd | 1"], "column sms_field: this question is not asked by SMS"),
        ("constraint", ["note | a | A | A | . > 1"], "column constraint: this means nothing for the type note"),
        ("calculation", ["calculate | a | | | "], "survey row 2: Missing calculation"),
        ("calculation", ["text | a | A | A | 1"], "column calculation: this means nothing for the type text"),
        ("choice_filter", ["text | a | A | A | side='left'"], "choice_filter: this means nothing for the type text"),
        ("default", ["integer | a | A | A | many"], "column default: a whole number is expected, not many"),
        ("default", ["date | a | A | A | 31/12/2026"], "default: a date such as 2026-01-31 is expected"),
        ("default", ["select_one answer | a | A | A | maybe"], "default: a choice of answer is expected, not maybe"),
        ("default", ["text | a | A | A | ${a}"], "default: a plain text, since a default is not calculated, is exp"),
        ("hint::English (en)", ["text | a | A | A | Hint"], "row 2, column hint (fr): the text is missing in this"),
    ],
)  # fmt: skip
def test_a_fault_in_the_survey_is_told(columns: str, rows: list[str], expected: str, tmp_path: Path) -> None:
    assert [told for told in one(tmp_path, columns, *rows) if expected in told]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("answer | later | Plus tard | | | | ", "choices row 4, column label (en): the label is missing"),
        ("answer | later | Plus ${b} | Later | | | ", "choices row 4, column label (fr): there is no question ${b}"),
        (" | later | Plus tard | Later | | | ", "choices row 4, column list_name: this choice is in no list"),
        ("answer | | Plus tard | Later | | | ", "choices row 4, column name: a name without spaces is expected"),
        ("answer | a b | Plus tard | Later | | | ", "choices row 4, column name: a name without spaces is expected"),
        ("answer | no | Plus tard | Later | | | ", "choices row 4, column name: no is already used in row 3"),
        ("answer | later | Plus tard | Later | 0 | | ", "choices row 4, column ussd_key: 0 can be no key"),
        ("answer | later | Plus tard | Later | 00 | | ", "choices row 4, column ussd_key: 00 can be no key"),
        ("answer | later | Plus tard | Later | 98 | | ", "choices row 4, column ussd_key: 98 can be no key"),
        ("answer | later | Plus tard | Later | | 9 | ", "choices row 4, column sms_option: 9 can be no key"),
        ("answer | later | Plus tard | Later | 2 | | ", "row 4, column ussd_key: 2 already is the key of no in row 3"),
        ("answer | later | Plus tard | Later | | 1 | ", "column sms_option: 1 already is the key of yes in row 2"),
        ("answers | later | Plus tard | Later | | | ", "choices row 4, column list_name: no question asks for answers"),
    ],
)
def test_a_fault_in_the_choices_is_told(row: str, expected: str, tmp_path: Path) -> None:
    survey = f"{SURVEY}\n| | select_one answer | a | A | A |"
    found = [str(problem) for problem in problems(tmp_path, survey, f"{CHOICES}| | {row} |")]
    assert [told for told in found if expected in told]


def test_one_key_may_stand_for_two_choices_that_never_meet(tmp_path: Path) -> None:
    choices = """
| choices | list_name | name | label::Français (fr) | label::English (en) | ussd_key | side |
| | answer | yes | Oui | Yes | 1 | left |
| | answer | no | Non | No | 1 | right |
"""
    rows = ["text | which | Où ? | Where? | ", "select_one answer | a | A | A | side=${which}"]
    survey = "\n".join([f"{SURVEY} choice_filter |", *(f"| | {row} |" for row in rows)])
    assert problems(tmp_path, survey, choices) == []
    meeting = [
        str(problem) for problem in problems(tmp_path, f"{survey}\n| | select_one answer | b | B | B | |", choices)
    ]
    assert meeting == ["choices row 3, column ussd_key: 1 already is the key of yes in row 2"]


def test_a_column_of_choices_may_have_any_name_that_a_filter_reads(tmp_path: Path) -> None:
    choices = CHOICES.replace("side", "lable")
    survey = f"{SURVEY} choice_filter |\n| | select_one answer | a | A | A | {{}} |"
    assert problems(tmp_path, survey.format("lable='left'"), choices) == []
    (problem,) = problems(tmp_path, survey.format(""), choices)
    assert str(problem) == "choices row 1, column lable: there is no such column; did you mean label?"


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ("| settings | form_title |\n| | Essai |", "settings row 2, column form_id: this is missing; it is taken to"),
        ("", "settings, column version: this is missing; it is taken to be 1"),
        ("| settings | form_id |\n| | a b |", "settings row 2, column form_id: a name of letters, digits and _ is ex"),
        ("| settings | default_language |\n| | ar |", "settings row 2, column default_language: the form has no labe"),
        ("| settings | style |\n| | pages |", "settings row 1, column style: this column is not used here"),
        ("| settings | form_id |\n| | a |\n| | b |", "settings row 3: only the first row of the settings counts"),
        ("| setting | form_id |\n| | a |", "file: there is no sheet setting; did you mean settings?"),
    ],
    ids=["no name", "no settings", "bad name", "language", "column", "two rows", "sheet"],
)  # fmt: skip
def test_a_fault_in_the_settings_is_told(about: str, expected: str, tmp_path: Path) -> None:
    found = [str(problem) for problem in problems(tmp_path, f"{SURVEY}\n| | text | a | A | A |", "", about)]
    assert expected in [told[: len(expected)] for told in found]


def test_a_form_without_questions_is_refused(tmp_path: Path) -> None:
    assert "survey: there are no questions" in map(str, problems(tmp_path, SURVEY))
    assert "survey: there are no questions" in map(str, problems(tmp_path, ""))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("name,label,label_en\n", "survey row 2, column type: there are no choices in towns.csv"),
        ("name,label\nkayes,Kayes\n", "towns.csv row 2, column label (en): the label is missing"),
        ("name,lable,label_en\nkayes,Kayes,Kayes\n", "towns.csv row 1, column lable: there is no such column"),
        ("name,label,label_en,ussd_key\na,A,A,9\n", "towns.csv row 2, column ussd_key: 9 can be no key"),
    ],
    ids=["empty", "language", "column", "key"],
)
def test_a_fault_in_a_list_of_its_own_is_told(content: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text(content, encoding="utf-8")
    found = problems(tmp_path, f"{SURVEY}\n| | select_one_from_file towns.csv | a | A | A |", "")
    assert [str(problem) for problem in found if expected in str(problem)]


def test_what_pyxform_refuses_is_told_with_its_row(tmp_path: Path) -> None:
    survey = f"{SURVEY} parameters |\n| | text | a | A | A | |\n| | | | | | |\n| | text | b | B | B | rows=x y z |"
    found = [str(problem) for problem in problems(tmp_path, survey) if problem.is_error]
    assert len(found) == 1
    assert "row" in found[0]
    assert "parameters" in found[0]


def test_a_row_that_is_wider_than_its_header_is_told(tmp_path: Path) -> None:
    found = [str(problem) for problem in problems(tmp_path, f"{SURVEY}\n| | text | a | A | A | or | B |", "")]
    assert found == ["survey row 2: this row has more cells than there are columns (in Markdown | is written \\|)"]


def test_a_form_with_warnings_alone_is_usable(tmp_path: Path) -> None:
    path = tmp_path / "form.md"
    path.write_text(f"{SURVEY} note |\n| | text | a | A | A | why |\n{SETTINGS}", encoding="utf-8")
    form, found = read(path)
    assert form
    assert [str(problem) for problem in found] == ["survey row 1, column note: this column is not used here"]


ODD = [
    "", "1", "-1", "yes", "x", "${kind}", "${", "${nope}", "((", "=1", "today()", "9", "00", "a b", "é", "a::b", "::",
    "select_one", "select_one kind", "select_one ${kind}", "select_one_from_file ../x.csv", "begin_group", "end_group",
    "begin repeat", "calculate", "kind", "label", "label::X (fr)", "name", "type", "parameters", "disabled", "trigger",
    "rank need", "audit", "meta", "2026-01-01", "sells=${kind}", "cow none", "\u202e", "\U0001f600" * 50,
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_cell_a_form_is_loaded_or_refused(data: st.DataObject) -> None:
    tables = {name: [list(row) for row in table] for name, table in BOOK.tables.items()}
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.sampled_from([row for table in tables.values() for row in table]))
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(st.sampled_from(ODD))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            for name, table in tables.items():
                csv.writer(file).writerows([[name], *(["", *row] for row in table)])
        form, found = read(path)
    assert (form is None) is any(problem.is_error for problem in found)
