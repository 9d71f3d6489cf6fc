"""How many messages went by each gateway and what became of them: sums, for whoever pays for them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.message import Direction, Message, MessageState


@dataclass(frozen=True, slots=True)
class Sum:
    """parts: as the network counts them."""

    gateway: str
    state: MessageState
    count: int
    parts: int


def sums(db: Session, since: datetime) -> list[Sum]:
    """What was written since then."""
    kinds = Message.gateway, Message.state
    query = select(*kinds, func.count(), func.coalesce(func.sum(Message.parts), 0))
    mine = query.where(Message.direction == Direction.OUT, Message.created_at >= since)
    rows = db.execute(mine.group_by(*kinds).order_by(*kinds))
    return [Sum(gateway, state, count, int(parts)) for gateway, state, count, parts in rows]
