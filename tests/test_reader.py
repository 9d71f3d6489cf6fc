"""One line of SMS is read field by field, and a sentence is not taken for a code."""

import pytest
from engine_driver import form_of, question, world

from flows.form import Channel, Choice, Form, Kind
from flows.reader import read

HERE = world(channel=Channel.SMS)
INCIDENT = form_of(
    question("code", Kind.SELECT_ONE, choices="code", sms_field=1),
    question("place", Kind.SELECT_ONE, choices="places.csv", sms_field=4),
    question("urgency", Kind.SELECT_ONE, choices="urgency", sms_field=2),
    question("count", Kind.INTEGER, sms_field=3),
    question("source", Kind.INTEGER),
    keyword="ALERTE",
    code=[
        Choice("11", {"fr": "Groupe"}, key="1", code="11", words=("hommes armes",)),
        Choice("12", {"fr": "Attaque"}, key="2", code="12", words=("tirs",)),
    ],
    urgency=[
        Choice("now", {"fr": "En cours"}, code="1", words=("maintenant",)),
        Choice("past", {"fr": "Hier"}, code="3"),
    ],
)
FEEDBACK = form_of(
    question("code", Kind.SELECT_ONE, choices="code", sms_field=1),
    question("message", Kind.TEXT, sms_field=2),
    code=[Choice("86", {"fr": "Argent"}, code="86")],
)
QUIET = form_of(question("travellers", Kind.INTEGER, sms_field=1), keyword="RAS")
VISIT = form_of(
    question("needs", Kind.SELECT_MULTIPLE, choices="needs", sms_field=1),
    question("day", Kind.DATE, sms_field=2),
    question("name", Kind.TEXT, sms_field=3),
    question("village", Kind.TEXT, sms_field=4),
    needs=[Choice("water", {"fr": "Eau"}, code="1"), Choice("food", {"fr": "Vivres"}, code="2")],
)


def told(form: Form, text: str) -> dict[str, str]:
    reading = read(form, text, HERE)
    assert all(proposal.confidence == 1 for proposal in reading.proposals.values())
    return {name: proposal.value for name, proposal in reading.proposals.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", {"code": "12"}),
        ("12#1#3 Gogui", {"code": "12", "urgency": "now", "count": "3", "place": "Gogui"}),
        ("12*1*3*Ould Yenge", {"code": "12", "urgency": "now", "count": "3", "place": "Ould Yenge"}),
        ("12 1 3 Gogui", {"code": "12", "urgency": "now", "count": "3", "place": "Gogui"}),
        ("12#1 Gogui", {"code": "12", "urgency": "now", "place": "Gogui"}),
        ("12 Gogui", {"code": "12", "place": "Gogui"}),
        ("12 Gogi", {"code": "12", "place": "Gogi"}),
        ("12 # 1 * 3 # Ould   Yenge", {"code": "12", "urgency": "now", "count": "3", "place": "Ould   Yenge"}),
        ("12##3 Gogui", {"code": "12", "count": "3", "place": "Gogui"}),
        ("12#7 Gogui", {"code": "12", "count": "7", "place": "Gogui"}),
        ("12 maintenant Gogui", {"code": "12", "urgency": "now", "place": "Gogui"}),
        ("12#1#", {"code": "12", "urgency": "now"}),
        ("  12 \n", {"code": "12"}),
        ("١٢#١#٣ ولد ينج", {"code": "12", "urgency": "now", "count": "3", "place": "ولد ينج"}),
        ("\u200f۱۲ Gogui", {"code": "12", "place": "Gogui"}),
        ("ALERTE 12 Gogui", {"code": "12", "place": "Gogui"}),
        ("alerte#12#1", {"code": "12", "urgency": "now"}),
        ("12#Village Inconnu", {"code": "12", "place": "Village Inconnu"}),
        ("ALERTE 12 Village Inconnu", {"code": "12", "place": "Village Inconnu"}),
    ],
)
def test_a_coded_line_is_read_field_by_field(text: str, expected: dict[str, str]) -> None:
    assert told(INCIDENT, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "##",
        "99 Gogui",
        "2 Gogui",
        "1 Gogui",
        "Gogui 12",
        "tirs Gogui",
        "12 personnes sont la",
        "12 morts",
        "12 hommes armes a Gogui",
        "120 Gogui",
        "-12",
        "12.5",
        "76123456",
    ],
)
def test_anything_else_is_left_to_others_to_read(text: str) -> None:
    reading = read(INCIDENT, text, HERE)
    assert (reading.proposals, reading.rest) == ({}, reading.rest)


def test_what_fits_no_field_is_handed_back() -> None:
    reading = read(INCIDENT, "12#1#3#4", HERE)
    assert list(reading.proposals) == ["code", "urgency", "count"]
    assert reading.rest == "4"


def test_a_message_keeps_its_stars_and_hashes() -> None:
    assert told(FEEDBACK, "86 il a dit *payez* #2000") == {"code": "86", "message": "il a dit *payez* #2000"}


def test_a_message_in_arabic_keeps_its_words() -> None:
    assert told(FEEDBACK, "٨٦ طلبوا مالا") == {"code": "86", "message": "طلبوا مالا"}


@pytest.mark.parametrize(
    ("text", "expected"), [("RAS 120", {"travellers": "120"}), ("RAS", {}), ("120", {"travellers": "120"})]
)
def test_a_form_may_begin_with_a_number(text: str, expected: dict[str, str]) -> None:
    assert told(QUIET, text) == expected


def test_several_choices_a_date_and_two_texts_share_a_line() -> None:
    expected = {"needs": "water food", "day": "2025-12-05", "name": "Awa", "village": "Gogui Zemal"}
    assert told(VISIT, "12#0512#Awa#Gogui Zemal") == expected
