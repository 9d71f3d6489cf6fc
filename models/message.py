"""Messages are single SMS, in or out; the row is the outbox, its text is sealed, and receipts join it by id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint, and_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id, upsert
from models.contact import Contact, open_number
from models.keys import Keyring, Purpose

DUE = text("state = 'due'")


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class MessageState(StrEnum):
    """due → claimed → accepted → delivered or failed; unknown: it may have gone out, nobody can tell."""

    RECEIVED = "received"
    DUE = "due"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD = "held"


class Message(Base):
    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("gateway", "direction", "provider_id"),
        Index("ix_message_due", "not_before_at", sqlite_where=DUE, postgresql_where=DUE),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    direction: Mapped[Direction]
    gateway: Mapped[str] = mapped_column(String(24))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    body_enc: Mapped[bytes | None]
    body_mac: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    parts: Mapped[int]
    cost: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[MessageState] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(String(64))
    not_before_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    tries: Mapped[int]
    provider_id: Mapped[str | None] = mapped_column(String(128))
    client_ref: Mapped[str] = mapped_column(String(64), unique=True)
    purpose_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alert.id"), index=True)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Receipt(Base):
    """What a gateway said of a message, kept even where the message is not known yet."""

    __tablename__ = "receipt"
    __table_args__ = (Index("ix_receipt_provider", "gateway", "provider_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    gateway: Mapped[str] = mapped_column(String(24))
    provider_id: Mapped[str] = mapped_column(String(128))
    raw: Mapped[str] = mapped_column(String(64))
    state: Mapped[MessageState | None]
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker alone may send now; tries: with this one."""

    id: int
    gateway: str
    phone: str
    text: str
    tries: int


FINAL = (MessageState.DELIVERED, MessageState.FAILED)


def _about(message_id: int) -> str:
    return f"message/{message_id}/body"


def open_text(keys: Keyring, message_id: int, sealed: bytes) -> str:
    return keys.open(Purpose.MESSAGES, sealed, _about(message_id)).decode()


def queue(
    db: Session,
    keys: Keyring,
    *,
    gateway: str,
    contact_id: int,
    text: str,
    parts: int,
    purpose_key: str,
    alert_id: int | None,
    not_before: datetime,
    now: datetime,
) -> int | None:
    """Write a message down as due; None where its purpose has one already."""
    message_id = new_id()
    row = {
        "id": message_id,
        "direction": Direction.OUT,
        "gateway": gateway,
        "contact_id": contact_id,
        "body_enc": keys.seal(Purpose.MESSAGES, text.encode(), _about(message_id)),
        "parts": parts,
        "state": MessageState.DUE,
        "not_before_at": not_before,
        "tries": 0,
        "client_ref": str(message_id),
        "purpose_key": purpose_key,
        "alert_id": alert_id,
        "created_at": now,
    }
    insert = upsert(db.connection(), Message).values(row).on_conflict_do_nothing(index_elements=["purpose_key"])
    return message_id if db.execute(insert.returning(Message.id)).first() else None


def receive(
    db: Session,
    keys: Keyring,
    gateway: str,
    provider_id: str | None,
    contact_id: int | None,
    text: str,
    now: datetime,
) -> int | None:
    """Keep an SMS that has come in; None where the gateway has brought it before."""
    message_id = new_id()
    row = {
        "id": message_id,
        "direction": Direction.IN,
        "gateway": gateway,
        "provider_id": provider_id,
        "contact_id": contact_id,
        "body_enc": keys.seal(Purpose.MESSAGES, text.encode(), _about(message_id)),
        "body_mac": keys.mac(Purpose.MESSAGES, text.encode()),
        "parts": 0,
        "state": MessageState.RECEIVED,
        "not_before_at": now,
        "tries": 0,
        "client_ref": str(message_id),
        "created_at": now,
    }
    unique = ["gateway", "direction", "provider_id"]
    insert = upsert(db.connection(), Message).values(row).on_conflict_do_nothing(index_elements=unique)
    return message_id if db.execute(insert.returning(Message.id)).first() else None


def was_heard(db: Session, keys: Keyring, contact_id: int, text: str, since: datetime) -> bool:
    """Whether this phone has sent the very same text since then, under whatever id."""
    same = Message.contact_id == contact_id, Message.body_mac == keys.mac(Purpose.MESSAGES, text.encode())
    query = select(Message.id).where(*same, Message.direction == Direction.IN, Message.created_at >= since)
    return db.scalars(query.limit(1)).first() is not None


