"""Forms load from Markdown, CSV and spreadsheets, and are the same form whichever it was."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from flows.form import Channel, Choice, Form, Kind, Scope
from flows.sheets import read_book
from flows.xlsform import FormError, load, read, write_xlsx

FORMS = Path(__file__).parent / "forms"
SHIPPED = sorted((Path(__file__).parent.parent / "flows" / "forms").glob("*.md"))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def herd() -> Form:
    return load(FORMS / "survey.md")


def save(path: Path, **sheets: Iterable[Sequence[object]]) -> Path:
    """A spreadsheet with those sheets."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    workbook.save(path)
    return path


def save_csv(source: Path, target: Path, delimiter: str = ",") -> Path:
    """The same sheets below each other in one CSV file."""
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        for name, table in read_book(source).tables.items():
            writer.writerow([name])
            writer.writerows(["", *row] for row in table)
    return target


def test_settings_name_the_form_and_its_languages(herd: Form) -> None:
    assert (herd.name, herd.version, herd.sms_keyword) == ("herd", "3", "HERD")
    assert herd.title == {"fr": "Troupeau", "ar": "قطيع"}
    assert (herd.default_language, herd.languages) == ("fr", ("fr", "ar"))


def test_every_kind_of_question_is_read(herd: Form) -> None:
    kinds = {question.name: question.kind for question in herd.questions}
    assert kinds == {
        "post": Kind.HIDDEN,
        "kind": Kind.SELECT_ONE,
        "count": Kind.INTEGER,
        "story": Kind.TEXT,
        "market": Kind.SELECT_ONE,
        "needs": Kind.SELECT_MULTIPLE,
        "day": Kind.DATE,
        "severity": Kind.CALCULATE,
        "thanks": Kind.NOTE,
    }


def test_a_question_has_what_its_row_says(herd: Form) -> None:
    kind, count, story, needs = map(herd.question, ("kind", "count", "story", "needs"))
    assert (kind.choices, kind.required, kind.default, kind.sms_field) == ("kind", True, "cow", 1)
    assert kind.required_message == {"fr": "Il faut choisir.", "ar": "يجب الاختيار."}
    assert count.hints == {"fr": "Un nombre", "ar": "عدد"}
    assert count.constraint_message["fr"] == "De 0 à 999"
    assert (story.short, story.channel, story.pii, story.width) == ({"fr": "Racontez"}, Channel.USSD, "free", 20)
    assert (needs.channel, herd.question("day").channel, herd.question("post").width) == (Channel.SMS, None, 15)


def test_rows_are_counted_as_people_see_them(herd: Form) -> None:
    assert [herd.question(name).row for name in ("post", "kind", "thanks")] == [3, 5, 16]
    assert [choice.row for choice in herd.lists["need"]] == [5, 6]


@pytest.mark.parametrize(
    ("kind", "count", "post", "relevant"),
    [
        ("cow", "6", "gogui", True),
        ("goat", "6", "", True),
        ("goat", "6", "gogui", False),
        ("cow", "5", "", False),
        ("none", "6", "", False),
    ],
)
def test_the_relevance_of_groups_is_folded_into_their_questions(
    herd: Form, kind: str, count: str, post: str, relevant: bool
) -> None:
    expression = herd.question("story").relevant
    assert expression
    assert expression.evaluate(Scope({"kind": kind, "count": count, "post": post}, NOON)) is relevant
    assert expression.references == {"kind", "count", "post"}
    outside = herd.question("market").relevant
    assert outside
    assert outside.source == "${kind}!='none'"


def test_a_choice_has_what_its_row_says(herd: Form) -> None:
    assert herd.lists["kind"] == (
        Choice(
            "cow",
            {"fr": "Vache", "ar": "بقرة"},
            key="1",
            code="11",
            columns={"colour": "brown"},
            words=("vache", "boeuf"),
            row=2,
        ),
        Choice("none", {"fr": "Rien", "ar": "لا شيء"}, key="8", code="18", form="zero_report", row=3),
    )
    assert herd.lists["need"][1].short == {"ar": "كلأ"}


def test_a_list_may_lie_in_a_file_beside_the_form(herd: Form) -> None:
    kayes = herd.lists["markets.csv"][0]
    assert (kayes.name, kayes.labels, kayes.columns) == ("kayes", {"fr": "Kayes", "ar": "خاي"}, {"sells": "cow"})
    choice_filter = herd.question("market").choice_filter
    assert choice_filter
    assert choice_filter.equalities == {"sells": "kind"}


def test_gazetteer_lists_are_looked_up_and_not_read(tmp_path: Path) -> None:
    path = save(
        tmp_path / "form.xlsx",
        survey=[
            ("type", "name", "label", "choice_filter"),
            ("select_one_from_file regions.csv", "region", "Région ?", ""),
            ("select_one_from_file places.csv", "place", "Lieu ?", "region=${region}"),
        ],
    )
    assert load(path).lists == {}


