"""What a phone has been sent of late: so that nothing goes round in circles, and nobody's bill runs away."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from models.keys import Keyring, Purpose
from models.message import Direction, Message, MessageState

REPLY, FAREWELL = "reply:", "farewell:"  # how the purpose of an answer begins; and of one that confirms a STOP


class Held(StrEnum):
    """Why a message is not sent, though it is written down."""

    STOPPED = "stopped"
    SAME_TEXT = "same text again"
    DAY = "enough for a day"
    RATE = "too many at once"


@dataclass(frozen=True, slots=True)
class Lately:
    """same: how often this very text was written to that phone; parts: of everything but alerts, in a day."""

    same: int
    parts: int


def lately(db: Session, keys: Keyring, contact_id: int, text: str, same_since: datetime, day_since: datetime) -> Lately:
    """What was written to that phone and not held; alerts are never counted."""
    same = (Message.body_mac == keys.mac(Purpose.MESSAGES, text.encode())) & (Message.created_at >= same_since)
    written = (
        Message.contact_id == contact_id,
        Message.created_at >= min(same_since, day_since),
        Message.direction == Direction.OUT,
        Message.state != MessageState.HELD,
        Message.alert_id.is_(None),
    )
    in_a_day = case((Message.created_at >= day_since, Message.parts), else_=0)
    sums = func.coalesce(func.sum(case((same, 1), else_=0)), 0), func.coalesce(func.sum(in_a_day), 0)
    times, parts = db.execute(select(*sums).where(*written)).one()
    return Lately(int(times), int(parts))


def hold_all(db: Session, contact_id: int, reason: Held) -> None:
    """Whatever waits for that phone is not sent any more."""
    waiting = Message.contact_id == contact_id, Message.state == MessageState.DUE
    db.execute(update(Message).where(*waiting).values(state=MessageState.HELD, reason=reason.value))


def hold(db: Session, message_ids: Collection[int], reason: Held) -> None:
    these = Message.id.in_(message_ids), Message.state.in_([MessageState.DUE, MessageState.CLAIMED])
    db.execute(update(Message).where(*these).values(state=MessageState.HELD, reason=reason.value))


def fresh_replies(db: Session, message_ids: Collection[int]) -> dict[int, int]:
    """Of these, the answers that are due for the first time, with the contact of each."""
    these = Message.id.in_(message_ids), Message.state == MessageState.DUE, Message.tries == 0
    query = select(Message.id, Message.contact_id).where(*these, Message.purpose_key.startswith(REPLY))
    return {message_id: contact_id for message_id, contact_id in db.execute(query) if contact_id is not None}


def counted(db: Session) -> dict[str, int]:
    """Messages that were held, by reason."""
    held = select(Message.reason, func.count()).where(Message.state == MessageState.HELD).group_by(Message.reason)
    return {reason or "": count for reason, count in db.execute(held)}
