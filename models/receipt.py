"""Receipts: what a gateway said of a message, kept even where the message is not known yet, and joined to it by id."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Index, String, and_, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, new_id
from models.message import FINAL, Direction, Message, MessageState

OPEN_ENDS = (MessageState.UNKNOWN, MessageState.CLAIMED)  # handed over, by somebody who may be gone


class Receipt(Base):
    """What a gateway said of a message, kept even where the message is not known yet. provider_id: the gateway's, or
    our own reference where it gives that back; contact_id: whose phone it names, without a foreign key, since it may
    outlive the contact."""

    __tablename__ = "receipt"
    __table_args__ = (Index("ix_receipt_provider", "gateway", "provider_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=new_id)
    gateway: Mapped[str] = mapped_column(String(24))
    provider_id: Mapped[str] = mapped_column(String(128))
    raw: Mapped[str] = mapped_column(String(64))
    state: Mapped[MessageState | None]
    reason: Mapped[str | None] = mapped_column(String(64))
    contact_id: Mapped[int | None]
    at: Mapped[datetime]


def keep(db: Session, receipt: Receipt) -> None:
    """Keep a receipt (state None = still on its way) and let it count for its message, if that is known yet."""
    db.add(receipt)
    db.flush()
    apply(db, receipt.gateway, receipt.provider_id)


def apply(db: Session, gateway: str, provider_id: str) -> None:
    """The first final receipt decides; a final state is never overwritten."""
    theirs = Receipt.gateway == gateway, Receipt.provider_id == provider_id, Receipt.state.is_not(None)
    final = db.scalars(select(Receipt).where(*theirs).order_by(Receipt.at).limit(1)).first()
    if final is None or final.state is None:
        return
    mine = Message.gateway == gateway, Message.direction == Direction.OUT, _named(provider_id)
    db.execute(update(Message).where(*mine, Message.state.not_in(FINAL)).values(**_ended(final)))


def _named(provider_id: Any) -> ColumnElement[bool]:
    """By the gateway's id, or by our own reference."""
    return or_(Message.provider_id == provider_id, Message.client_ref == provider_id)


def _ended(final: Receipt) -> dict[str, Any]:
    return {"state": final.state, "reason": final.reason or final.raw, "ended_at": final.at}


def join_orphans(db: Session, since: datetime) -> None:
    """Receipts that arrived while their message was being written down, in a transaction that could not see it."""
    query = (
        select(Receipt.gateway, Receipt.provider_id)
        .join(Message, and_(Message.gateway == Receipt.gateway, _named(Receipt.provider_id)))
        .where(Receipt.at >= since, Receipt.state.is_not(None), Message.state.not_in(FINAL))
    )
    for gateway, provider_id in db.execute(query).all():
        apply(db, gateway, provider_id)


def join_strays(db: Session, since: datetime, before: datetime) -> None:
    """A request that broke off left no id behind, but the receipt names the phone: it is for the only message to that
    phone of which nobody knows whether it went out. Where there are several, nobody can tell.

    before: younger receipts wait, since the answer that names their message may be on its way.
    """
    ours = select(Message.id).where(Message.gateway == Receipt.gateway, _named(Receipt.provider_id))
    strays = select(Receipt).where(
        Receipt.at.between(since, before), Receipt.state.is_not(None), Receipt.contact_id.is_not(None), ~ours.exists()
    )
    joined = set[str]()
    for stray in db.scalars(strays.order_by(Receipt.at)).all():
        same = Message.gateway == stray.gateway, Message.contact_id == stray.contact_id
        open_end = Message.state.in_(OPEN_ENDS), Message.provider_id.is_(None), Message.sent_at <= stray.at
        found = db.scalars(select(Message.id).where(*same, *open_end).limit(2)).all()
        if len(found) == 1 and stray.provider_id not in joined:  # the same receipt may have come twice
            joined.add(stray.provider_id)
            ended = {"provider_id": stray.provider_id, **_ended(stray)}
            in_doubt = Message.id == found[0], Message.state == MessageState.UNKNOWN
            db.execute(update(Message).where(*in_doubt).values(**ended))
