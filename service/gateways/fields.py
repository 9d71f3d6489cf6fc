"""One field of a callback: as it may be stored, and refused where nothing can be done without it."""

import hashlib
from collections.abc import Mapping

from service.gateways.contract import Unreadable

LONGEST_KEY = 128  # characters that a database keeps of one


def text(form: Mapping[str, str], field: str) -> str:
    """Without NUL, which no database takes."""
    return form.get(field, "").replace("\0", "")


def required(form: Mapping[str, str], field: str) -> str:
    """Raises Unreadable where it is missing."""
    value = text(form, field)
    if not value.strip():
        raise Unreadable(f"{field} is missing")
    return value


def session_key(form: Mapping[str, str], field: str) -> str:
    """By which a dial is known; one that is too long to keep is known by its hash. Raises Unreadable."""
    key = required(form, field).strip()
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()
