"""Whether an alert has reached its member: what the ladder, the console and the metrics may know of its SMS."""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from models.alert import Alert
from models.message import Message, MessageState


class Reach(StrEnum):
    DELIVERED = "delivered"  # on one of the member's phones
    UNDERWAY = "underway"  # it waits, or is with the network, or nobody knows yet
    LOST = "lost"  # refused, undeliverable, or never confirmed


HOPEFUL = (MessageState.DUE, MessageState.CLAIMED, MessageState.ACCEPTED)


def of(db: Session, alert_ids: Collection[int]) -> dict[int, Reach]:
    """How far each of these alerts has come; one without a message is not among them."""
    query = select(Message.alert_id, Message.state, Message.given_up_at).where(Message.alert_id.in_(alert_ids))
    reached: dict[int, Reach] = {}
    for alert_id, state, given_up_at in db.execute(query):
        if state is MessageState.DELIVERED:
            reached[alert_id] = Reach.DELIVERED
        elif state in HOPEFUL or (state is MessageState.UNKNOWN and given_up_at is None):
            reached[alert_id] = max(reached.get(alert_id, Reach.UNDERWAY), Reach.UNDERWAY, key=_nearness)
        else:
            reached.setdefault(alert_id, Reach.LOST)
    return reached


def _nearness(reach: Reach) -> int:
    return (Reach.LOST, Reach.UNDERWAY, Reach.DELIVERED).index(reach)


def lost(db: Session, most: int) -> list[int]:
    """Open alerts of which no message has arrived or can be expected to; the longest due first."""
    query = select(Alert.id).where(_lost()).order_by(Alert.due_at).limit(most)
    return list(db.scalars(query))


def count_lost(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Alert).where(_lost())) or 0


def _lost() -> ColumnElement[bool]:
    theirs = Message.alert_id == Alert.id
    waiting = and_(Message.state == MessageState.UNKNOWN, Message.given_up_at.is_(None))
    hopeful = or_(Message.state.in_([*HOPEFUL, MessageState.DELIVERED]), waiting)
    still_open = Alert.acked_at.is_(None), Alert.ended_as.is_(None)
    return and_(*still_open, exists().where(theirs), ~exists().where(theirs, hopeful))
