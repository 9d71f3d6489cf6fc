"""A screen never holds more than a phone shows, and loses nothing over its pages."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import gsm7
from flows.screen import DoesNotFit, Page, fits, lay_out
from flows.world import Limits

LIMITS = Limits()
NAV = {"back": "Retour", "more": "Suite"}


def pages(label: str, labels: list[str], **changed: object) -> tuple[Page, ...]:
    choices = [(str(number), text) for number, text in enumerate(labels, 1)]
    return lay_out(label, choices, limits=LIMITS, **{**NAV, **changed})  # type: ignore[arg-type]


def test_label_choices_and_the_way_back_stand_on_one_screen() -> None:
    assert pages("Quoi ?", ["Vol", "Feu"]) == (Page("Quoi ?\n1 Vol\n2 Feu\n0 Retour", ("1", "2")),)


def test_where_there_is_no_way_back_none_is_shown() -> None:
    assert pages("Quoi ?", ["Vol", "Feu"], back="") == (Page("Quoi ?\n1 Vol\n2 Feu", ("1", "2")),)


def test_where_nothing_comes_before_the_first_screen_the_others_lead_back_to_it() -> None:
    first, second = pages("Quoi ?", list("abcdefg"), rooted=True)
    assert first.text.endswith("\n9 Suite")
    assert "Retour" not in first.text
    assert second.text == "6 f\n7 g\n0 Retour"


def test_more_than_five_choices_go_on_without_the_label() -> None:
    first, second = pages("Quoi ?", list("abcdefg"))
    assert first == Page("Quoi ?\n1 a\n2 b\n3 c\n4 d\n5 e\n0 Retour 9 Suite", ("1", "2", "3", "4", "5"))
    assert second == Page("6 f\n7 g\n0 Retour", ("6", "7"))


def test_in_arabic_each_key_begins_a_line() -> None:
    first, _ = pages("ماذا؟", list("ابجدهو"), back="رجوع", more="المزيد")
    assert first.text.split("\n")[-2:] == ["0 رجوع", "9 المزيد"]
    assert all(line[0].isascii() and line[0].isdigit() for line in first.text.split("\n")[1:])


def test_an_arabic_screen_holds_eighty_characters() -> None:
    label = "م" * 37 + " " + "م" * 37
    assert len(pages(label, [], back="رج")) == 1
    assert len(pages(label + "مم", [], back="رج")) == 2


def test_folding_happens_only_where_it_saves_a_screen() -> None:
    assert "ê" in pages("Vous êtes où ?", ["Ici"])[0].text
    long = "Vous êtes où maintenant, dans quel village et dans quelle commune de la région ?"
    (page,) = pages(long, ["Ici", "Ailleurs"])
    assert page.text.startswith("Vous etes où maintenant")


def test_a_long_note_goes_on_at_a_word() -> None:
    note = " ".join(f"mot{number}" for number in range(60))
    shown = pages(note, [])
    assert len(shown) > 1
    assert " ".join(page.text.rsplit("\n", 1)[0] for page in shown) == note
    assert shown[0].text.endswith("\n0 Retour 9 Suite")
    assert shown[-1].text.endswith("\n0 Retour")


def test_a_long_label_goes_on_before_its_choices() -> None:
    shown = pages("mot " * 50, ["Oui", "Non"])
    assert shown[0].keys == ()
    assert shown[-1].keys == ("1", "2")


def test_a_label_that_must_stand_with_its_keys_is_refused_where_it_cannot() -> None:
    with pytest.raises(DoesNotFit, match="no choice fits"):
        pages("mot " * 50, ["Oui", "Non"], together=True)


@pytest.mark.parametrize(
    ("label", "labels"),
    [("x" * 161, []), ("Quoi ?", ["x" * 160]), ("م" * 90, [])],
    ids=["word", "choice", "arabic word"],
)
def test_what_may_not_be_cut_and_is_too_wide_is_refused(label: str, labels: list[str]) -> None:
    with pytest.raises(DoesNotFit):
        pages(label, labels)


def test_nothing_at_all_is_one_empty_screen() -> None:
    assert pages("", [], back="") == (Page("", ()),)


text = st.text(alphabet="aeé ç€اب😀\n", max_size=70).filter(lambda value: all(len(w) < 30 for w in value.split()))
label = st.text(alphabet="aeé ç€اب", min_size=1, max_size=30).filter(str.strip).map(str.strip)


@settings(max_examples=300)
@given(st.lists(text, max_size=8).map(" ".join), st.lists(label, max_size=30), st.booleans())
def test_no_page_is_too_wide_and_every_choice_stands_on_exactly_one(
    question: str, labels: list[str], arabic: bool
) -> None:
    nav = {"back": "رجوع", "more": "المزيد"} if arabic else NAV
    shown = pages(question, labels, **nav)
    assert all(fits(page.text, LIMITS) for page in shown)
    assert all((gsm7.septets(page.text) or 0) <= 160 for page in shown)
    keys = [key for page in shown for key in page.keys]
    assert keys == [str(number) for number in range(1, len(labels) + 1)]
    lines = Counter(line for page in shown for line in page.text.split("\n"))
    for key, value in zip(keys, labels, strict=True):
        assert lines[f"{key} {value}"] or lines[f"{key} {gsm7.fold(value)}"]
    for page in shown:
        assert len(page.keys) <= LIMITS.choices
