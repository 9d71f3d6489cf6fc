"""What is keyed or typed becomes the answer it stands for, or a named complaint."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import answer
from flows.answer import TEXT_MAX, Complaint, Keyed
from flows.form import Choice

TODAY = date(2026, 11, 25)
QUICK = ("Aujourd'hui", "Hier", "Avant-hier")


def keyed(*choices: Choice) -> list[Keyed]:
    return [(choice.key, choice) for choice in choices]


THEFTS = keyed(
    Choice("21", {"fr": "Vol de bétail", "ar": "سرقة ماشية"}, key="1", code="21", words=("vaches",)),
    Choice("22", {"fr": "Vol"}, key="2", code="22", words=("bandits", "vaches")),
    Choice("other", {"fr": "Autre"}, key="3"),
)


@pytest.mark.parametrize(
    ("said", "value"),
    [("12", "12"), (" 1 200 ", "1200"), ("١٢", "12"), ("۱۲", "12"), ("007", "7"), ("0", "0"), ("\u200f5", "5")],
)
def test_a_whole_number_is_understood(said: str, value: str) -> None:
    assert answer.integer(said).value == value


@pytest.mark.parametrize("said", ["", "douze", "12a", "-1", "1.5", "1,5", "1*2", "²", "1234567890"])
def test_what_is_no_whole_number_is_refused(said: str) -> None:
    assert answer.integer(said).complaint is Complaint.NUMBER


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("1", "21"),
        ("٢", "22"),
        ("22", "22"),
        ("other", "other"),
        ("VOL DE BETAIL", "21"),
        ("سرقه ماشيه", "21"),
        ("vol", "22"),
        ("Bandits.", "22"),
    ],
)
def test_a_choice_is_understood_by_key_code_name_label_or_word(said: str, value: str) -> None:
    assert answer.select_one(said, THEFTS).value == value


def test_a_word_that_two_choices_share_leaves_both() -> None:
    heard = answer.select_one("vaches", THEFTS)
    assert (heard.value, heard.candidates) == ("", ("21", "22"))


@pytest.mark.parametrize("said", ["", "4", "9", "vol de", "xyz", "'"])
def test_what_is_no_choice_is_refused(said: str) -> None:
    assert answer.select_one(said, THEFTS).complaint is Complaint.DIGIT


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("1 3", "21 other"),
        ("3,1", "21 other"),
        ("13", "21 other"),
        ("١ ٣", "21 other"),
        ("1 1 1", "21"),
        ("2", "22"),
        ("Autre", "other"),
    ],
)
def test_several_choices_are_stored_in_the_order_of_their_list(said: str, value: str) -> None:
    assert answer.select_multiple(said, THEFTS).value == value


@pytest.mark.parametrize("said", ["", "1 4", "14", "x", "1 x"])
def test_one_wrong_choice_among_several_is_refused(said: str) -> None:
    assert answer.select_multiple(said, THEFTS).complaint is Complaint.DIGITS


def test_digits_are_not_taken_apart_where_a_key_has_two() -> None:
    wide = keyed(Choice("a", {}, key="1"), Choice("b", {}, key="2"), Choice("c", {}, key="10"))
    assert answer.select_multiple("12", wide).complaint is Complaint.DIGITS
    assert answer.select_multiple("1 10", wide).value == "a c"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("1", "2026-11-25"),
        ("2", "2026-11-24"),
        ("3", "2026-11-23"),
        ("hier", "2026-11-24"),
        ("AVANT HIER", "2026-11-23"),
        ("2511", "2026-11-25"),
        ("2611", "2025-11-26"),
        ("٠٥١٢", "2025-12-05"),
        ("5/12", "2025-12-05"),
        ("5-1", "2026-01-05"),
        ("05.01.2024", "2024-01-05"),
        ("5/1/24", "2024-01-05"),
        ("05012024", "2024-01-05"),
        ("2902", "2024-02-29"),
        ("01012027", "2027-01-01"),
    ],
)
def test_a_day_is_understood(said: str, value: str) -> None:
    assert answer.day(said, TODAY, QUICK, typing=False).value == value


@pytest.mark.parametrize("said", ["", "5", "3002", "0013", "512", "29022026", "demain", "1/2/3/4", "5/12/202"])
def test_an_impossible_day_is_refused(said: str) -> None:
    assert answer.day(said, TODAY, QUICK, typing=False).complaint is Complaint.DATE


def test_another_day_is_typed_next() -> None:
    assert answer.day("4", TODAY, QUICK, typing=False).typing
    assert answer.day("4", TODAY, QUICK, typing=True).complaint is Complaint.DATE


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("  Ould Yengé \n", "Ould Yengé"),
        ("a*b#c", "a*b#c"),
        ("nul\x00 ici\x07", "nul ici"),
        ("deux\nlignes", "deux lignes"),
        ("e\u0301te\u0301", "été"),
        ("x" * 600, "x" * TEXT_MAX),
        ("lone \ud83d", "lone"),
    ],
)
def test_a_text_is_kept_without_control_characters(said: str, value: str) -> None:
    assert answer.text(said).value == value


@pytest.mark.parametrize("said", ["", "  ", "\x00"])
def test_a_text_of_nothing_is_refused(said: str) -> None:
    assert answer.text(said).complaint is Complaint.TEXT


@given(st.text(max_size=30))
def test_nothing_that_can_be_typed_breaks_the_parsing(said: str) -> None:
    for heard in (
        answer.integer(said),
        answer.text(said),
        answer.select_one(said, THEFTS),
        answer.select_multiple(said, THEFTS),
        answer.day(said, TODAY, QUICK, typing=False),
    ):
        assert bool(heard.value) != bool(heard.complaint) or heard.typing
