"""Who is at the console: the member whose sitting the request's cookie names."""

from dataclasses import dataclass, field

from flask import g

from models.member import Role


@dataclass(frozen=True, slots=True)
class Visitor:
    """token: of the sitting, from the cookie."""

    member_id: int
    role: Role
    language: str
    post_place_id: int | None
    token: str = field(repr=False)


class Stranger(Exception):
    """Nobody has signed in: a page that asks for its visitor must not be open to all."""


def present() -> Visitor | None:
    found: Visitor | None = g.get("visitor")
    return found


def visitor() -> Visitor:
    """Raises Stranger."""
    found = present()
    if found is None:
        raise Stranger
    return found
