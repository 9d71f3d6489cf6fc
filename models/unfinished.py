"""What was begun and not finished: conversations that hold a draft, and where they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import not_, select, update
from sqlalchemy.orm import Session

from models.conversation import Conversation
from models.keys import Keyring, Purpose


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A conversation that holds a draft, and where it stands; left_at: since when nobody has gone on in it."""

    id: int
    contact_id: int
    channel: str
    handler: str
    state: Mapping[str, Any]
    draft_id: int
    left_at: datetime


def of_contact(db: Session, keys: Keyring, contact_id: int) -> Unfinished | None:
    """The last conversation of that phone that holds a draft."""
    mine = Conversation.contact_id == contact_id, Conversation.draft_id.is_not(None)
    query = select(Conversation).where(*mine).order_by(Conversation.updated_at.desc()).limit(1)
    return _unfinished(keys, db.scalars(query.execution_options(populate_existing=True)).first())


def find(db: Session, keys: Keyring, conversation_id: int) -> Unfinished | None:
    """What that conversation holds; None where there is no draft (any more)."""
    mine = Conversation.id == conversation_id, Conversation.draft_id.is_not(None)
    query = select(Conversation).where(*mine).execution_options(populate_existing=True)
    return _unfinished(keys, db.scalars(query).first())


def _unfinished(keys: Keyring, row: Conversation | None) -> Unfinished | None:
    if row is None or row.draft_id is None or row.contact_id is None or row.progress_enc is None:
        return None
    state = keys.open_json(Purpose.SESSIONS, row.progress_enc, f"conversation/{row.id}/progress")
    left_at = row.abandoned_at or row.updated_at
    return Unfinished(row.id, row.contact_id, row.channel, row.handler, state, row.draft_id, left_at)


def holder(db: Session, conversation_id: int) -> int | None:
    """Whose conversation it is, if it holds a draft that nobody has seen to."""
    mine = Conversation.id == conversation_id, Conversation.draft_id.is_not(None)
    return db.scalar(select(Conversation.contact_id).where(*mine, Conversation.abandoned_at.is_(None)))


def dial_with_draft(db: Session, gateway: str, session_key: str) -> int | None:
    """The id of that dial, if it holds a draft that nobody has seen to."""
    named = Conversation.gateway == gateway, Conversation.session_key == session_key
    forgotten = Conversation.draft_id.is_not(None), Conversation.abandoned_at.is_(None)
    return db.scalar(select(Conversation.id).where(*named, *forgotten))


def is_dialling(db: Session, contact_id: int, but: int, now: datetime) -> bool:
    """Whether that phone has another dial open."""
    mine = Conversation.contact_id == contact_id, Conversation.channel == "ussd", Conversation.id != but
    open_now = not_(Conversation.ended), Conversation.taken_over_at.is_(None), Conversation.expires_at >= now
    return db.scalar(select(Conversation.id).where(*mine, *open_now).limit(1)) is not None


def take_over(db: Session, contact_id: int, by: int, now: datetime) -> None:
    """The phone has dialled anew: its other dials go no further."""
    mine = Conversation.contact_id == contact_id, Conversation.channel == "ussd", Conversation.id != by
    open_now = not_(Conversation.ended), Conversation.taken_over_at.is_(None)
    db.connection().execute(update(Conversation).where(*mine, *open_now).values(taken_over_at=now))


def let_go(db: Session, conversation_id: int) -> None:
    """Its draft is gone on with elsewhere, or nowhere: what was told stays here no longer."""
    emptied = {"handler": "", "progress_enc": None, "draft_id": None}
    db.connection().execute(update(Conversation).where(Conversation.id == conversation_id).values(**emptied))


def mark_abandoned(db: Session, conversation_id: int, now: datetime) -> None:
    mine = Conversation.id == conversation_id
    db.connection().execute(update(Conversation).where(mine).values(abandoned_at=now))


def forgotten(db: Session, now: datetime, most: int) -> list[int]:
    """Conversations whose time is over with a draft in them that nobody has seen to, the oldest first."""
    over = Conversation.draft_id.is_not(None), Conversation.abandoned_at.is_(None), Conversation.expires_at < now
    query = select(Conversation.id).where(*over).order_by(Conversation.expires_at).limit(most)
    return list(db.scalars(query))
