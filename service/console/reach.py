"""What a visitor may see in lists, maps and charts: what the reading room says of the visitor's seat."""

from handlers.caller import Seat
from handlers.desk import Desk
from handlers.reading_room import scope
from models.scope import Scope
from service.console.visitor import Visitor


def scope_of_visitor(desk: Desk, visitor: Visitor) -> Scope:
    row = desk.atlas.gazetteer.by_id(visitor.post_place_id)
    return scope(desk, Seat(visitor.member_id, visitor.role, 0, row.key if row else ""))
