"""Every screen of a form fits a phone in every language, or its author is told by how much it does not."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import asking
from flows.check import NOW, check
from flows.expressions import compile
from flows.form import Channel, Choice, Form, Kind, Question
from flows.language import Words
from flows.world import Limits, World
from flows.xlsform import load

ROOT = Path(__file__).parent.parent
WORDS = Words.load(ROOT / "locale")
LIMITS = Limits()

YES = Choice("yes", {"fr": "Oui", "ar": "نعم"}, row=2)
ASKED = Question("asked", Kind.SELECT_ONE, 2, {"fr": "Quoi ?", "ar": "ماذا؟"}, choices="answer")


def form(*questions: Question, choices: Sequence[Choice] = (YES,)) -> Form:
    return Form("test", "1", {"fr": "Test"}, "fr", questions, {"answer": choices}, ("fr", "ar"))


def label(text: str, kind: Kind = Kind.TEXT, **changed: object) -> Question:
    return replace(ASKED, kind=kind, labels={"fr": text, "ar": "ماذا؟"}, choices="", **changed)  # type: ignore[arg-type]


def told(*questions: Question, choices: Sequence[Choice] = (YES,)) -> list[str]:
    return [str(problem) for problem in check(form(*questions, choices=choices), WORDS, LIMITS, {})]


def test_a_form_that_fits_has_no_problems() -> None:
    assert told(ASKED, label("Quand ?", Kind.DATE), label("Combien ?", Kind.INTEGER), label("Fin", Kind.NOTE)) == []


@pytest.mark.parametrize(
    ("question", "column", "expected"),
    [
        (label("x" * 161), "label (fr)", "this label is 1 septet"),
        (label("x [" * 54), "label (fr)", "this label is 56 septets"),
        (label("ا ب " * 21), "label (fr)", "this label is 3 characters"),
        (label("Quoi ?", short={"fr": "x" * 170}), "ussd_label_fr", "this label is 10 septets"),
        (label("x" * 200, Kind.NOTE), "label (fr)", "a word of this label is "),
        (
            label("mot " * 34, Kind.DATE),
            "label (fr)",
            "this label and the example of a date together are ",
        ),
        (
            replace(ASKED, labels={"fr": "x " * 73, "ar": "ماذا؟"}),
            "label (fr)",
            "this label and its choice yes together are ",
        ),
        (
            replace(ASKED, labels={"fr": "Quoi ?", "ar": "اب " * 26}),
            "label (ar)",
            "this label and its choice yes together are ",
        ),
    ],
    ids=["typed", "extension", "arabic", "short", "note", "date", "choice", "arabic choice"],
)
def test_a_label_that_does_not_fit_is_told_with_its_row_language_and_excess(
    question: Question, column: str, expected: str
) -> None:
    (problem,) = told(question)
    assert problem.startswith(f"survey row 2, column {column}: {expected}")
    assert problem.endswith(" too wide for one screen")


def test_a_choice_that_does_not_fit_alone_is_told_in_its_own_sheet() -> None:
    wide = Choice("wide", {"fr": "x" * 160, "ar": "نعم"}, row=7)
    expected = "row 7, column label (fr): this choice is 19 septets too wide for a screen"
    assert told(ASKED, choices=[YES, wide]) == [f"choices {expected}"]
    filed = replace(ASKED, choices="markets.csv")
    checked = replace(form(filed), lists={"markets.csv": [YES, wide]})
    assert [str(problem) for problem in check(checked, WORDS, LIMITS, {})] == [f"markets.csv {expected}"]


def test_every_choice_is_tried_beside_the_label_whatever_the_filter_lets_through() -> None:
    last = Choice("last", {"fr": "y" * 61, "ar": "نعم"}, columns={"where": "b"}, row=3)
    asked = replace(ASKED, labels={"fr": "x" * 80, "ar": "ماذا؟"}, choice_filter=compile("where='a'"))
    (problem,) = told(asked, choices=[YES, last])
    assert "this label and its choice last together" in problem


def test_a_note_and_a_list_may_take_several_screens() -> None:
    many = [Choice(f"c{number}", {"fr": "x" * 100, "ar": "نعم"}) for number in range(20)]
    assert told(ASKED, label("mot " * 200, Kind.NOTE), choices=many) == []


def test_what_no_screen_shows_is_not_checked() -> None:
    wide = "x " * 200
    assert told(label(wide, channel=Channel.SMS), label(wide, Kind.CALCULATE), label(wide, Kind.HIDDEN)) == []


@pytest.mark.parametrize(
    ("inside", "width"),
    [
        (Question("n", Kind.INTEGER, 1), 9),
        (Question("n", Kind.INTEGER, 1, constraint=compile(". >= 0 and . <= 999")), 3),
        (Question("n", Kind.INTEGER, 1, constraint=compile(". >= 150 and . <= 180")), 3),
        (Question("n", Kind.INTEGER, 1, constraint=compile(". > ${other}")), 9),
        (Question("n", Kind.INTEGER, 1, width=2), 2),
        (Question("n", Kind.DATE, 1), 10),
        (Question("n", Kind.SELECT_ONE, 1, choices="answer"), 11),
        (Question("n", Kind.SELECT_ONE, 1, choices="answer", choice_filter=compile("1 = 2")), 11),
        (Question("n", Kind.SELECT_ONE, 1, choices="answer", width=5), 5),
        (Question("n", Kind.SELECT_MULTIPLE, 1, choices="answer"), 16),
    ],
    ids=[
        "number",
        "constrained",
        "range",
        "unknown",
        "cut number",
        "date",
        "choice",
        "filtered",
        "cut choice",
        "choices",
    ],
)
def test_an_answer_inside_a_label_is_tried_at_its_widest(inside: Question, width: int) -> None:
    choices = [Choice("yes", {"fr": "Oui"}), Choice("perhaps", {"fr": "Peut-etre !"})]
    silent = replace(inside, channel=Channel.SMS)
    fitting, wide = (label("x" * length + " ${n}") for length in (159 - width, 160 - width))
    assert told(silent, fitting, choices=choices) == []
    (problem,) = told(silent, wide, choices=choices)
    assert problem == "survey row 2, column label (fr): this label is 1 septet too wide for one screen"


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.HIDDEN, Kind.CALCULATE])
def test_a_typed_answer_inside_a_label_may_be_arabic(kind: Kind) -> None:
    inside = Question("n", kind, 1, channel=Channel.SMS, width=15)
    assert told(inside, label("x" * 64 + " ${n}")) == []
    assert told(inside, label("x" * 65 + " ${n}")) == [
        "survey row 2, column label (fr): this label is 1 character too wide for one screen"
    ]


def test_an_answer_inside_a_choice_is_tried_at_its_widest() -> None:
    inside = Question("post", Kind.HIDDEN, 1, width=15)
    mine = Choice("mine", {"fr": "x" * 40 + " ${post}", "ar": "x"}, row=3)
    assert told(inside, ASKED, choices=[replace(mine, labels={"fr": "${post}", "ar": "${post}"})]) == []
    (problem,) = told(inside, ASKED, choices=[mine])
    assert problem.startswith("survey row 2, column label (fr): this label and its choice mine together are ")


def test_an_answer_may_stand_inside_the_label_of_another_question_with_the_same_list() -> None:
    long = Choice("long", {"fr": "y" * 20, "ar": "نعم"}, row=3)
    first = replace(ASKED, name="first")
    fitting, wide = (replace(ASKED, labels={"fr": "x" * count + " ${first}", "ar": "؟"}) for count in (90, 110))
    assert told(first, fitting, choices=[YES, long]) == []
    (problem,) = told(first, wide, choices=[YES, long])
    assert "this label and its choice long together" in problem


def test_a_language_that_falls_back_on_another_is_checked_with_its_own_words() -> None:
    arabic_only = replace(ASKED, labels={"ar": "ماذا؟", "fr": "Quoi ?"})
    assert told(arabic_only) == []
    missing = replace(label("x" * 170), labels={"ar": "x" * 170})
    assert told(missing) == ["survey row 2, column label (ar): this label is 10 septets too wide for one screen"]


def test_gazetteer_lists_are_tried_with_the_choices_they_are_known_to_have() -> None:
    place = replace(ASKED, choices="places.csv", labels={"fr": "x" * 100, "ar": "أين؟"})
    sample = {"places.csv": [Choice("a", {"fr": "y" * 50})]}
    assert check(form(place), WORDS, LIMITS, {}) == []
    (problem,) = check(form(place), WORDS, LIMITS, sample)
    assert "this label and its choice a together" in problem.message


def test_places_of_one_name_are_tried_with_what_tells_them_apart() -> None:
    region = Question("region", Kind.SELECT_ONE, 2, {"fr": "Région ?", "ar": "أين؟"}, choices="regions.csv")
    place = replace(ASKED, row=3, choices="places.csv", choice_filter=compile("region=${region}"))
    sample = {
        "regions.csv": [Choice(name, {"fr": name * 10}) for name in ("a", "b")],
        "places.csv": [Choice(f"{name}/same", {"fr": "Khabou"}, columns={"region": name}) for name in ("a", "b")],
    }
    assert check(form(region, replace(place, labels={"fr": "x" * 121, "ar": "أين؟"})), WORDS, LIMITS, sample) == []
    (problem,) = check(form(region, replace(place, labels={"fr": "x" * 122, "ar": "أين؟"})), WORDS, LIMITS, sample)
    assert problem.message.endswith("together are 1 septet too wide for one screen")


def test_what_fits_one_phone_may_not_fit_a_smaller_one() -> None:
    shipped = load(ROOT / "flows" / "forms" / "zero_report.md")
    assert check(shipped, WORDS, LIMITS, {}) == []
    assert check(shipped, WORDS, Limits(septets=60, ucs2=30), {}) != []


texts = st.text(alphabet="aé ç€[اب", min_size=1, max_size=90).filter(str.strip)
choices = st.lists(texts, min_size=1, max_size=9).map(
    lambda labels: [Choice(f"c{place}", {"fr": text}, columns={"c": str(place)}) for place, text in enumerate(labels)]
)


@settings(max_examples=100, deadline=None)
@given(texts, choices, st.sets(st.integers(0, 8), min_size=1), st.text(alphabet="aب", max_size=30))
def test_what_passes_the_check_fits_whatever_is_asked_and_answered(
    text: str, listed: list[Choice], kept: set[int], answer: str
) -> None:
    name = Question("name", Kind.HIDDEN, 1, width=10)
    kept_filter = compile(f"selected('{' '.join(map(str, kept))}', c)")
    asked = replace(ASKED, labels={"fr": f"{text} ${{name}}"}, choice_filter=kept_filter)
    typed = replace(asked, name="typed", kind=Kind.TEXT, choices="", choice_filter=None)
    checked = form(name, asked, typed, choices=listed)
    wrong = {problem.row for problem in check(checked, WORDS, LIMITS, {})}
    if not wrong:
        world = World(NOW, ("fr",), Channel.USSD, lambda name, narrowing: (), WORDS, LIMITS)
        asking.pages(checked, asked, {"name": answer}, world, together=True)
        assert len(asking.pages(checked, typed, {"name": answer}, world)) == 1
