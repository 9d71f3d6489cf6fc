"""What was keyed or typed, as the answer it stands for, or what is wrong with it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from flows.folding import digits, fold
from flows.form import Choice

TEXT_MAX = 500
QUICK_DAYS = ("1", "2", "3")  # today, yesterday, the day before
OTHER_DAY = "4"

Keyed = tuple[str, Choice]  # the digits on the screen, and the choice that they stand for


class Complaint(StrEnum):
    """Why an input is no answer; the values are the ends of the keys in the catalogue."""

    DIGIT = "digit"
    DIGITS = "digits"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    NAME = "name"
    REQUIRED = "required"
    CONSTRAINT = "constraint"


@dataclass(frozen=True, slots=True)
class Heard:
    """value: the answer as it is stored; complaint: why there is none; candidates: the names of several
    choices that may have been meant; typing: the date will be typed next.
    """

    value: str = ""
    complaint: Complaint | None = None
    candidates: tuple[str, ...] = ()
    typing: bool = False


def integer(said: str) -> Heard:
    """A whole number of up to nine digits, in any digits, with or without spaces."""
    typed = "".join(digits(said).split())
    if not re.fullmatch(r"[0-9]{1,9}", typed):
        return Heard(complaint=Complaint.NUMBER)
    return Heard(str(int(typed)))


def text(said: str) -> Heard:
    """The text without control characters, at most TEXT_MAX characters of it; stars and hashes survive."""
    spaced = re.sub(r"[\t\r\n\f\v]", " ", said)
    kept = "".join(character for character in spaced if unicodedata.category(character) not in ("Cc", "Cs"))
    value = unicodedata.normalize("NFC", kept).strip()[:TEXT_MAX].rstrip()
    return Heard(value) if value else Heard(complaint=Complaint.TEXT)


def select_one(said: str, keyed: Sequence[Keyed]) -> Heard:
    """A key of the screen, else a choice's own name or SMS digits, else a label or word that is its alone."""
    typed = digits(said).strip()
    for key, choice in keyed:
        if typed and typed == key:
            return Heard(choice.name)
    for same in (_named(typed, keyed), _coded(typed, keyed), _called(typed, keyed)):
        if len(same) == 1:
            return Heard(same[0])
        if same:
            return Heard(complaint=Complaint.DIGIT, candidates=same)
    return Heard(complaint=Complaint.DIGIT)


def _named(typed: str, keyed: Sequence[Keyed]) -> tuple[str, ...]:
    return tuple(choice.name for _, choice in keyed if choice.name == typed)


def _coded(typed: str, keyed: Sequence[Keyed]) -> tuple[str, ...]:
    return tuple(choice.name for _, choice in keyed if typed and choice.code == typed)


def _called(typed: str, keyed: Sequence[Keyed]) -> tuple[str, ...]:
    wanted = fold(typed)
    return tuple(choice.name for _, choice in keyed if wanted and wanted in called(choice))


def called(choice: Choice) -> list[str]:
    """Everything that people call a choice, folded: its labels in all languages, and its words."""
    return [_fold_name(name) for name in (*choice.labels.values(), *choice.short.values(), *choice.words)]


# A gazetteer's names are compared with every name that is typed. What people type never enters this cache.
_fold_name = lru_cache(maxsize=50_000)(fold)


def select_multiple(said: str, keyed: Sequence[Keyed]) -> Heard:
    """`1 3`, `1,3`, or `13` where every key has one digit; stored as names in the order of the list."""
    whole = select_one(said, keyed)
    if whole.value:
        return whole
    tokens = re.split(r"[\s,;+،]+", digits(said).strip())
    if len(tokens) == 1 and tokens[0].isdecimal() and all(len(key) == 1 for key, _ in keyed):
        tokens = list(tokens[0])
    chosen = {select_one(token, keyed).value for token in tokens}
    if "" in chosen:
        return Heard(complaint=Complaint.DIGITS)
    return Heard(" ".join(choice.name for _, choice in keyed if choice.name in chosen))


def day(said: str, today: date, quick: Sequence[str], *, typing: bool) -> Heard:
    """A quick pick (by digit, or by its name in quick), or a date typed as DDMM, DDMMYYYY, D/M or D/M/Y.

    Without a year it is the most recent such day that is not to come; stored in ISO form.
    """
    typed = digits(said).strip()
    if not typing:
        names = list(map(fold, quick))
        if typed in QUICK_DAYS or fold(typed) in names:
            back = QUICK_DAYS.index(typed) if typed in QUICK_DAYS else names.index(fold(typed))
            return Heard((today - timedelta(days=back)).isoformat())
        if typed == OTHER_DAY:
            return Heard(typing=True)
    found = _calendar_day(typed, today)
    return Heard(found.isoformat()) if found else Heard(complaint=Complaint.DATE)


def _calendar_day(typed: str, today: date) -> date | None:
    match = re.fullmatch(r"(\d\d)(\d\d)(\d{4})?|(\d\d?)[/.\- ](\d\d?)(?:[/.\- ](\d{4}|\d\d))?", typed, re.ASCII)
    if not match:
        return None
    number, month, year = (
        int(part) if part else 0 for part in (match[1] or match[4], match[2] or match[5], match[3] or match[6])
    )
    if year:
        return _day_of(year if year > 99 else 2000 + year, month, number)
    # Eight years back there was a 29 February in any case.
    candidates = (_day_of(today.year - back, month, number) for back in range(9))
    return next((found for found in candidates if found and found <= today), None)


def _day_of(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
