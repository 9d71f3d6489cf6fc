"""What was begun and not finished: conversations that hold a draft, and where they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, not_, or_, select, update
from sqlalchemy.orm import Session

from models.base import new_id
from models.code import GUARDED
from models.conversation import TABLE, Conversation
from models.keys import Keyring, Purpose
from models.prepared import Prepared, bare
from models.report import Report

ASIDE = "aside"  # a gateway of no network: where drafts wait that an exchange by SMS goes on without


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


LEFT = ("id", "contact_id", "channel", "handler", "progress_enc", "draft_id", "abandoned_at", "updated_at")
HOLDING = select(*(TABLE.c[name] for name in LEFT)).where(TABLE.c.draft_id.is_not(None))
LATEST = Prepared(HOLDING.where(TABLE.c.contact_id == bindparam("whose")).order_by(TABLE.c.updated_at.desc()).limit(1))
LOCKED = Prepared(HOLDING.where(TABLE.c.id == bindparam("which")).with_for_update())


def of_contact(db: Session, keys: Keyring, contact_id: int) -> Unfinished | None:
    """The last conversation of that phone that holds a draft."""
    return _unfinished(keys, LATEST.first(bare(db), {"whose": contact_id}))


def find(db: Session, keys: Keyring, conversation_id: int) -> Unfinished | None:
    """What that conversation holds, its row locked; None where there is no draft (any more)."""
    return _unfinished(keys, LOCKED.first(bare(db), {"which": conversation_id}))


def _unfinished(keys: Keyring, row: tuple[Any, ...] | None) -> Unfinished | None:
    if row is None:
        return None
    conversation_id, contact_id, channel, handler, sealed, draft_id, abandoned_at, updated_at = row
    if contact_id is None or sealed is None:
        return None
    state = keys.open_json(Purpose.SESSIONS, sealed, f"conversation/{conversation_id}/progress")
    return Unfinished(conversation_id, contact_id, channel, handler, state, draft_id, abandoned_at or updated_at)


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


TAKE_OVER = Prepared(
    update(TABLE)
    .where(TABLE.c.contact_id == bindparam("whose"), TABLE.c.channel == "ussd", TABLE.c.id != bindparam("by"))
    .where(not_(TABLE.c.ended), TABLE.c.taken_over_at.is_(None))
    .values(taken_over_at=bindparam("now"))
)


def take_over(db: Session, contact_id: int, by: int, now: datetime) -> None:
    """The phone has dialled anew: its other dials go no further."""
    TAKE_OVER.change(bare(db), {"whose": contact_id, "by": by, "now": now})


@dataclass(frozen=True, slots=True)
class Put:
    """A draft with the place where it stood, on its way out of an exchange that goes on without it. left_at: when
    anybody last went on with it; seen_to: it was kept as it stood, and nobody is to be told of it."""

    contact_id: int
    handler: str
    state: Mapping[str, Any]
    draft_id: int
    left_at: datetime
    seen_to: bool


def put_aside(db: Session, keys: Keyring, put: Put, now: datetime, expires: datetime) -> None:
    """Into a conversation of its own; the same draft never has two."""
    named = Conversation.gateway == ASIDE, Conversation.session_key == str(put.draft_id)
    row = db.scalars(select(Conversation).where(*named)).first()
    if row is None:
        row = Conversation(id=new_id(), gateway=ASIDE, session_key=str(put.draft_id), created_at=now)
        row.contact_id, row.channel, row.ended = put.contact_id, "sms", False
        db.add(row)
    row.handler, row.draft_id, row.abandoned_at = put.handler, put.draft_id, put.left_at if put.seen_to else None
    row.progress_enc = keys.seal_json(Purpose.SESSIONS, dict(put.state), f"conversation/{row.id}/progress")
    row.updated_at, row.expires_at = put.left_at, expires
    db.flush()


def let_go(db: Session, conversation_id: int) -> None:
    """Its draft is gone on with elsewhere, or nowhere: what was told stays here no longer."""
    emptied = {"handler": "", "progress_enc": None, "draft_id": None}
    db.connection().execute(update(Conversation).where(Conversation.id == conversation_id).values(**emptied))


def mark_abandoned(db: Session, conversation_id: int, now: datetime) -> None:
    mine = Conversation.id == conversation_id
    db.connection().execute(update(Conversation).where(mine).values(abandoned_at=now))


def forgotten(db: Session, now: datetime, silent_since: datetime, most: int) -> list[int]:
    """Conversations with a draft in them that nobody has seen to, the oldest first: those whose time is over, and
    exchanges by SMS in which nothing has been said since then, though an answer may still come. A guarded one is left
    alone until its time is over."""
    unseen = Conversation.draft_id.is_not(None), Conversation.abandoned_at.is_(None)
    open_to_all = exists().where(Report.id == Conversation.draft_id, Report.compartment.not_in(GUARDED))
    asked = Conversation.channel == "sms", Conversation.handler.in_(("fill", "confirm"))
    silent = and_(*asked, Conversation.updated_at < silent_since, open_to_all)
    query = select(Conversation.id).where(*unseen, or_(Conversation.expires_at < now, silent))
    return list(db.scalars(query.order_by(Conversation.expires_at).limit(most)))
