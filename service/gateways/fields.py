"""One field of a callback: as it may be stored, and refused where nothing can be done without it."""

from collections.abc import Mapping

from service.gateways.contract import Unreadable


def text(form: Mapping[str, str], field: str) -> str:
    """Without NUL, which no database takes."""
    return form.get(field, "").replace("\0", "")


def required(form: Mapping[str, str], field: str) -> str:
    """Raises Unreadable where it is missing."""
    value = text(form, field)
    if not value.strip():
        raise Unreadable(f"{field} is missing")
    return value