def test_a_form_made_in_a_spreadsheet_loads(tmp_path: Path) -> None:
    workbook = Workbook()
    survey = workbook.worksheets[0]
    survey.title = "Survey"
    for row in [
        ("Type", "Name", None, "Label::English (en)", "Required", "Relevance", "Constraint Message", "ussd_width"),
        ("select one answer", "ok", None, "OK?", True, None, None, None),
        (None,) * 8,
        ("integer", "n", None, "How\N{NO-BREAK SPACE}many  of “them”? ", False, "${ok}='1'", None, 12.0),
        ("date", "d", None, "When?", None, None, None, 10),
        ("calculate", "unused", None, None, None, None, None, None),
    ]:
        survey.append(row)
    survey["I1"], survey["I6"] = "calculation", "1 + 1"
    survey.merge_cells("D2:D3")
    for number in range(7, 30):
        survey.cell(number, 1).value = None
    choices = workbook.create_sheet("choices")
    for row in [
        ("list name", "value", "label::English", "since"),
        ("answer", 1, "Yes", date(2026, 1, 31)),
        ("answer", 2.0, "No", 1.5),
    ]:
        choices.append(row)
    settings = workbook.create_sheet("settings")
    settings.append(("form_title", "form_id", "version", "default_language"))
    settings.append(("Test", "test", 20261123, "English (en)"))
    workbook.create_sheet("my notes").append(("anything",))
    workbook.save(tmp_path / "form.xlsx")

    form, problems = read(tmp_path / "form.xlsx")
    assert [str(problem) for problem in problems] == []
    assert form
    assert [(question.name, question.row, question.required) for question in form.questions] == [
        ("ok", 2, True),
        ("n", 4, False),
        ("d", 5, False),
        ("unused", 6, False),
    ]
    number = form.question("n")
    assert (number.labels, number.width) == ({"en": 'How many of "them"?'}, 12)
    assert number.relevant
    assert number.relevant.source == "${ok}='1'"
    assert [choice.name for choice in form.lists["answer"]] == ["1", "2"]
    assert [choice.columns for choice in form.lists["answer"]] == [{"since": "2026-01-31 00:00:00"}, {"since": "1.5"}]
    assert (form.version, form.default_language, form.languages) == ("20261123", "en", ("en",))


@pytest.mark.parametrize("source", [FORMS / "survey.md", *SHIPPED], ids=lambda path: path.stem)
def test_a_form_written_as_a_spreadsheet_is_the_same_form(source: Path, tmp_path: Path) -> None:
    (tmp_path / "markets.csv").write_bytes((FORMS / "markets.csv").read_bytes())
    target = tmp_path / f"{source.stem}.xlsx"
    write_xlsx(source, target)
    assert load(target) == load(source)


@pytest.mark.parametrize("delimiter", [",", ";"], ids=["comma", "semicolon"])
def test_a_form_in_csv_is_the_same_form(delimiter: str, herd: Form, tmp_path: Path) -> None:
    (tmp_path / "markets.csv").write_bytes((FORMS / "markets.csv").read_bytes())
    assert load(save_csv(FORMS / "survey.md", tmp_path / "survey.csv", delimiter)) == herd


def test_the_digest_changes_with_what_the_form_says_and_not_with_its_layout(herd: Form, tmp_path: Path) -> None:
    (tmp_path / "markets.csv").write_bytes((FORMS / "markets.csv").read_bytes())
    text = (FORMS / "survey.md").read_text(encoding="utf-8")
    blank = "| | | | | | | | | | | | | | | | | | | | | | | |\n"
    moved, changed = tmp_path / "moved.md", tmp_path / "changed.md"
    moved.write_text(text.replace(blank, blank * 2), encoding="utf-8")
    changed.write_text(text.replace("Vache", "Boeuf"), encoding="utf-8")
    assert load(moved).digest == herd.digest
    assert load(changed).digest != herd.digest
    assert len(herd.digest) == 64


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("form.md", b"Only words.", "there is no table in it"),
        ("form.csv", b"", "there is no table in it"),
        ("form.md", b"\xff\xfe\x00", "cannot be read"),
        ("form.csv", b'survey,"open', "cannot be read"),
        ("form.xlsx", b"PK\x03\x04 not a zip", "cannot be read"),
        ("form.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "cannot be read"),
        ("form.docx", b"", "is none of .md, .csv, .xlsx, .xls"),
    ],
    ids=["prose", "empty", "no text", "open quote", "no zip", "broken xls", "other suffix"],
)
def test_a_file_that_is_no_form_is_refused_by_name(name: str, content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FormError) as refused:
        load(path)
    (problem,) = refused.value.problems
    assert problem.sheet == "file"
    assert name in problem.message
    assert reason in problem.message


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FormError, match=r"nowhere\.md cannot be read"):
        load(tmp_path / "nowhere.md")
