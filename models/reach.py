"""Whether an alert has reached its member: what the ladder, the console and the metrics may know of its SMS."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from models.alert import Alert
from models.ladder import Ladder
from models.message import Message, MessageState
from models.telling import Telling


class Reach(StrEnum):
    DELIVERED = "delivered"  # on one of the member's phones
    UNDERWAY = "underway"  # it waits, or is with the network, or nobody knows yet
    LOST = "lost"  # refused, undeliverable, or never confirmed


HOPEFUL = (MessageState.DUE, MessageState.CLAIMED, MessageState.ACCEPTED)


def of(db: Session, alert_ids: Collection[int]) -> dict[int, Reach]:
    """How far each of these alerts has come; one without a message is not among them."""
    columns = Alert.id, Message.state, Message.given_up_at
    query = select(*columns).join(Message, _tells_of(Alert.id)).where(Alert.id.in_(alert_ids))
    reached: dict[int, Reach] = {}
    for alert_id, state, given_up_at in db.execute(query):
        reached[alert_id] = max(reached.get(alert_id, Reach.LOST), _of(state, given_up_at), key=_nearness)
    return reached


def _of(state: MessageState, given_up_at: datetime | None) -> Reach:
    if state is MessageState.DELIVERED:
        return Reach.DELIVERED
    waits = state in HOPEFUL or (state is MessageState.UNKNOWN and given_up_at is None)
    return Reach.UNDERWAY if waits else Reach.LOST


def _tells_of(alert_id: Any) -> ColumnElement[bool]:
    """By a text of its own, or by one of several alerts at once."""
    together = select(Telling.rollup_id).where(Telling.alert_id == alert_id, Telling.rollup_id.is_not(None))
    return or_(Message.alert_id == alert_id, Message.rollup_id.in_(together))


def _nearness(reach: Reach) -> int:
    return (Reach.LOST, Reach.UNDERWAY, Reach.DELIVERED).index(reach)


def lost(db: Session, most: int) -> list[int]:
    """Open alerts of which no message has arrived or can be expected to; the longest due first."""
    query = select(Alert.id).where(_lost()).order_by(Alert.due_at).limit(most)
    return list(db.scalars(query))


def count_lost(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Alert).where(_lost())) or 0


def unreached(db: Session, now: datetime, most: int) -> list[int]:
    """The incidents whose ladder waits for an answer from a level of which nobody can be reached."""
    return list(db.scalars(_unreached(now).limit(most)))


def is_unreached(db: Session, incident_id: int, now: datetime) -> bool:
    return db.scalar(_unreached(now).where(Ladder.incident_id == incident_id)) is not None


def _unreached(now: datetime) -> Select[tuple[int]]:
    here = Alert.incident_id == Ladder.incident_id, Alert.level == Ladder.level, Alert.ended_as.is_(None)
    free = Ladder.next_at > now, (Ladder.held_until.is_(None)) | (Ladder.held_until <= now)
    nobody = exists().where(*here, _lost()), ~exists().where(*here, ~_lost())
    return select(Ladder.incident_id).where(*free, *nobody)


def _lost() -> ColumnElement[bool]:
    theirs = _tells_of(Alert.id)
    waiting = and_(Message.state == MessageState.UNKNOWN, Message.given_up_at.is_(None))
    hopeful = or_(Message.state.in_([*HOPEFUL, MessageState.DELIVERED]), waiting)
    still_open = Alert.acked_at.is_(None), Alert.ended_as.is_(None), Alert.tell_at.is_(None)
    return and_(*still_open, exists().where(theirs), ~exists().where(theirs, hopeful))
