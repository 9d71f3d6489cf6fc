"""Phone numbers: any common form of Mali and Mauritania becomes E.164, and a log sees only a mask."""

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber

HOME = ("ML", "MR")
WHOLE = re.compile(r"\+22[23][0-9]{8}")  # Mauritania or Mali in full: possible in every case, and E.164 already


def parse_phone(text: str) -> str | None:
    """E.164 for what people, spreadsheets and gateways write; None for what is no phone number.

    A national number is tried in Mali, then in Mauritania: valid in one, else possible in one. A leading
    space in front of a country code is a plus that was lost on the way.
    """
    if WHOLE.fullmatch(text):
        return text
    plain = _ascii_digits(text)
    if re.fullmatch(r"\s\d{8,15}", plain):
        plain = f"+{plain.strip()}"
    plain = plain.strip()
    if re.search(r"[^\d\s+().\-/]", plain):
        return None
    readings = [number for number in _readings(plain) if number]
    for good in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for number in readings:
            if good(number):
                return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def is_valid(phone: str) -> bool:
    """Whether the numbering plan knows it; new prefixes lag behind, so an unknown one is no error."""
    number = _read(phone, None)
    return number is not None and phonenumbers.is_valid_number(number)


def country(phone: str) -> str:
    """The ISO code of the country of an E.164 number, "" where nobody knows."""
    number = _read(phone, None)
    return (phonenumbers.region_code_for_number(number) or "") if number else ""


def mask(phone: str) -> str:
    """For logs: the country and the last two digits."""
    return f"{phone[:4]}…{phone[-2:]}" if len(phone) > 8 else "…"


def _readings(plain: str) -> list[PhoneNumber | None]:
    """Home does not matter to a number that names its country with a plus, as those of every gateway do."""
    if plain.startswith("+"):
        return [_read(plain, None)]
    at_home = [_read(plain, country) for country in HOME]
    return at_home if plain.startswith("00") else [*at_home, _read(f"+{plain}", None)]


def _read(text: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException:
        return None


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in text)
