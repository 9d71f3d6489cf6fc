"""A report that nobody has filed, to ask who would be told of it."""

from datetime import datetime

from flows.folding import fold
from handlers.desk import Desk
from models.base import new_id
from models.gazetteer import PlaceRow
from models.report import Report


class Unimaginable(ValueError):
    """field: code or place, whichever cannot be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def imagine(desk: Desk, code: str, place: str, severity: int | None) -> Report:
    """place: a name or a key, "" = nobody says where; severity None = as the code has it. Raises Unimaginable."""
    entry = desk.codes.entries.get(code)
    if entry is None:
        raise Unimaginable("code", f"there is no code {code}")
    row = _place(desk, place) if place else None
    grave = entry.severity if severity is None else severity
    return Report(
        id=new_id(), compartment=entry.compartment, severity=grave, code=code, area=row.pcode if row else None
    )


def _place(desk: Desk, name: str) -> PlaceRow:
    row = desk.atlas.resolve(name)
    found = [row] if row else desk.atlas.gazetteer.named(fold(name))
    if not found:
        raise Unimaginable("place", f"unknown place {name}")
    if len({each.pcode for each in found}) > 1:
        keys = ", ".join(each.key for each in found)
        raise Unimaginable("place", f"several places are called {name}: write one of {keys}")
    return found[0]


def moment(desk: Desk, minute: int | None) -> datetime:
    """minute: after midnight, of today; None = now."""
    if minute is None:
        return desk.now
    local = desk.now.astimezone(desk.policy.timezone)
    hour, rest = divmod(minute, 60)
    return local.replace(hour=hour, minute=rest, second=0, microsecond=0).astimezone(desk.now.tzinfo)
