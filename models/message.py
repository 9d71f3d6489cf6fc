"""Messages are single SMS, in or out; the row is the outbox, its text is sealed, and receipts join it by id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id, upsert
from models.keys import Keyring, Purpose
from models.outlet import Outlet

DUE = text("state = 'due'")
AT_ONCE = 100  # rows of one statement


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


GONE = (MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.UNKNOWN)  # these cost something, or may


class Message(Base):
    """tries: how often it was handed to the gateway; sent_at: when it last was; given_up_at: nobody expects a receipt
    for it any more, though a late one still counts; rollup_id: of the telling, where it tells of several alerts."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("gateway", "direction", "provider_id"),
        Index("ix_message_contact_lately", "contact_id", "created_at"),
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
    rollup_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]


FINAL = (MessageState.DELIVERED, MessageState.FAILED)


def _about(message_id: int) -> str:
    return f"message/{message_id}/body"


def replying_to(report_id: int) -> str:
    """How the purpose of each reply to that report's teller begins; the member who wrote it comes next."""
    return f"said:{report_id}:"


def replies(db: Session, contact_id: int, report_id: int) -> list[Message]:
    """What that phone was written about that report, the oldest first."""
    mine = Message.contact_id == contact_id, Message.purpose_key.startswith(replying_to(report_id))
    return list(db.scalars(select(Message).where(*mine).order_by(Message.created_at, Message.id)))


def author(reply: Message) -> int | None:
    """The member who wrote it; None of one that is older than this note."""
    named = (reply.purpose_key or "").split(":", 3)
    return int(named[2]) if len(named) > 3 else None


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
    rollup_id: int | None = None,
    not_before: datetime,
    now: datetime,
    held: str | None = None,
) -> int | None:
    """Write a message down as due, or as held for that reason; None where its purpose has one already."""
    row = _outgoing(keys, gateway, contact_id, text, parts, purpose_key, not_before, now, held)
    insert = upsert(db.connection(), Message).values({**row, "alert_id": alert_id, "rollup_id": rollup_id})
    insert = insert.on_conflict_do_nothing(index_elements=["purpose_key"])
    return row["id"] if db.execute(insert.returning(Message.id)).first() else None


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be written down, about an alert or None; held: why it may not be sent, None = it may."""

    gateway: str
    contact_id: int
    text: str
    parts: int
    purpose_key: str
    alert_id: int | None
    held: str | None


def queue_all(db: Session, keys: Keyring, drafts: Sequence[Draft], now: datetime) -> dict[str, int]:
    """As queue, in a few statements however many there are; purpose → id of those that were not there yet."""
    rows = [
        {
            **_outgoing(keys, d.gateway, d.contact_id, d.text, d.parts, d.purpose_key, now, now, d.held),
            "alert_id": d.alert_id,
            "rollup_id": None,
        }
        for d in drafts
    ]
    written: dict[str, int] = {}
    for start in range(0, len(rows), AT_ONCE):
        insert = upsert(db.connection(), Message).values(rows[start : start + AT_ONCE])
        insert = insert.on_conflict_do_nothing(index_elements=["purpose_key"])
        found = db.execute(insert.returning(Message.purpose_key, Message.id))
        written |= {row.purpose_key or "": row.id for row in found}
    return written


def _outgoing(
    keys: Keyring,
    gateway: str,
    contact_id: int,
    text: str,
    parts: int,
    purpose_key: str,
    not_before: datetime,
    now: datetime,
    held: str | None,
) -> dict[str, Any]:
    message_id = new_id()
    return {
        "id": message_id,
        "direction": Direction.OUT,
        "gateway": gateway,
        "contact_id": contact_id,
        "body_enc": keys.seal(Purpose.MESSAGES, text.encode(), _about(message_id)),
        "body_mac": keys.mac(Purpose.MESSAGES, text.encode()),
        "parts": parts,
        "state": MessageState.HELD if held else MessageState.DUE,
        "reason": held,
        "not_before_at": not_before,
        "tries": 0,
        "client_ref": str(message_id),
        "purpose_key": purpose_key,
        "created_at": now,
    }


def receive(
    db: Session,
    keys: Keyring,
    gateway: str,
    provider_id: str | None,
    contact_id: int | None,
    text: str,
    now: datetime,
    *,
    heard: str | None = None,
) -> int | None:
    """Keep an SMS that has come in; None where the gateway has brought it before. heard: what it said in full, by
    which it is known again, where no more than `text` may be kept of it."""
    message_id = new_id()
    row = {
        "id": message_id,
        "direction": Direction.IN,
        "gateway": gateway,
        "provider_id": provider_id,
        "contact_id": contact_id,
        "body_enc": keys.seal(Purpose.MESSAGES, text.encode(), _about(message_id)),
        "body_mac": keys.mac(Purpose.MESSAGES, (heard or text).encode()),
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


def last_heard(db: Session, keys: Keyring, contact_id: int, text: str, since: datetime) -> datetime | None:
    """When this phone has last sent the very same text, under whatever id; None where it has not since then."""
    same = Message.contact_id == contact_id, Message.body_mac == keys.mac(Purpose.MESSAGES, text.encode())
    query = select(Message.created_at).where(*same, Message.direction == Direction.IN, Message.created_at >= since)
    return db.scalars(query.order_by(Message.created_at.desc()).limit(1)).first()


ALERTS_FIRST = Message.alert_id.is_(None), Message.not_before_at


def due(db: Session, now: datetime, waiting_since: datetime, most: int) -> list[int]:
    """Messages whose time has come and that nobody has claimed since then, alerts first, then the longest overdue;
    of a paused gateway only when it may be tried again."""
    shut = select(Outlet.gateway).where(Outlet.paused_at.is_not(None), Outlet.retry_at > now)
    query = (
        select(Message.id)
        .where(
            Message.state == MessageState.DUE,
            Message.not_before_at <= now,
            Message.created_at <= waiting_since,
            Message.gateway.not_in(shut),
        )
        .order_by(*ALERTS_FIRST)
        .limit(most)
    )
    return list(db.scalars(query))


def hold(db: Session, purpose_key: str, reason: str) -> None:
    """Not to be sent after all, if it has not been yet."""
    waiting = Message.purpose_key == purpose_key, Message.state == MessageState.DUE
    db.execute(update(Message).where(*waiting).values(state=MessageState.HELD, reason=reason))


def newest(db: Session, state: MessageState | None, most: int) -> list[Message]:
    """What was written to be sent, newest first; state None = all."""
    query = select(Message).where(Message.direction == Direction.OUT)
    query = query if state is None else query.where(Message.state == state)
    return list(db.scalars(query.order_by(Message.created_at.desc()).limit(most)))


def was_written(db: Session, purpose_keys: Sequence[str], since: datetime) -> bool:
    """Whether one of these purposes has had its message since then."""
    query = select(Message.id).where(Message.purpose_key.in_(purpose_keys), Message.created_at > since)
    return db.scalar(query.limit(1)) is not None
