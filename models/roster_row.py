"""One row of the roster's CSV, understood, or refused by the column that cannot be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.gazetteer import Gazetteer
from models.keys import Keyring
from models.member import Role
from models.phone import parse_phone

COLUMNS = ("name", "phone", "role", "language", "area", "level", "post", "email")
LEVELS = range(1, 10)
PLACE = 3  # the level of a town, village or post in the gazetteer


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the roster, understood."""

    name: str
    phones: tuple[str, ...]
    role: Role
    language: str
    areas: frozenset[tuple[str, str]]
    level: int
    post_place_id: int | None
    email: str


@dataclass(frozen=True, slots=True)
class Rolls:
    """What a row is checked against; languages: the tags that may be spoken."""

    keys: Keyring
    places: Gazetteer
    languages: Sequence[str]
    fold: Callable[[str], str]
    now: datetime


class WrongColumn(ValueError):
    """What a row says in this column cannot be taken."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def read_entry(rolls: Rolls, row: Mapping[str, str]) -> Entry:
    """Raises WrongColumn for the first thing that cannot be understood."""
    if not row["name"]:
        raise WrongColumn("name", "there is no name")
    return Entry(
        name=row["name"],
        phones=_phones(row["phone"]),
        role=_role(row["role"]),
        language=_language(rolls, row["language"]),
        areas=_areas(rolls.places, row["area"]),
        level=_level(row["level"]),
        post_place_id=_post(rolls, row["post"]),
        email=_email(row["email"]),
    )


def phones_of(text: str) -> tuple[str, ...]:
    """Several phones are separated by spaces, but a number may have spaces too: read it whole first. Empty where one
    of them is none."""
    whole = parse_phone(text)
    phones = [whole] if whole else [parse_phone(part) for part in text.split()]
    return () if None in phones else tuple(dict.fromkeys(phone for phone in phones if phone))


def _phones(text: str) -> tuple[str, ...]:
    phones = phones_of(text)
    if not phones:
        raise WrongColumn("phone", "not a phone number" if text else "there is no phone")
    return phones


def _role(text: str) -> Role:
    try:
        return Role(text.lower())
    except ValueError:
        raise WrongColumn("role", f"unknown role {text or '(empty)'}; there are {', '.join(Role)}") from None


def _language(rolls: Rolls, text: str) -> str:
    tag = text.lower() or rolls.languages[0]
    if tag not in rolls.languages:
        raise WrongColumn("language", f"unknown language {text}; there are {', '.join(rolls.languages)}")
    return tag


def _areas(places: Gazetteer, text: str) -> frozenset[tuple[str, str]]:
    found = set()
    for pcode in text.split():
        row = places.resolve(pcode)
        if row is None:
            raise WrongColumn("area", f"unknown P-code {pcode}")
        found.add((row.pcode, row.pcode_version))
    return frozenset(found)


def _level(text: str) -> int:
    if not (text or "1").isdecimal() or int(text or "1") not in LEVELS:
        raise WrongColumn("level", f"expected a number from 1 to 9, not {text}")
    return int(text or "1")


def _post(rolls: Rolls, text: str) -> int | None:
    """A place by name or by key; a name that stands for several must be given as its key."""
    if not text:
        return None
    row = rolls.places.resolve(text)
    found = [row] if row else [each for each in rolls.places.named(rolls.fold(text)) if each.level == PLACE]
    if not found:
        raise WrongColumn("post", f"unknown place {text}")
    if len(found) > 1:
        keys = ", ".join(each.key for each in found)
        raise WrongColumn("post", f"several places are called {text}: write one of {keys}")
    return found[0].place_id


def _email(text: str) -> str:
    if text and ("@" not in text or " " in text):
        raise WrongColumn("email", "not an e-mail address")
    return text
