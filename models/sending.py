"""A message on its way out: waiting, claimed by one worker, handed over, and how that ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from models import contact as contacts
from models import receipt as receipts
from models import restraint
from models.contact import Contact, open_number
from models.keys import Keyring
from models.message import ALERTS_FIRST, FINAL, Message, MessageState, open_text
from models.outlet import Waiting
from models.restraint import FAREWELL, Held

ALERT_AT = case((Message.alert_id.is_not(None), Message.created_at))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker alone may send now; tries: with this one; at: when it was claimed;
    alert_at: when it was written, where it is an alert."""

    id: int
    gateway: str
    phone: str
    text: str
    tries: int
    client_ref: str
    at: datetime
    alert_at: datetime | None = None


def waiting(db: Session, message_ids: Sequence[int], now: datetime) -> list[Waiting]:
    """Of these, the ones that are due, in the order in which they should leave."""
    these = Message.id.in_(message_ids), Message.state == MessageState.DUE, Message.not_before_at <= now
    query = select(Message.id, Message.gateway, Message.parts).where(*these).order_by(*ALERTS_FIRST)
    return [Waiting(*row) for row in db.execute(query)]


def claim(db: Session, keys: Keyring, message_ids: Sequence[int], now: datetime) -> list[Claimed]:
    """Of these, the ones that are due and that nobody else has claimed; a number that has gone is not sent to."""
    taken = db.execute(
        update(Message)
        .where(Message.id.in_(message_ids), Message.state == MessageState.DUE, Message.not_before_at <= now)
        .values(state=MessageState.CLAIMED, claimed_at=now, sent_at=None, tries=Message.tries + 1)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    ids = [row.id for row in taken]
    columns = Message.id, Message.gateway, Message.body_enc, Message.tries, Message.client_ref, ALERT_AT
    query = (
        select(*columns, Contact.id, Contact.number_enc)
        .join(Contact, Contact.id == Message.contact_id)
        .where(Message.id.in_(ids), Contact.number_enc.is_not(None))
    )
    claimed = [
        Claimed(
            id=message_id,
            gateway=gateway,
            phone=open_number(keys, contact_id, number),
            text=open_text(keys, message_id, body),
            tries=tries,
            client_ref=client_ref,
            at=now,
            alert_at=alert_at,
        )
        for message_id, gateway, body, tries, client_ref, alert_at, contact_id, number in db.execute(query)
    ]
    return _without_stopped(db, keys, claimed)


def _without_stopped(db: Session, keys: Keyring, claimed: Sequence[Claimed]) -> list[Claimed]:
    """A STOP may have come while its message was being written down, in a transaction that could not see it; what
    confirms a STOP goes out all the same."""
    stopped = contacts.stopped(db, keys, [each.phone for each in claimed]) if claimed else frozenset[str]()
    silenced = [each.id for each in claimed if each.phone in stopped]
    farewells = select(Message.id).where(Message.id.in_(silenced), Message.purpose_key.startswith(FAREWELL))
    held = set(silenced) - set(db.scalars(farewells)) if silenced else set[int]()
    if held:
        restraint.hold(db, held, Held.STOPPED)
    return [each for each in claimed if each.id not in held]


def move(db: Session, message_id: int, gateway: str) -> None:
    """Let it go by that gateway instead."""
    db.execute(update(Message).where(Message.id == message_id).values(gateway=gateway))


def going(db: Session, message_ids: Sequence[int], claimed_at: datetime, now: datetime) -> set[int]:
    """Note that these are handed over from now on, and may have gone out whatever happens; the ones of them that are
    still claimed since then, and so may be."""
    mine = Message.id.in_(message_ids), Message.state == MessageState.CLAIMED, Message.claimed_at == claimed_at
    left = update(Message).where(*mine).values(sent_at=now).returning(Message.id)
    return set(db.scalars(left.execution_options(synchronize_session=False)))


def give_up_claims(db: Session, claimed_before: datetime) -> None:
    """Whoever claimed these is gone. What was not handed over yet is due again; of the rest the request may have gone
    out, so nobody sends them again."""
    stale = Message.state == MessageState.CLAIMED, Message.claimed_at < claimed_before
    gone = {"reason": "worker gone"}
    db.execute(update(Message).where(*stale, Message.sent_at.is_(None)).values(state=MessageState.DUE, **gone))
    db.execute(update(Message).where(*stale).values(state=MessageState.UNKNOWN, **gone))


def put_back(db: Session, message_ids: Sequence[int], not_before: datetime, reason: str) -> None:
    """The gateway refuses for now; they are due again later."""
    mine = Message.id.in_(message_ids), Message.state == MessageState.CLAIMED
    later = {"state": MessageState.DUE, "not_before_at": not_before, "reason": reason, "claimed_at": None}
    db.execute(update(Message).where(*mine).values(**later))


def postpone(db: Session, message_ids: Sequence[int], not_before: datetime) -> None:
    """There is no room for these before then."""
    waiting_ones = Message.id.in_(message_ids), Message.state == MessageState.DUE
    db.execute(update(Message).where(*waiting_ones).values(not_before_at=not_before))


def doubtful(db: Session, handed_over_before: datetime, most: int) -> list[int]:
    """Messages of which nobody has known for so long whether they went out."""
    query = select(Message.id).where(
        Message.state == MessageState.UNKNOWN,
        Message.given_up_at.is_(None),
        func.coalesce(Message.sent_at, Message.claimed_at) < handed_over_before,
    )
    return list(db.scalars(query.limit(most)))


def give_up(db: Session, message_id: int, now: datetime) -> Message | None:
    """Wait no longer for its receipt; the message, or None where it has come to an end, or was given up before."""
    mine = Message.id == message_id, Message.state == MessageState.UNKNOWN, Message.given_up_at.is_(None)
    noted = update(Message).where(*mine).values(given_up_at=now).returning(Message.id)
    if db.execute(noted).first() is None:
        return None
    return db.get(Message, message_id, populate_existing=True)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a send ended, in our words and the provider's."""

    state: MessageState
    provider_id: str | None
    reason: str
    cost: str


def settle(db: Session, message_id: int, ending: Ending, gateway: str, now: datetime) -> None:
    """Write down how the send ended; a receipt that came before us counts at once."""
    mine = Message.id == message_id, Message.state.not_in(FINAL)
    values: dict[str, Any] = {
        "state": ending.state,
        "reason": ending.reason,
        "cost": ending.cost,
        "provider_id": ending.provider_id,
        "ended_at": now if ending.state in FINAL else None,
    }
    db.execute(update(Message).where(*mine).values(**values))
    if ending.provider_id:
        receipts.apply(db, gateway, ending.provider_id)
