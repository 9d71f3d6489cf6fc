"""Whether an alert has reached its member: what the ladder, the console and the metrics may know of its SMS."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

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
    own = select(Message.alert_id, Message.state, Message.given_up_at).where(Message.alert_id.in_(alert_ids))
    together = (
        select(Telling.alert_id, Message.state, Message.given_up_at)
        .join(Message, Message.rollup_id == Telling.rollup_id)
        .where(Telling.alert_id.in_(alert_ids))
    )
    reached: dict[int, Reach] = {}
    for query in (own, together):
        for alert_id, state, given_up_at in db.execute(query):
            reached[alert_id] = max(reached.get(alert_id, Reach.LOST), _of(state, given_up_at), key=_nearness)
    return reached


def _of(state: MessageState, given_up_at: datetime | None) -> Reach:
    if state is MessageState.DELIVERED:
        return Reach.DELIVERED
    waits = state in HOPEFUL or (state is MessageState.UNKNOWN and given_up_at is None)
    return Reach.UNDERWAY if waits else Reach.LOST


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
    return [each for each in db.scalars(_with_a_loss(now).limit(most)) if _is_lost_on(db, each)]


def is_unreached(db: Session, incident_id: int, now: datetime) -> bool:
    here = _with_a_loss(now).where(Ladder.incident_id == incident_id)
    return db.scalars(here.limit(1)).first() is not None and _is_lost_on(db, incident_id)


def _with_a_loss(now: datetime) -> Select[tuple[int]]:
    """Few are: whether all of the level are lost is asked of these alone."""
    free = Ladder.next_at > now, (Ladder.held_until.is_(None)) | (Ladder.held_until <= now)
    waiting = and_(Ladder.incident_id == Alert.incident_id, Ladder.level == Alert.level)
    return select(Ladder.incident_id).join(Alert, waiting).where(*free, _lost()).distinct()


def _is_lost_on(db: Session, incident_id: int) -> bool:
    """No alert of the level that its ladder has come to may yet be answered."""
    level = select(Ladder.level).where(Ladder.incident_id == incident_id).scalar_subquery()
    theirs = Alert.incident_id == incident_id, Alert.level == level, Alert.ended_as.is_(None)
    return db.scalars(select(Alert.id).where(*theirs, ~_lost()).limit(1)).first() is None


def _lost() -> ColumnElement[bool]:
    """It was told, and nothing that told of it can be expected to arrive. Texts of its own and those about several
    alerts at once are asked for apart, and states by what they are not: so each finds its index, and no other."""
    waiting = and_(Message.state == MessageState.UNKNOWN, Message.given_up_at.is_(None))
    hopeful = or_(Message.state.not_in([MessageState.FAILED, MessageState.HELD, MessageState.UNKNOWN]), waiting)
    own = exists().where(Message.alert_id == Alert.id, hopeful)
    together = exists().where(Telling.alert_id == Alert.id, Message.rollup_id == Telling.rollup_id, hopeful)
    still_open = Alert.acked_at.is_(None), Alert.ended_as.is_(None), Alert.tell_at.is_(None)
    return and_(*still_open, Alert.tries > 0, ~own, ~together)
