"""Phone numbers as people, spreadsheets and gateways write them."""

import phonenumbers
import pytest

from models.phone import is_valid, mask, parse_phone


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("+22376123456", "+22376123456"),
        ("76123456", "+22376123456"),
        ("76 12 34 56", "+22376123456"),
        ("76.12.34.56", "+22376123456"),
        ("(223) 76-12-34-56", "+22376123456"),
        ("0022376123456", "+22376123456"),
        ("22376123456", "+22376123456"),
        (" 22376123456", "+22376123456"),
        ("٧٦١٢٣٤٥٦", "+22376123456"),
        ("+٢٢٣٧٦١٢٣٤٥٦", "+22376123456"),
        ("36123456", "+22236123456"),
        ("46 12 34 56", "+22246123456"),
        ("22246123456", "+22246123456"),
        ("22123456", "+22222123456"),
        ("+22222123456", "+22222123456"),
        ("+221771234567", "+221771234567"),
        (" 221771234567", "+221771234567"),
        ("221771234567", "+221771234567"),
        ("+22354123456", "+22354123456"),
        ("+22212345678", "+22212345678"),
    ],
    ids=[
        "whole",
        "national, Mali",
        "in pairs",
        "with dots",
        "with brackets and hyphens",
        "with 00",
        "without plus",
        "a plus that became a space",
        "Arabic digits",
        "Arabic digits, whole",
        "national, Mauritania",
        "in pairs, Mauritania",
        "without plus, Mauritania",
        "valid in Mauritania alone",
        "Chinguitel",
        "Senegal",
        "Senegal, a plus that became a space",
        "Senegal, without plus",
        "possible and not yet in the plan, Mali",
        "possible and not yet in the plan, Mauritania",
    ],
)
def test_a_phone_may_be_written(written: str, phone: str) -> None:
    assert parse_phone(written) == phone


@pytest.mark.parametrize(
    "written",
    ["", " ", "+", "demain", "MOBILIS", "7612345", "761234567", "21512", "76123456x", "76123456;76123457", "²²²", "+٢"],
)
def test_this_is_no_phone(written: str) -> None:
    assert parse_phone(written) is None


@pytest.mark.parametrize(
    ("phone", "valid"),
    [("+22376123456", True), ("+22246123456", True), ("+22354123456", False), ("+22212345678", False), ("x", False)],
)
def test_the_numbering_plan_knows_a_number_or_not(phone: str, valid: bool) -> None:
    assert is_valid(phone) is valid


@pytest.mark.parametrize(("phone", "shown"), [("+22376123456", "+223…56"), ("+12", "…"), ("", "…")])
def test_a_log_sees_a_country_and_two_digits(phone: str, shown: str) -> None:
    assert mask(phone) == shown


def test_numbers_in_full_are_what_the_numbering_plans_make_of_them() -> None:
    """They are taken as they are, without asking the plans at every hop."""
    for whole in (f"+{country}{prefix:04}5678" for country in (222, 223) for prefix in range(10_000)):
        number = phonenumbers.parse(whole, None)
        assert phonenumbers.is_possible_number(number)
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == whole == parse_phone(whole)
