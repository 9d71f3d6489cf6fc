"""What the address of a list may ask for; a word that says nothing narrows nothing."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from flask import g

from handlers.desk import Desk
from handlers.reading_room import Reader

GROUPS = "12345678"


def group(asked: Mapping[str, str]) -> str:
    """The first digit of a code."""
    given = asked.get("group", "")
    return given if len(given) == 1 and given in GROUPS else ""


def moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def older(asked: Mapping[str, str], last: datetime | None) -> str:
    """The address, from here, of what is older than the last line and asked for in the same way; "" for nothing."""
    return f"?{urlencode({**asked, 'before': last.isoformat()})}" if last else ""


def areas(desk: Desk, reader: Reader) -> list[tuple[str, str]]:
    """Regions and districts that this reader holds: P-code and name."""
    rows = [row for file in ("regions.csv", "districts.csv") for row in desk.atlas.gazetteer.lists[file]]
    held = {row.key for row in rows if any(row.key.startswith(pcode) for pcode in reader.areas)}
    return [(key, desk.atlas.name(key, g.language)) for key in sorted(held)]