def due(db: Session, now: datetime, waiting_since: datetime, most: int) -> list[int]:
    """Messages whose time has come and that nobody has claimed since then, the longest overdue first."""
    query = (
        select(Message.id)
        .where(
            Message.state == MessageState.DUE,
            Message.not_before_at <= now,
            Message.created_at <= waiting_since,
        )
        .order_by(Message.not_before_at)
        .limit(most)
    )
    return list(db.scalars(query))


def claim(db: Session, keys: Keyring, message_ids: Sequence[int], now: datetime) -> list[Claimed]:
    """Of these, the ones that are due and that nobody else has claimed; a number that has gone is not sent to."""
    taken = db.execute(
        update(Message)
        .where(Message.id.in_(message_ids), Message.state == MessageState.DUE, Message.not_before_at <= now)
        .values(state=MessageState.CLAIMED, claimed_at=now, tries=Message.tries + 1)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    ids = [row.id for row in taken]
    query = (
        select(Message.id, Message.gateway, Message.body_enc, Message.tries, Contact.id, Contact.number_enc)
        .join(Contact, Contact.id == Message.contact_id)
        .where(Message.id.in_(ids), Contact.number_enc.is_not(None))
    )
    return [
        Claimed(
            id=message_id,
            gateway=gateway,
            phone=open_number(keys, contact_id, number),
            text=open_text(keys, message_id, body),
            tries=tries,
        )
        for message_id, gateway, body, tries, contact_id, number in db.execute(query)
    ]


def hold(db: Session, purpose_key: str, reason: str) -> None:
    """Not to be sent after all, if it has not been yet."""
    waiting = Message.purpose_key == purpose_key, Message.state == MessageState.DUE
    db.execute(update(Message).where(*waiting).values(state=MessageState.HELD, reason=reason))


def give_up_claims(db: Session, claimed_before: datetime) -> None:
    """Whoever claimed these is gone; the request may have gone out, so nobody sends them again."""
    stale = Message.state == MessageState.CLAIMED, Message.claimed_at < claimed_before
    db.execute(update(Message).where(*stale).values(state=MessageState.UNKNOWN, reason="worker gone"))


def put_back(db: Session, message_id: int, not_before: datetime, reason: str) -> None:
    """The gateway refuses for now; it is due again later."""
    mine = Message.id == message_id, Message.state == MessageState.CLAIMED
    later = {"state": MessageState.DUE, "not_before_at": not_before, "reason": reason, "claimed_at": None}
    db.execute(update(Message).where(*mine).values(**later))


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
        "sent_at": now,
    }
    values["provider_id"] = ending.provider_id
    db.execute(update(Message).where(*mine).values(**values))
    if ending.provider_id:
        _apply_receipts(db, gateway, ending.provider_id)


def keep_receipt(
    db: Session, gateway: str, provider_id: str, raw: str, state: MessageState | None, now: datetime
) -> None:
    """Keep a receipt (state None = still on its way) and let it count for its message, if that is known yet."""
    db.add(Receipt(id=new_id(), gateway=gateway, provider_id=provider_id, raw=raw, state=state, at=now))
    db.flush()
    _apply_receipts(db, gateway, provider_id)


def _apply_receipts(db: Session, gateway: str, provider_id: str) -> None:
    """The first final receipt decides; a final state is never overwritten."""
    theirs = Receipt.gateway == gateway, Receipt.provider_id == provider_id, Receipt.state.is_not(None)
    final = db.scalars(select(Receipt).where(*theirs).order_by(Receipt.at).limit(1)).first()
    if final is None or final.state is None:
        return
    mine = Message.gateway == gateway, Message.direction == Direction.OUT, Message.provider_id == provider_id
    ended = {"state": final.state, "reason": final.raw, "ended_at": final.at}
    db.execute(update(Message).where(*mine, Message.state.not_in(FINAL)).values(**ended))


def join_orphans(db: Session, since: datetime) -> None:
    """Receipts that arrived while their message was being written down, in a transaction that could not see it."""
    query = (
        select(Receipt.gateway, Receipt.provider_id)
        .join(Message, and_(Message.gateway == Receipt.gateway, Message.provider_id == Receipt.provider_id))
        .where(Receipt.at >= since, Receipt.state.is_not(None), Message.state.not_in(FINAL))
    )
    for gateway, provider_id in db.execute(query).all():
        _apply_receipts(db, gateway, provider_id)


def was_written(db: Session, purpose_keys: Sequence[str], since: datetime) -> bool:
    """Whether one of these purposes has had its message since then."""
    query = select(Message.id).where(Message.purpose_key.in_(purpose_keys), Message.created_at > since)
    return db.scalar(query.limit(1)) is not None
