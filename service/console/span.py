"""How many days a page looks back, and for which roles the pages of cases are there."""

from flask import request

from handlers.reading_room import Sight, most
from models.code import Compartment
from models.member import Role

SPANS = (7, 30, 90)
USUAL = 30
READERS_OF_CASES = frozenset(role for role in Role if most(role, Compartment.OPERATIONS) >= Sight.CONTENTS)


def span() -> int:
    """Days: one of SPANS, as the address asks for it."""
    asked = request.args.get("days", "")
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked) in SPANS else USUAL
