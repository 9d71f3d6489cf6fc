"""What leads from a report to the phone that told it, and how it goes: message rows, conversations, the contact."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from models import message as messages
from models.consent import Consent
from models.contact import Contact
from models.conversation import Conversation
from models.erasure import Erasure
from models.incident import History
from models.member import MemberPhone
from models.message import Direction, Message, MessageState
from models.receipt import Receipt
from models.report import Report
from models.ticket import Ticket

DIAL = timedelta(hours=1)  # no dial lasts longer, so an older contact was there before it
ON_ITS_WAY = (MessageState.DUE, MessageState.CLAIMED)
NAMELESS: dict[str, Any] = {"contact_id": None, "body_enc": None, "body_mac": None, "provider_id": None}


def _dialogue(contact_id: int, since: datetime) -> ColumnElement[bool]:
    """What that phone wrote since then, and what it was answered; no alert of a member's."""
    mine = (Message.contact_id == contact_id) & (Message.created_at >= since)
    return mine & or_(Message.direction == Direction.IN, Message.purpose_key.startswith("reply:"))


def is_waiting(db: Session, contact_id: int, since: datetime) -> bool:
    """Whether an answer has not left yet."""
    query = select(Message.id).where(_dialogue(contact_id, since), Message.state.in_(ON_ITS_WAY))
    return db.scalars(query.limit(1)).first() is not None


def wipe_messages(db: Session, contact_id: int, since: datetime) -> None:
    """The rows stay, for the count of parts and money; texts, phone and the gateway's names for them go."""
    _wipe(db, db.scalars(select(Message.id).where(_dialogue(contact_id, since))).all())


def wipe_answers(db: Session, report_id: int, contact_id: int | None) -> None:
    """What was sent about that report to whoever had asked to be answered."""
    told = [f"{what}:{report_id}" for what in ("seen", "closed", "idle")]
    _wipe(db, db.scalars(select(Message.id).where(Message.purpose_key.in_(told))).all())
    if contact_id is not None:
        _wipe(db, [each.id for each in messages.replies(db, contact_id, report_id)])


def _wipe(db: Session, message_ids: Sequence[int]) -> None:
    mine = Message.id.in_(message_ids)
    named = select(Message.provider_id).where(mine, Message.provider_id.is_not(None))
    refs = select(Message.client_ref).where(mine)
    db.execute(delete(Receipt).where(or_(Receipt.provider_id.in_(named), Receipt.provider_id.in_(refs))))
    db.execute(update(Message).where(mine, Message.state.in_(ON_ITS_WAY)).values(state=MessageState.HELD))
    db.execute(update(Message).where(mine).values(**NAMELESS))


def wipe_conversation(db: Session, report_id: int, conversation_id: int, since: datetime) -> None:
    """The report leaves its conversation. That goes, unless other reports stand in it; then it says no more than that
    there was one. An SMS conversation in which something else is told by now stays as it is."""
    db.execute(update(Report).where(Report.id == report_id).values(conversation_id=None))
    mine = Conversation.id == conversation_id
    others = exists().where(Report.conversation_id == conversation_id)
    held = exists().where(Ticket.conversation_id == conversation_id)
    busy = Conversation.draft_id.is_not(None)
    db.execute(delete(Conversation).where(mine, ~others, ~held, ~busy))
    blank: dict[str, Any] = {"progress_enc": None, "reply_enc": None, "text_len": None, "text_mac": None}
    blank |= {"handler": "", "ended": True, "updated_at": Conversation.created_at}
    db.execute(update(Conversation).where(mine, ~busy).values(**blank))


def drop_contact(db: Session, contact_id: int, since: datetime) -> None:
    """A phone that nobody knew before, and on which nothing hangs, was never here."""
    fresh = Contact.id == contact_id, Contact.created_at >= since - DIAL
    db.execute(delete(Contact).where(*fresh, *_hangs_on_nothing()))


def hangs_on_nothing_but_consent() -> list[ColumnElement[bool]]:
    """Of the contact that is asked for: nothing leads to it."""
    tables = (Conversation, Erasure, History, MemberPhone, Message, Report, Ticket)
    return [~exists().where(table.contact_id == Contact.id) for table in tables]


def _hangs_on_nothing() -> list[ColumnElement[bool]]:
    return [*hangs_on_nothing_but_consent(), ~exists().where(Consent.contact_id == Contact.id)]


def is_member(db: Session, contact_id: int) -> bool:
    """Whether that phone stands on the roster, lost or not."""
    return db.scalar(select(MemberPhone.member_id).where(MemberPhone.contact_id == contact_id)) is not None


def is_unsent(db: Session, contact_id: int) -> bool:
    """Whether anything that this phone asked for has not left yet."""
    mine = Message.contact_id == contact_id, Message.alert_id.is_(None), Message.state.in_(ON_ITS_WAY)
    return db.scalars(select(Message.id).where(*mine).limit(1)).first() is not None


def wipe_phone(db: Session, contact_id: int) -> None:
    """Everything that this phone wrote, was written, and consented to; and where its conversations stood. A member
    keeps the alerts, which are a duty and not about the member."""
    mine = Message.contact_id == contact_id, Message.alert_id.is_(None)
    _wipe(db, db.scalars(select(Message.id).where(*mine)).all())
    theirs = select(Conversation.id).where(Conversation.contact_id == contact_id)
    db.execute(update(Report).where(Report.conversation_id.in_(theirs)).values(conversation_id=None))
    db.execute(delete(Consent).where(Consent.contact_id == contact_id))
    db.execute(delete(Conversation).where(Conversation.contact_id == contact_id))


def forget_contact(db: Session, contact_id: int, now: datetime) -> None:
    """No number and no pseudonym are left. The row itself stays only where the history of an incident names it."""
    db.execute(delete(Receipt).where(Receipt.contact_id == contact_id))
    db.execute(delete(Contact).where(Contact.id == contact_id, *_hangs_on_nothing()))
    blank = {"number_enc": None, "language": None, "last_place_id": None, "pseudonym": secrets.token_bytes(32)}
    db.execute(update(Contact).where(Contact.id == contact_id).values(**blank, erased_at=now))
